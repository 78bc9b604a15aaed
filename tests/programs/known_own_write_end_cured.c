/*
 * A reader closes its copy of the write end and finds the end.
 *
 * Once the parent has closed its write end too, nobody is left who
 * could write, and read returns 0.
 *
 * Expect: always ok: one letter, then the end of the file
 */
#include <assert.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ, WRITE };

static int ends[2]; /* of the pipe; each process has its own two */

static void reader(void)
{
    char letter;
    int letters = 0;

    close(ends[WRITE]);
    while (read(ends[READ], &letter, 1) == 1)
        letters++;
    assert(letters == 1);
}

int main(void)
{
    int status = -1;
    pid_t pid;

    if (pipe(ends) != 0 || (pid = fork()) < 0)
        return 2;
    if (pid == 0) {
        reader();
        exit(0);
    }
    close(ends[READ]);
    if (write(ends[WRITE], "x", 1) != 1)
        return 2;
    close(ends[WRITE]);
    waitpid(pid, &status, 0);
    assert(status == 0);
    return 0;
}
