/*
 * A second thread ends its process, while the first one waits for it.
 *
 * Whoever waits for the process learns of its end.
 *
 * Expect: always ok: the parent reaps the child, with status 3
 */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *end_all(void *none)
{
    (void)none;
    exit(3);
}

int main(void)
{
    pthread_t thread;
    int status = -1;
    pid_t child = fork();

    if (child < 0)
        return 2;
    if (child == 0) {
        if (pthread_create(&thread, NULL, end_all, NULL) != 0)
            return 2;
        pthread_join(thread, NULL);
        return 1; /* never reached */
    }
    waitpid(child, &status, 0);
    assert(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    return 0;
}
