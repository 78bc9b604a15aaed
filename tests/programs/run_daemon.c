/*
 * Leaves a process behind as a daemon does: forked twice, in a session
 * of its own, in another folder, without stdin, stdout and stderr.
 *
 * Expect: always ok: main itself ends well
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void become_daemon(void)
{
    if (setsid() < 0)
        exit(2);
    if (fork() != 0)
        exit(0);
    if (setsid() < 0 || chdir("/") < 0)
        exit(2);
    for (int descriptor = 0; descriptor < 3; descriptor++)
        close(descriptor);
    for (;;)
        pause();
}

int main(void)
{
    int status;

    if (fork() == 0)
        become_daemon();
    return wait(&status) < 0 || status != 0;
}
