/*
 * A condition is signalled at the very moment when the wait times out.
 *
 * The waiter waits until the deadline, the caller sleeps until it. The
 * wait may end either way, and both are right: told in time, or timed
 * out. What may not happen is a third thing, or a wait for ever.
 *
 * Expect: always ok: either in time or timed out
 */
#define _POSIX_C_SOURCE 200809L /* clocks, which -std=c11 hides */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum { SECOND = 1000000000, WAIT = 20000000 }; /* nanoseconds */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t called = PTHREAD_COND_INITIALIZER;
static bool is_called;
static struct timespec deadline;

static void *waiter(void *none)
{
    int result = 0;

    pthread_mutex_lock(&lock);
    while (!is_called && result == 0)
        result = pthread_cond_timedwait(&called, &lock, &deadline);
    assert((result == 0 && is_called) || result == ETIMEDOUT);
    pthread_mutex_unlock(&lock);
    return none;
}

static void *caller(void *none)
{
    clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &deadline, NULL);
    pthread_mutex_lock(&lock);
    is_called = true;
    pthread_cond_signal(&called);
    pthread_mutex_unlock(&lock);
    return none;
}

int main(void)
{
    pthread_t one, two;

    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_nsec += WAIT;
    deadline.tv_sec += deadline.tv_nsec / SECOND;
    deadline.tv_nsec %= SECOND;
    if (pthread_create(&one, NULL, waiter, NULL) != 0 ||
        pthread_create(&two, NULL, caller, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    assert(is_called);
    return 0;
}
