/*
 * Sends SIGKILL to its whole process group, which is not the keeper's.
 *
 * Expect: always crash: killed by SIGKILL
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <signal.h>
#include <unistd.h>

int main(void)
{
    if (fork() == 0)
        for (;;)
            pause();
    kill(0, SIGKILL);
    return 0;
}
