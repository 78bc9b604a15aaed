/*
 * A child waits for a program that takes no turns, main for the child.
 *
 * Expect: always ok: both are waited for, from below
 */
#include <assert.h>
#include <sys/wait.h>
#include <unistd.h>

static int wait_for_any(void)
{
    int status = -1;

    assert(wait(&status) > 0);
    assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void child(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", "exit 3", (char *)NULL);
        _exit(7);
    }
    assert(pid > 0);
    _exit(wait_for_any() + 1);
}

int main(void)
{
    pid_t pid = fork();

    if (pid < 0)
        return 2;
    if (pid == 0)
        child();
    assert(wait_for_any() == 4);
    return 0;
}
