/*
 * Main ends as a thread does, and the process goes on.
 *
 * Main has nothing more to do, but it calls pthread_exit instead of
 * returning. That ends main's thread alone. The process ends when its
 * last thread has ended, and only then is atexit's function called,
 * by that last thread. This is how threads elsewhere behave that are
 * no "daemons": the program waits for them, though nobody joins them.
 *
 * Expect: always ok: the process ends with its last thread
 */
#define _DEFAULT_SOURCE /* usleep is not in POSIX any more */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ROUNDS = 3, ROUND_MS = 100 };

static atomic_int rounds; /* that the thread has come to */

static void *foo(void *none)
{
    for (int i = 0; i < ROUNDS; i++) {
        printf("foo: i=%d\n", i);
        atomic_fetch_add(&rounds, 1); // d1
        usleep(ROUND_MS * 1000);      // d2
    }
    return none;
}

/* What the process does last of all, whoever ends it. */
static void look_back(void)
{
    int reached = rounds;

    printf("the process ends after round %d\n", reached);
    assert(reached == ROUNDS);        // d3
}

int main(void)
{
    pthread_t thread;

    setvbuf(stdout, NULL, _IOLBF, 0); /* by lines into a pipe, too */
    atexit(look_back);
    if (pthread_create(&thread, NULL, foo, NULL) != 0)
        return 2;
    printf("main: the end\n");
    pthread_exit(NULL);               // d4
}
