/*
 * Becomes another program, which says nothing to anybody.
 *
 * Expect: always exit: it becomes false, which exits 1
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <unistd.h>

int main(void)
{
    execl("/bin/false", "false", (char *)NULL);
    return 7;
}
