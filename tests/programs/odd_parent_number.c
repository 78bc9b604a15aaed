/*
 * Who made the first process is nobody of the program.
 *
 * Expect: always ok
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    printf("made by %d\n", (int)getppid());
    return 0;
}
