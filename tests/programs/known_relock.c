/*
 * A thread locks a normal lock that it already holds.
 *
 * The outer function holds the lock and calls the inner one, which
 * takes it too. A normal lock does not ask who holds it: the thread
 * waits for itself.
 *
 * Expect: always deadlock: main waits for the lock that it holds
 */
#define _POSIX_C_SOURCE 200809L /* lock types, which -std=c11 hides */
#include <assert.h>
#include <pthread.h>

static pthread_mutex_t lock;
static int calls;

static void inner(void)
{
    pthread_mutex_lock(&lock);
    calls++;
    pthread_mutex_unlock(&lock);
}

static void outer(void)
{
    pthread_mutex_lock(&lock);
    calls++;
    inner();
    pthread_mutex_unlock(&lock);
}

int main(void)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_NORMAL);
    pthread_mutex_init(&lock, &attr);
    outer();
    assert(calls == 2);
    pthread_mutex_destroy(&lock);
    return 0;
}
