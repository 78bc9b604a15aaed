/*
 * A lock around the whole count: right, and one after another.
 *
 * Whoever counts has the variable to itself from setting it to saying
 * it. Now each says five. But nobody wanted the others' count in the
 * first place: three threads stand in line for a variable that each of
 * them needs for itself alone.
 *
 * Expect: always ok: each counts while the others wait
 */
#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

enum { THREADS = 3, TIMES = 5 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int num; /* under the lock */

static int show(intptr_t me)
{
    printf("thread %d: %d\n", (int)me, num);
    return num;          // l3
}

static void *count(void *me)
{
    pthread_mutex_lock(&lock);
    num = 0;             // l1
    for (int i = 0; i < TIMES; i++)
        num++;           // l2
    int counted = show((intptr_t)me);
    pthread_mutex_unlock(&lock);
    assert(counted == TIMES);
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];

    setvbuf(stdout, NULL, _IOLBF, 0); /* by lines into a pipe, too */
    for (intptr_t i = 1; i <= THREADS; i++)
        if (pthread_create(&threads[i - 1], NULL, count, (void *)i) != 0)
            return 2;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
