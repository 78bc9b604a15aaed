/*
 * An event is a mutex, a condition and a flag.
 *
 * The flag says what is so, the mutex makes looking at it and falling
 * asleep one step, and the condition is where to sleep. The flag alone
 * would do for those who come while the event is set. But one who
 * sleeps may be woken by a set and find the flag cleared again before
 * it gets the mutex, and would sleep on though it was meant to go. So
 * there is a count of sets as well, and a sleeper goes on when the
 * flag is set or when the count has changed since it came.
 */
#define _POSIX_C_SOURCE 200809L /* pthread_condattr_setclock */
#include "event.h"

#include <errno.h>
#include <time.h>

static int init_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attr;
    int error = pthread_mutexattr_init(&attr);

    if (error != 0)
        return error;
    error = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    if (error == 0)
        error = pthread_mutex_init(lock, &attr);
    pthread_mutexattr_destroy(&attr);
    return error;
}

/* Timed by the clock that nobody can set: a wait must not grow. */
static int init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attr;
    int error = pthread_condattr_init(&attr);

    if (error != 0)
        return error;
    error = pthread_condattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    if (error == 0)
        error = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (error == 0)
        error = pthread_cond_init(condition, &attr);
    pthread_condattr_destroy(&attr);
    return error;
}

int event_init(struct event *event)
{
    int error = init_lock(&event->lock);

    if (error != 0)
        return error;
    error = init_condition(&event->was_set);
    if (error != 0)
        pthread_mutex_destroy(&event->lock);
    event->is_set = false;
    event->times_set = 0;
    return error;
}

void event_destroy(struct event *event)
{
    pthread_cond_destroy(&event->was_set);
    pthread_mutex_destroy(&event->lock);
}

void event_set(struct event *event)
{
    pthread_mutex_lock(&event->lock);
    event->is_set = true;
    event->times_set++;
    pthread_cond_broadcast(&event->was_set);
    pthread_mutex_unlock(&event->lock);
}

void event_clear(struct event *event)
{
    pthread_mutex_lock(&event->lock);
    event->is_set = false;
    pthread_mutex_unlock(&event->lock);
}

bool event_is_set(struct event *event)
{
    pthread_mutex_lock(&event->lock);
    bool is_set = event->is_set;
    pthread_mutex_unlock(&event->lock);
    return is_set;
}

unsigned long event_times_set(struct event *event)
{
    pthread_mutex_lock(&event->lock);
    unsigned long times_set = event->times_set;
    pthread_mutex_unlock(&event->lock);
    return times_set;
}

/* Is there still nothing for one who came after `before` sets? */
static bool must_wait(const struct event *event, unsigned long before)
{
    return !event->is_set && event->times_set == before;
}

/* A loop, because a condition may wake a sleeper for no reason. */
void event_wait(struct event *event)
{
    pthread_mutex_lock(&event->lock);
    unsigned long before = event->times_set;
    while (must_wait(event, before))
        pthread_cond_wait(&event->was_set, &event->lock);
    pthread_mutex_unlock(&event->lock);
}

static struct timespec time_in(int milliseconds)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += milliseconds / 1000;
    t.tv_nsec += milliseconds % 1000 * 1000000L;
    if (t.tv_nsec >= 1000000000L) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000L;
    }
    return t;
}

/* The end is a point in time, so waking for no reason adds nothing. */
bool event_wait_for(struct event *event, int milliseconds)
{
    struct timespec end = time_in(milliseconds);
    int error = milliseconds > 0 ? 0 : ETIMEDOUT;

    pthread_mutex_lock(&event->lock);
    unsigned long before = event->times_set;
    while (must_wait(event, before) && error != ETIMEDOUT)
        error = pthread_cond_timedwait(&event->was_set, &event->lock,
                                       &end);
    bool set = !must_wait(event, before);
    pthread_mutex_unlock(&event->lock);
    return set;
}
