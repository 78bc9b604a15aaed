/*
 * Starts itself anew, three deep; each says how deep it is.
 *
 * Expect: always ok: three are spawned
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>

extern char **environ;

int main(int argc, char **argv)
{
    char *words[] = {argv[0], "deeper", "deeper", "deeper", NULL};
    int status = 1;
    pid_t child;

    printf("%d deep\n", argc - 1);
    if (argc == 4)
        return 0;
    words[argc + 1] = NULL;
    if (posix_spawn(&child, "/proc/self/exe", NULL, NULL, words,
                    environ) != 0)
        return 2;
    return waitpid(child, &status, 0) < 0 || status != 0;
}
