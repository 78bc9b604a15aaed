/*
 * Children become programs that take no turns: four ways to start one.
 *
 * What cannot be started is said, and the child goes on.
 *
 * Expect: always ok: each ends with the status that it should
 */
#include <assert.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int status_of(pid_t pid)
{
    int status = -1;

    assert(waitpid(pid, &status, 0) == pid);
    assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static pid_t fork_and(const char *program)
{
    pid_t pid = fork();

    if (pid == 0) {
        execlp(program, program, (char *)NULL);
        _exit(7);
    }
    return pid;
}

static pid_t spawn(const char *program)
{
    char *arguments[] = {(char *)program, NULL};
    pid_t pid = -1;

    assert(posix_spawnp(&pid, program, NULL, NULL, arguments, environ) ==
           0);
    return pid;
}

int main(void)
{
    char *arguments[] = {"nothing", NULL};
    pid_t pid, other;

    assert(status_of(fork_and("/bin/true")) == 0);
    assert(status_of(fork_and("false")) == 1);
    assert(status_of(fork_and("/nowhere/at/all")) == 7);
    assert(status_of(spawn("/bin/true")) == 0);
    pid = spawn("false");
    other = spawn("true");
    assert(status_of(pid) == 1 && status_of(other) == 0);
    assert(posix_spawn(&pid, "/nowhere/at/all", NULL, NULL, arguments,
                       environ) != 0);
    assert(wait(NULL) == -1);
    return 0;
}
