/*
 * A daemon ends with its parent, however the parent ends.
 *
 * A boss starts a helper that answers questions, and then the boss is
 * killed. It had no time to end its helper. But between the two there
 * is a pipe of which the boss alone has the write end. Nothing is ever
 * written to it. When the boss ends, by whatever cause, the kernel
 * closes that end, and the helper, which polls the pipe together with
 * the questions, finds the end of file there and goes.
 *
 * Main asks a question before the boss's death and one after it.
 *
 * Expect: always ok: the boss is dead, and nobody answers
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ, WRITE };

static int questions[2], answers[2]; /* pipes */
static int line[2]; /* from the boss; nothing is ever sent on it */

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(2);
    }
}

static void helper(void)
{
    struct pollfd files[2] = {{.fd = questions[READ], .events = POLLIN},
                              {.fd = line[READ], .events = POLLIN}};
    char byte;

    close(line[WRITE]); // h1
    for (;;) {
        must(poll(files, 2, -1) > 0, "poll"); // h2
        if (files[1].revents != 0)
            exit(0); // h3
        if (read(questions[READ], &byte, 1) != 1)
            exit(0);
        must(write(answers[WRITE], &byte, 1) == 1, "write"); // h4
    }
}

static void boss(void)
{
    pid_t pid;

    close(questions[WRITE]);
    close(answers[READ]);
    must(pipe(line) == 0, "pipe"); // b1
    pid = fork();
    if (pid == 0)
        helper();
    must(pid > 0, "fork");
    close(line[READ]);
    close(questions[READ]);
    close(answers[WRITE]);
    for (;;)
        pause(); // b2
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

/* Whether somebody answers. */
static int ask(void)
{
    char byte;

    if (write(questions[WRITE], "?", 1) != 1)
        return 0;
    return read(answers[READ], &byte, 1) == 1;
}

int main(void)
{
    int status, answered;
    pid_t pid;

    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN); /* a question to nobody: EPIPE */
    must(pipe(questions) == 0 && pipe(answers) == 0, "pipe");
    pid = start(boss);
    close(questions[READ]);
    close(answers[WRITE]);
    answered = ask(); // m1
    printf("answered: %s\n", answered ? "yes" : "no");
    assert(answered);
    kill(pid, SIGKILL); // m2
    must(waitpid(pid, &status, 0) == pid, "waitpid");
    answered = ask(); // m3
    printf("the boss is dead; answered: %s\n",
           answered ? "yes" : "no");
    assert(!answered); // m4
    return 0;
}
