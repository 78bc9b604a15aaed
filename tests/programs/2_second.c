/*
 * Another word and a good end: the last of the default run.
 *
 * Expect: always ok: it says its word
 * Compare: the first says "first", the second says "second"
 */
#include <stdio.h>

int main(void)
{
    puts("second");
    return 0;
}
