/*
 * A thread is to be killed from outside, and everybody dies.
 *
 * The thread works on and on. Main sends it a signal that kills, and
 * it is sent to this thread alone. But what a signal does is done to
 * the process: SIGTERM ends it, main included, and main never gets as
 * far as to say that the thread is gone.
 *
 * Expect: always crash: a signal that kills a thread kills the process
 */
#define _DEFAULT_SOURCE /* usleep is not in POSIX any more */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { ROUND_MS = 100, ENOUGH_MS = 250 };

static void *work(void *none)
{
    int round = 0;

    for (;;) {
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
    pthread_kill(thread, SIGTERM); // k1
    pthread_join(thread, NULL);    // k2
    printf("main: the thread is gone, and I am here\n");
    return 0;
}
