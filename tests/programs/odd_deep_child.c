/*
 * A child calls itself until its stack is full.
 *
 * Expect: always crash
 */
#define _GNU_SOURCE /* -std=c11 hides POSIX without it */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int without_end = 1; /* the compiler cannot know */

static int deeper(volatile char *before)
{
    volatile char here[1000];

    here[0] = before[0];
    if (!without_end)
        return 0;
    return deeper(here) + here[0];
}

int main(void)
{
    volatile char first = 1;
    int status = 0;
    pid_t child = fork();

    if (child < 0)
        return 2;
    if (child == 0)
        _exit(deeper(&first));
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV ? 0 : 1;
}
