/*
 * A thousand children, twenty at a time.
 *
 * Expect: always ok: every one is waited for
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 1000, AT_ONCE = 20 };

int main(void)
{
    int status, waited = 0;

    for (int i = 0; i < CHILDREN; i++) {
        pid_t child = fork();

        if (child == 0)
            _exit(0);
        if (child < 0)
            return 2;
        if (i >= AT_ONCE)
            waited += wait(&status) > 0 && status == 0;
    }
    while (wait(&status) > 0)
        waited += status == 0;
    printf("%d ended well\n", waited);
    return waited != CHILDREN;
}
