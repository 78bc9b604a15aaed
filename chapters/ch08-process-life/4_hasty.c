/*
 * A parent terminates its child before the child could get ready.
 *
 * SIGTERM asks a process to end. One that has a handler for it can
 * clean up first, and one that ignores it goes on as if nothing had
 * been said. SIGKILL cannot be handled or ignored.
 *
 * But a child that has been forked has not done anything yet. If its
 * parent asks it to end before its handler is in place, it ends at
 * once, and nothing has been cleaned up.
 *
 * Expect: sometimes assertion: the child ends without its clean-up
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLEANED = 3 }; /* exit code of one that has cleaned up */

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
    pid = start(polite);
    kill(pid, SIGTERM);   // m2
    code = join(pid);
    printf("polite: %d\n", code);
    assert(code == CLEANED); // m3
    pid = start(stubborn);
    kill(pid, SIGTERM);   // m4
    assert(waitpid(pid, &status, WNOHANG) == 0); // m5
    kill(pid, SIGKILL);   // m6
    code = join(pid);
    printf("stubborn: %d\n", code);
    assert(code == -SIGKILL);
    return 0;
}
