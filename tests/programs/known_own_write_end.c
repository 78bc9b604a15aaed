/*
 * A reader that still holds the write end waits for ever for the end.
 *
 * The parent writes one letter and closes its write end. The child
 * reads until there is no more, but fork gave it a write end too: the
 * pipe has a writer left, the reader itself.
 *
 * Expect: always deadlock: the child waits to read, the parent for it
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
