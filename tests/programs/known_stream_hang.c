/*
 * A parent reads lines until a pipe ends, and keeps it open itself.
 *
 * Expect: always deadlock: it waits for a line that it alone could write
 */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    char line[80];
    int ends[2];
    FILE *in;

    if (pipe(ends) < 0)
        return 1;
    if (fork() == 0)
        _exit(write(ends[1], "a line\n", 7) != 7);
    in = fdopen(ends[0], "r");
    if (in == NULL)
        return 1;
    while (fgets(line, sizeof line, in) != NULL)
        ;
    wait(NULL);
    return 0;
}
