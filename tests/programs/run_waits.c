/*
 * Says on descriptor 9 that it is ready, and waits to be ended: itself,
 * a child that ignores SIGTERM, and a grandchild in another session.
 *
 * Expect: always ok: somebody must end it
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <signal.h>
#include <unistd.h>

static void wait_for_ever(void)
{
    if (write(9, "!", 1) != 1)
        _exit(2);
    for (;;)
        pause();
}

int main(void)
{
    if (fork() == 0) {
        signal(SIGTERM, SIG_IGN);
        if (fork() == 0)
            setsid();
    }
    wait_for_ever();
}
