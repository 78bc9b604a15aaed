/*
 * Three threads count in one variable that is everybody's.
 *
 * Each is to count to its own five and then to say how far it came.
 * But a variable outside all functions belongs to all threads alike:
 * each begins by setting it to 0, whoever else is counting, and what
 * it says in the end is what all of them have left there.
 *
 * Expect: sometimes assertion: a thread says what others have counted
 */
#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

enum { THREADS = 3, TIMES = 5 };

static int num;

static int show(intptr_t me)
{
    printf("thread %d: %d\n", (int)me, num);
    return num;          // l3
}

static void *count(void *me)
{
    num = 0;             // l1
    for (int i = 0; i < TIMES; i++)
        num++;           // l2
    int counted = show((intptr_t)me);
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
