/*
 * A thread is asked to stop, and does so where it suits it.
 *
 * Main sets a flag. The thread looks at it between two rounds, never
 * in the middle of one, and returns when it is set. So it leaves no
 * lock locked and no work half done. The price: it has to look, and
 * main has to wait until it does.
 *
 * Expect: always ok: the thread ends between two rounds
 * Compare: a thread cannot be killed from outside, only asked
 */
#define _DEFAULT_SOURCE /* usleep is not in POSIX any more */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

enum { ROUND_MS = 100, ENOUGH_MS = 250 };

static atomic_bool enough; /* set by main, for good */

static void *work(void *none)
{
    int round = 0;

    while (!enough) {
        printf("round %d\n", ++round);
        usleep(ROUND_MS * 1000);
    }
    return none;
}

int main(void)
{
    pthread_t thread;

    setvbuf(stdout, NULL, _IOLBF, 0); /* by lines into a pipe, too */
    if (pthread_create(&thread, NULL, work, NULL) != 0)
        return 2;
    usleep(ENOUGH_MS * 1000);
    enough = true;                 // k1
    pthread_join(thread, NULL);    // k2
    printf("main: the thread is gone, and I am here\n");
    return 0;
}
