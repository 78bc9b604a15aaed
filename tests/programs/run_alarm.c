/*
 * The only thread waits for a semaphore that an alarm will post: it
 * looks like a deadlock for a while, and is none.
 *
 * Expect: always ok: the alarm comes
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <sys/time.h>

static sem_t rung;

static void on_alarm(int number)
{
    (void)number;
    sem_post(&rung);
}

int main(void)
{
    struct itimerval soon = {.it_value = {.tv_usec = 100000}};

    sem_init(&rung, 0, 0);
    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &soon, NULL);
    while (sem_wait(&rung) < 0)
        if (errno != EINTR)
            return 1;
    return 0;
}
