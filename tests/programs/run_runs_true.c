/*
 * A child becomes another program; the parent waits for it.
 *
 * Expect: always ok: true exits 0
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int status = 1;

    if (fork() == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(7);
    }
    return wait(&status) < 0 || status != 0;
}
