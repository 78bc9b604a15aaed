/*
 * Writes a hundred thousand lines, every tenth of them on stderr.
 *
 * Expect: always ok: all of it can be written
 */
#include <stdio.h>

enum { LINES = 100000 };

int main(void)
{
    for (int i = 0; i < LINES; i++)
        if (fprintf(i % 10 == 9 ? stderr : stdout, "line %05d\n", i) < 0)
            return 1;
    return 0;
}
