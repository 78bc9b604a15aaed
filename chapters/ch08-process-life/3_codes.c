/*
 * What a parent learns of the end: an exit code, or a signal.
 *
 * An exit code has eight bits. exit(300) arrives as 44, and exit(256)
 * as 0, which everybody takes for success. Who is ended by a signal
 * has no exit code; here, as in Python, that is told as the negative
 * number of the signal.
 *
 * Expect: always ok: 0, 7, 300 -> 44, 256 -> 0, -SIGTERM, -SIGKILL
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(2);
    }
}

static void leave(int number)
{
    exit(number); // c1
}

static void be_ended(int signal)
{
    raise(signal); // c2
}

static pid_t start(void (*role)(int), int number)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        /* Linux: nobody is left behind if the parent is killed. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            exit(1);
        role(number);
        exit(0);
    }
    must(pid > 0, "fork");
    return pid;
}

/* The exit code, or minus the signal that ended it. */
static int join(pid_t pid)
{
    int status;

    must(waitpid(pid, &status, 0) == pid, "waitpid"); // m1
    return WIFSIGNALED(status) ? -WTERMSIG(status)
                               : WEXITSTATUS(status); // m2
}

static void try(const char *what, void (*role)(int), int number,
                int expected)
{
    int code = join(start(role, number));

    printf("%s: %d\n", what, code);
    assert(code == expected);
}

int main(void)
{
    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    try("exit(0)", leave, 0, 0);
    try("exit(7)", leave, 7, 7);
    try("exit(300)", leave, 300, 44);
    try("exit(256)", leave, 256, 0);
    try("SIGTERM", be_ended, SIGTERM, -15);
    try("SIGKILL", be_ended, SIGKILL, -9);
    return 0;
}
