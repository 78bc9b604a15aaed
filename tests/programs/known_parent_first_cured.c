/*
 * A parent waits for its child before it ends.
 *
 * When waitpid returns, the child is done and its work is there.
 *
 * Expect: always ok: the child is gone at the end, its work is done
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS is not in POSIX */
#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int *work; /* shared */

static void child(void)
{
    *work = 1;
}

int main(void)
{
    pid_t pid;

    work = mmap(NULL, sizeof *work, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (work == MAP_FAILED || (pid = fork()) < 0)
        return 2;
    if (pid == 0) {
        child();
        exit(0);
    }
    waitpid(pid, NULL, 0);
    assert(*work == 1);
    return 0;
}
