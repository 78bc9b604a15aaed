/*
 * Says what it was given on the command line, and what stdin holds.
 *
 * Expect: always ok: it only repeats
 */
#include <stdio.h>

int main(int argc, char **argv)
{
    int c;

    for (int i = 1; i < argc; i++)
        printf("argument %d: %s\n", i, argv[i]);
    while ((c = getchar()) != EOF)
        putchar(c);
    return argv[argc] != NULL;
}
