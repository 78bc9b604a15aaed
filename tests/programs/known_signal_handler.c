/*
 * A child sends its parent a signal, and the parent handles it.
 *
 * The signal may come at any moment: before the parent waits for the
 * child, or while it waits. In either case the handler has run when
 * the wait is over, as the child sends it before it ends.
 *
 * Expect: always ok: the handler runs exactly once
 */
#define _POSIX_C_SOURCE 200809L /* sigaction, which -std=c11 hides */
#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t handled;

static void handler(int number)
{
    if (number == SIGUSR1)
        handled = handled + 1;
}

static void child(void)
{
    kill(getppid(), SIGUSR1);
}

int main(void)
{
    struct sigaction action = {.sa_handler = handler};
    int status = -1;
    pid_t pid;

    action.sa_flags = SA_RESTART; /* so that waitpid goes on */
    sigaction(SIGUSR1, &action, NULL);
    pid = fork();
    if (pid < 0)
        return 2;
    if (pid == 0) {
        child();
        exit(0);
    }
    waitpid(pid, &status, 0);
    assert(status == 0 && handled == 1);
    return 0;
}
