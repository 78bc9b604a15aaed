/*
 * Each process makes the next and ends: nobody lives long enough to be
 * killed by its number.
 *
 * Expect: always timeout: the head that waits outlives the others
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <unistd.h>

int main(void)
{
    if (fork() > 0)
        for (;;)
            pause();
    for (;;)
        if (fork() > 0)
            _exit(0);
}
