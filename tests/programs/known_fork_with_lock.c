/*
 * A process forks while another of its threads holds a lock.
 *
 * fork copies the memory, the locked lock with it, but of the threads
 * only the one that calls it. If the counter holds the lock just then,
 * the child's copy stays locked for ever: the thread that would unlock
 * it does not exist there.
 *
 * Expect: sometimes deadlock: the child waits for a lock of nobody
 */
#include <assert.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int count;

static void *counter(void *none)
{
    pthread_mutex_lock(&lock);
    count++;
    pthread_mutex_unlock(&lock);
    return none;
}

static void child(void)
{
    pthread_mutex_lock(&lock);
    count++;
    pthread_mutex_unlock(&lock);
}

int main(void)
{
    pthread_t thread;
    int status = -1;
    pid_t pid;

    if (pthread_create(&thread, NULL, counter, NULL) != 0)
        return 2;
    pid = fork();
    if (pid < 0)
        return 2;
    if (pid == 0) {
        child();
        _exit(0);
    }
    waitpid(pid, &status, 0);
    pthread_join(thread, NULL);
    assert(status == 0 && count == 1);
    return 0;
}
