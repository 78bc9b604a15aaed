/*
 * The first process becomes a program that takes no turns, and its child
 * waits for what that never says.
 *
 * Expect: always ok
 */
#define _GNU_SOURCE /* -std=c11 hides POSIX without it */
#include <unistd.h>

int main(void)
{
    int ends[2];
    char byte;

    if (pipe(ends) != 0)
        return 2;
    if (fork() == 0) {
        close(ends[1]);
        _exit(read(ends[0], &byte, 1) == 0 ? 0 : 1);
    }
    execl("/bin/sh", "sh", "-c", "exit 0", (char *)NULL);
    return 1;
}
