/*
 * A child reads to the end of a pipe whose write end it holds itself;
 * the parent waits for the child.
 *
 * Expect: always deadlock: the end never comes
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int ends[2];
    char byte;

    if (pipe(ends) < 0)
        return 2;
    if (fork() == 0)
        return read(ends[0], &byte, 1) != 0;
    close(ends[1]);
    wait(NULL);
    return 0;
}
