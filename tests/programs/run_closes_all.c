/*
 * Closes every descriptor and goes elsewhere, then says something.
 *
 * Expect: always misuse: most of them were not open
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    for (int descriptor = 0; descriptor < 1024; descriptor++)
        close(descriptor);
    if (chdir("/") < 0)
        return 2;
    printf("to nobody\n");
    return 0;
}
