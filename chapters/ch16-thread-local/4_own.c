/*
 * One name, and for each thread a variable of its own.
 *
 * With _Thread_local in front of it the variable is still outside all
 * functions, and any of them can use it without being told. But each
 * thread finds its own copy under the name. It begins at 0 when the
 * thread does, is nobody else's, and ends with the thread.
 *
 * Expect: always ok: each thread counts in its own copy
 * Compare: what need not be shared needs no lock
 */
#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

enum { THREADS = 3, TIMES = 5 };

static _Thread_local int num;

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
