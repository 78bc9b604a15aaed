/*
 * Two processes hand a byte to and fro: time and again both seem to
 * wait for each other, and never do.
 *
 * Expect: always ok: every byte comes back
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 20000 };

static int pass_on(int from, int to)
{
    char byte;

    return read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1;
}

int main(void)
{
    int there[2], back[2], status = 1, passed = 0;

    if (pipe(there) < 0 || pipe(back) < 0)
        return 2;
    if (fork() == 0) {
        for (int i = 0; i < ROUNDS; i++)
            if (!pass_on(there[0], back[1]))
                return 1;
        return 0;
    }
    if (write(there[1], "!", 1) != 1)
        return 2;
    for (int i = 0; i < ROUNDS; i++)
        passed += pass_on(back[0], there[1]);
    return wait(&status) < 0 || status != 0 || passed != ROUNDS;
}
