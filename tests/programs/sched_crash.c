/*
 * A child crashes, while the parent and a brother wait.
 *
 * Expect: always crash: the child writes where there is no memory
 */
#include <assert.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int *volatile nowhere;

int main(void)
{
    int ends[2], status = 0;
    pid_t child;
    char byte;

    if (pipe(ends) != 0)
        return 2;
    child = fork();
    if (child < 0)
        return 2;
    if (child == 0)
        *nowhere = 1;
    close(ends[1]);
    assert(read(ends[0], &byte, 1) == 0);
    waitpid(child, &status, 0);
    assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    return 0;
}
