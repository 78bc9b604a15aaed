/*
 * Ends with an exit status that does not fit into a byte: 300 is 44.
 *
 * Expect: always exit: only the low eight bits of 300 are left
 */
#include <stdlib.h>

int main(void)
{
    exit(300);
}
