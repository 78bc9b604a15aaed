/*
 * Writes where there is no memory.
 *
 * Expect: always crash: the address is 8
 */
#include <stdint.h>

int main(void)
{
    volatile uintptr_t nowhere = 8;

    *(volatile int *)nowhere = 1;
    return 0;
}
