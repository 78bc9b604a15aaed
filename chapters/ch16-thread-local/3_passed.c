/*
 * A variable of the function's own, handed on to whoever needs it.
 *
 * Each call of a function has its own variables, and so each thread
 * has. No lock is needed and nobody waits. But whatever is to know the
 * count has to be told, and so every function on the way gets one more
 * argument, for each such variable.
 *
 * Expect: always ok: each thread counts in a variable of its call
 */
#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

enum { THREADS = 3, TIMES = 5 };

static int show(intptr_t me, int num)
{
    printf("thread %d: %d\n", (int)me, num);
    return num;          // l3
}

static void *count(void *me)
{
    int num = 0;         // l1
    for (int i = 0; i < TIMES; i++)
        num++;           // l2
    int counted = show((intptr_t)me, num);
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
