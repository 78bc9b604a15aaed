/*
 * A process starts itself anew, by exec, twice; then from a thread, while
 * its first one waits; the parent waits for the end of it all.
 *
 * Expect: always ok: the last of them ends with status 5
 */
#include <assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char **words;
static sem_t never;

static void *begin_anew(void *none)
{
    execv("/proc/self/exe", words);
    return none;
}

int main(int argc, char **argv)
{
    char *longer[] = {argv[0], "x", "x", "x", NULL};
    int status = -1;
    pthread_t thread;
    pid_t child;

    words = longer;
    longer[argc < 4 ? argc + 1 : 4] = NULL;
    if (argc == 4)
        return 5;
    if (argc == 3) {
        sem_init(&never, 0, 0);
        if (pthread_create(&thread, NULL, begin_anew, NULL) == 0)
            sem_wait(&never);
        return 2;
    }
    if (argc == 2)
        return *(char *)begin_anew(argv[0]) != '\0';
    child = fork();
    if (child < 0)
        return 2;
    if (child == 0)
        begin_anew(NULL);
    waitpid(child, &status, 0);
    assert(WIFEXITED(status) && WEXITSTATUS(status) == 5);
    return 0;
}
