/*
 * Gives up, while a child of it runs on.
 *
 * Expect: always crash: abort sends SIGABRT
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
    if (fork() == 0)
        for (;;)
            pause();
    abort();
}
