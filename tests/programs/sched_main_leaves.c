/*
 * The first thread of a process ends before the others, in parent and
 * child.
 *
 * The process ends with its last thread, and not before.
 *
 * Expect: always ok: each process ends by itself, with status 0
 */
#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_t first;

static void *join_first(void *none)
{
    pthread_join(first, NULL);
    return none;
}

static void *go_on(void *none)
{
    for (int i = 0; i < 3; i++)
        sched_yield();
    return none;
}

int main(void)
{
    pthread_t thread;
    int status = -1;
    pid_t child = fork();

    if (child < 0)
        return 2;
    if (child > 0) {
        waitpid(child, &status, 0);
        assert(status == 0);
    }
    first = pthread_self();
    if (pthread_create(&thread, NULL, join_first, NULL) != 0 ||
        pthread_create(&thread, NULL, go_on, NULL) != 0)
        return 2;
    pthread_exit(NULL);
}
