/*
 * A thread locks a recursive lock that it already holds.
 *
 * A recursive lock knows who holds it and counts: the same thread gets
 * it again, and it is free after as many unlocks.
 *
 * Expect: always ok: both functions are called
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
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock, &attr);
    outer();
    assert(calls == 2);
    pthread_mutex_destroy(&lock);
    return 0;
}
