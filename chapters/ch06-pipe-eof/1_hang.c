/*
 * The reader keeps a write end open and waits for ever for the end.
 *
 * The parent writes ten hellos into a pipe and closes its write end.
 * The consumer reads until there is no more. But fork has given the
 * consumer both ends of the pipe, and it still has a write end itself:
 * as far as the kernel knows, the consumer may yet write something to
 * itself. So after the tenth hello its read waits, and the parent
 * waits for the consumer.
 *
 * Expect: always deadlock: a write end stays open, EOF never comes
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGES = 10, LENGTH = 5 };
enum { READ, WRITE };

static int ends[2]; /* of the pipe; each process has its own two */

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(1);
    }
}

static void consumer(void)
{
    char text[LENGTH + 1] = "";
    int messages = 0;

    while (read(ends[READ], text, LENGTH) == LENGTH) { // c2
        printf("got %s\n", text);
        messages++;
    }
    printf("end of file after %d messages\n", messages); // c3
    assert(messages == MESSAGES);
}

static pid_t start(void (*role)(void))
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        /* Linux: nobody is left behind if the parent is killed. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            exit(1);
        role();
        exit(0);
    }
    must(pid > 0, "fork");
    return pid;
}

static void join(pid_t pid)
{
    int status;

    must(waitpid(pid, &status, 0) == pid, "waitpid");
    if (status != 0)
        exit(1);
}

int main(void)
{
    pid_t pid;

    /* into a pipe, too, line by line, and nothing left at a fork */
    setvbuf(stdout, NULL, _IOLBF, 0);
    must(pipe(ends) == 0, "pipe");
    pid = start(consumer);
    close(ends[READ]); // m1
    for (int n = 0; n < MESSAGES; n++)
        must(write(ends[WRITE], "hello", LENGTH) == LENGTH,
             "write"); // m2
    close(ends[WRITE]); // m3
    join(pid); // m4
    return 0;
}
