/*
 * Two threads each add one to a counter, one after the other.
 *
 * The lock makes reading, adding and writing one step for all who take
 * it.
 *
 * Expect: always ok: the counter is 2
 */
#include <assert.h>
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int counter;

static void *adder(void *none)
{
    pthread_mutex_lock(&lock);
    counter = counter + 1;
    pthread_mutex_unlock(&lock);
    return none;
}

int main(void)
{
    pthread_t one, two;

    if (pthread_create(&one, NULL, adder, NULL) != 0 ||
        pthread_create(&two, NULL, adder, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    assert(counter == 2);
    return 0;
}
