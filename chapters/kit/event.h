/*
 * An event: a flag that processes or threads can wait for.
 *
 * It is either set or clear. Whoever waits for a clear event sleeps
 * until someone sets it; setting it wakes all who wait, and nobody
 * waits for an event that is set.
 *
 *     struct event *door = mmap(... MAP_SHARED | MAP_ANONYMOUS ...);
 *     event_init(door);
 *     if (fork() == 0) {
 *         event_wait(door);       sleeps
 *         ...
 *     }
 *     event_set(door);            wakes it
 *
 * Where it lives. The caller owns the memory. An event that processes
 * share must be in memory that they share, mapped before the fork. It
 * holds no pointer, so it may be a member of a larger struct, but it
 * must not be moved or copied.
 *
 * Who may call. Any thread of any process that shares it, at any time
 * between event_init and event_destroy; nobody owns an event, and the
 * one who clears it need not be the one who set it. Not from a signal
 * handler. A process that is killed within one of these calls may
 * leave the event locked for all others.
 *
 * Errors. Only event_init can fail. The others need an event that
 * event_init has made; anything else is undefined.
 */
#ifndef EVENT_H
#define EVENT_H

#include <pthread.h>
#include <stdbool.h>

struct event {
    pthread_mutex_t lock;    /* guards all that follows */
    pthread_cond_t was_set;  /* signalled by event_set */
    bool is_set;             /* the flag itself */
    unsigned long times_set; /* how often event_set was called */
};

/*
 * Makes an event, clear, for use by all who share its memory.
 * Returns 0, or an error number such as ENOMEM or ENOTSUP, and then
 * there is no event. Requires memory that holds no living event.
 */
int event_init(struct event *event);

/*
 * Ends an event. Requires that nobody waits for it and that nobody
 * uses it any more. The memory stays the caller's.
 */
void event_destroy(struct event *event);

/*
 * Sets the event and wakes all who wait for it. Each of them goes on,
 * even if the event is cleared before it has had time to look.
 */
void event_set(struct event *event);

/* Clears the event. Who waits from now on waits for the next set. */
void event_clear(struct event *event);

/*
 * Returns whether the event is set. Never sleeps for the event. The
 * answer may be old by the time the caller acts on it.
 */
bool event_is_set(struct event *event);

/* Returns how many times the event was set since event_init. */
unsigned long event_times_set(struct event *event);

/* Sleeps until the event is set; returns at once if it is. */
void event_wait(struct event *event);

/*
 * Sleeps until the event is set, but for at most this many
 * milliseconds by the monotonic clock; 0 does not sleep at all.
 * Requires milliseconds >= 0.
 * Returns true if the event was set, false if the time ran out first.
 */
bool event_wait_for(struct event *event, int milliseconds);

#endif
