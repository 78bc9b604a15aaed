/*
 * Three philosophers each take the left fork first, then the right.
 *
 * If all three have taken their left fork before anyone takes the
 * right one, each waits for a fork that the neighbour holds, round the
 * whole table.
 *
 * Expect: sometimes deadlock: each waits for the fork of the next
 */
#include <assert.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

enum { PHILOSOPHERS = 3 };

static pthread_mutex_t forks[PHILOSOPHERS] = {
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
    PTHREAD_MUTEX_INITIALIZER};
static int meals[PHILOSOPHERS]; /* each writes only its own */

static void *philosopher(void *place)
{
    int left = (int)(intptr_t)place;
    int right = (left + 1) % PHILOSOPHERS;
    int first = left;
    int second = right;

    pthread_mutex_lock(&forks[first]);
    pthread_mutex_lock(&forks[second]);
    meals[left]++;
    pthread_mutex_unlock(&forks[second]);
    pthread_mutex_unlock(&forks[first]);
    return NULL;
}

int main(void)
{
    pthread_t threads[PHILOSOPHERS];

    for (intptr_t i = 0; i < PHILOSOPHERS; i++)
        if (pthread_create(&threads[i], NULL, philosopher,
                           (void *)i) != 0)
            return 2;
    for (int i = 0; i < PHILOSOPHERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < PHILOSOPHERS; i++)
        assert(meals[i] == 1);
    return 0;
}
