/*
 * Leaves a child behind that ignores every signal it can.
 *
 * Expect: always leak: main itself ends well
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <signal.h>
#include <unistd.h>

int main(void)
{
    int ready[2];
    char byte;

    if (pipe(ready) < 0)
        return 2;
    if (fork() == 0) {
        for (int number = 1; number < 32; number++)
            signal(number, SIG_IGN);
        if (write(ready[1], "!", 1) != 1)
            return 2;
        for (;;)
            pause();
    }
    return read(ready[0], &byte, 1) != 1;
}
