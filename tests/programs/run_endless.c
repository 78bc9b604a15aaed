/*
 * Counts for ever, in two processes; one of them in another session.
 *
 * Expect: always timeout: nobody tells it to stop
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <unistd.h>

int main(void)
{
    volatile unsigned long count = 0;

    if (fork() == 0)
        setsid();
    for (;;)
        count++;
}
