/*
 * Two threads each take a lock, try the other, and step back.
 *
 * Nobody waits while holding a lock, so there is no deadlock. But if
 * both take their first lock, both fail to get the second, and both
 * step back, they are where they began, and may do it all again, for
 * as long as they stay in step.  They start together; with each going
 * one step in turn (--round-robin) they never get out of it.
 *
 * Expect: sometimes livelock: as long as both step back in step
 */
#define _POSIX_C_SOURCE 200809L /* barriers, which -std=c11 hides */
#include <assert.h>
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t b = PTHREAD_MUTEX_INITIALIZER;
static int passed; /* written with both locks held */
static pthread_barrier_t start;

static void take_both(pthread_mutex_t *mine, pthread_mutex_t *other)
{
    pthread_barrier_wait(&start);
    pthread_mutex_lock(mine);
    while (pthread_mutex_trylock(other) != 0) {
        pthread_mutex_unlock(mine);
        pthread_mutex_lock(mine);
    }
    passed++;
    pthread_mutex_unlock(other);
    pthread_mutex_unlock(mine);
}

static void *lefty(void *none)
{
    take_both(&a, &b);
    return none;
}

static void *righty(void *none)
{
    take_both(&b, &a);
    return none;
}

int main(void)
{
    pthread_t one, two;

    pthread_barrier_init(&start, NULL, 2);
    if (pthread_create(&one, NULL, lefty, NULL) != 0 ||
        pthread_create(&two, NULL, righty, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    pthread_barrier_destroy(&start);
    assert(passed == 2);
    return 0;
}
