/*
 * One word and a good end: the first of the default run.
 *
 * Expect: always ok: it says its word
 * Compare: nobody reads this one, because it is not the last
 */
#include <stdio.h>

int main(void)
{
    puts("first");
    return 0;
}
