/*
 * Terminate asks, and kill does not; the child says when it is ready.
 *
 * SIGTERM asks a process to end. One that has a handler for it can
 * clean up first, and one that ignores it goes on as if nothing had
 * been said. SIGKILL cannot be handled or ignored.
 *
 * A child that has been forked has not done anything yet. So it says,
 * by a byte in a pipe, when its handler is in place, and the parent
 * does not ask sooner.
 *
 * Expect: always ok: one cleans up and ends, the other is killed
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ, WRITE };
enum { CLEANED = 3 }; /* exit code of one that has cleaned up */

static int ready[2]; /* a pipe */

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(2);
    }
}

static void clean_up(int signal)
{
    (void)signal;
    _exit(CLEANED); // h1
}

static void work(void (*when_asked)(int))
{
    struct sigaction action = {.sa_handler = when_asked};

    sigaction(SIGTERM, &action, NULL); // w1
    must(write(ready[WRITE], "!", 1) == 1, "write"); // w2
    for (;;)
        pause();
}

static void polite(void)
{
    work(clean_up);
}

static void stubborn(void)
{
    work(SIG_IGN);
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

static void wait_until_ready(void)
{
    char byte;

    must(read(ready[READ], &byte, 1) == 1, "read");
}

/* The exit code, or minus the signal that ended it. */
static int join(pid_t pid)
{
    int status;

    must(waitpid(pid, &status, 0) == pid, "waitpid");
    return WIFSIGNALED(status) ? -WTERMSIG(status)
                               : WEXITSTATUS(status);
}

int main(void)
{
    pid_t pid;
    int code, status;

    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    must(pipe(ready) == 0, "pipe");
    pid = start(polite);
    wait_until_ready();   // m1
    kill(pid, SIGTERM);   // m2
    code = join(pid);
    printf("polite: %d\n", code);
    assert(code == CLEANED); // m3
    pid = start(stubborn);
    wait_until_ready();
    kill(pid, SIGTERM);   // m4
    assert(waitpid(pid, &status, WNOHANG) == 0); // m5
    kill(pid, SIGKILL);   // m6
    code = join(pid);
    printf("stubborn: %d\n", code);
    assert(code == -SIGKILL);
    return 0;
}
