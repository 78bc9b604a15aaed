/*
 * A child writes to a pipe that nobody reads, and is killed by SIGPIPE.
 *
 * Another child waits full of letters for a reader, who then goes.
 *
 * Expect: always ok: the parent finds both killed by the signal
 */
#include <assert.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t make_writer(int *ends, int blocks)
{
    static char block[40000];
    pid_t child = fork();

    if (child != 0)
        return child;
    if (blocks > 1)
        close(ends[0]); /* or else it could read itself */
    for (int i = 0; i < blocks; i++)
        if (write(ends[1], block, sizeof block) < 0)
            _exit(1);
    _exit(0);
}

int main(void)
{
    int first[2], second[2], one = 0, two = 0;
    pid_t children[2];
    char byte;

    if (pipe(first) != 0 || pipe(second) != 0)
        return 2;
    close(first[0]);
    children[0] = make_writer(first, 1);
    children[1] = make_writer(second, 3);
    if (children[0] < 0 || children[1] < 0)
        return 2;
    assert(read(second[0], &byte, 1) == 1);
    close(second[0]);
    waitpid(children[0], &one, 0);
    waitpid(children[1], &two, 0);
    assert(WIFSIGNALED(one) && WTERMSIG(one) == SIGPIPE);
    assert(WIFSIGNALED(two) && WTERMSIG(two) == SIGPIPE);
    return 0;
}
