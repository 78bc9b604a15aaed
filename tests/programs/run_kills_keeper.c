/*
 * Kills its parent, the keeper, and lives on with a child.
 *
 * Expect: always ok: nobody can say
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <signal.h>
#include <unistd.h>

int main(void)
{
    pid_t keeper = getppid();

    if (fork() > 0)
        kill(keeper, SIGKILL);
    for (;;)
        pause();
}
