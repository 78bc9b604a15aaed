/*
 * Main does not wait for its thread, and takes it with it.
 *
 * The thread says three times where it is and sleeps in between. Main
 * has nothing more to do and returns. That ends the process, and with
 * the process all its threads, in the middle of whatever they do. So a
 * thread in C is what elsewhere has to be asked for as a "daemon"
 * thread. It is well only if main is so slow that the thread has ended
 * before.
 *
 * Expect: sometimes assertion: the process ends before its thread
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
    return 0;                         // d4
}
