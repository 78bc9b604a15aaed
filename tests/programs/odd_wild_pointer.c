/*
 * A pointer that leads into the memory in which the harness keeps what it
 * records.
 *
 * Expect: always ok
 */
#include <string.h>
#include <stdint.h>

int main(void)
{
    memset((void *)(uintptr_t)0x200000000000, 'A', 4096);
    return 0;
}
