/*
 * A process forks only while it holds the lock itself.
 *
 * Then no other thread holds it, and in the child it is held by the one
 * thread that there is. Parent and child each unlock their own copy.
 * (pthread_atfork does the same for all forks of a program.)
 *
 * Expect: always ok: the child gets the lock
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
    pthread_mutex_lock(&lock);
    pid = fork();
    pthread_mutex_unlock(&lock);
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
