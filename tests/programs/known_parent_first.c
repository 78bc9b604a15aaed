/*
 * A parent does not wait, and may end before its child.
 *
 * Nothing says that the child is done when main returns. If the parent
 * is faster, the child runs on with nobody to ask how it ended.
 *
 * Expect: always leak: nobody waits for the child, there or not
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS is not in POSIX */
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
    return 0;
}
