/*
 * A parent waits for any child, and either may be the first.
 *
 * The two children end in no fixed order, so the parent may not take
 * the first for the elder. It may rely on getting each exactly once.
 *
 * Expect: always ok: each child once, in either order
 */
#define _POSIX_C_SOURCE 200809L /* fork, which -std=c11 hides */
#include <assert.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t start(int code)
{
    pid_t pid = fork();

    if (pid < 0)
        exit(2);
    if (pid == 0)
        exit(code);
    return pid;
}

int main(void)
{
    pid_t elder = start(3), younger = start(4), pid;
    int status, seen = 0;

    for (int i = 0; i < 2; i++) {
        pid = waitpid(-1, &status, 0);
        assert(pid == elder || pid == younger);
        assert(WIFEXITED(status));
        assert(WEXITSTATUS(status) == (pid == elder ? 3 : 4));
        seen += WEXITSTATUS(status);
    }
    assert(seen == 3 + 4);
    pid = waitpid(-1, &status, 0);
    assert(pid == -1);
    return 0;
}
