/*
 * A process has handlers hold the lock whenever it forks.
 *
 * The first handler takes the lock before the fork, so that no other
 * thread holds it then; afterwards parent and child each unlock their
 * own copy.
 *
 * Expect: always ok: the child gets the lock
 */
#define _POSIX_C_SOURCE 200809L /* pthread_atfork, which -std=c11 hides */
#include <assert.h>
#include <pthread.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int count;

static void before(void)
{
    pthread_mutex_lock(&lock);
}

static void after(void)
{
    pthread_mutex_unlock(&lock);
}

static void add(void)
{
    pthread_mutex_lock(&lock);
    count++;
    pthread_mutex_unlock(&lock);
}

static void *counter(void *none)
{
    add();
    return none;
}

int main(void)
{
    pthread_t thread;
    int status = -1;
    pid_t pid;

    pthread_atfork(before, after, after);
    if (pthread_create(&thread, NULL, counter, NULL) != 0)
        return 2;
    pid = fork();
    if (pid < 0)
        return 2;
    if (pid == 0) {
        add();
        _exit(0);
    }
    waitpid(pid, &status, 0);
    pthread_join(thread, NULL);
    assert(status == 0 && count == 1);
    return 0;
}
