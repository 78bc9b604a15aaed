/*
 * take.h - the shapes of a wrapped call.  For intercept/ only.
 *
 * A call that may have to wait is described by a struct take and made by
 * take(): tried, and if it would wait, the wait is recorded and the call
 * is made for real.  A call that lets others go on stands between
 * give_begin and give_end.  A call that makes an object or never waits
 * is just noted afterwards.  record.h says why the order is this one.
 *
 * All of these keep errno, and those that have no is_actor() before them
 * do nothing when the caller is no actor.
 */
#ifndef INTERCEPT_TAKE_H
#define INTERCEPT_TAKE_H

#include <errno.h>
#include <time.h>

#include "intercept/turn.h"

struct take {
    enum kind kind;  /* what is recorded once it was made */
    unsigned flags;  /* EVENT_OUTSIDE if no actor need end the wait */
    uint64_t object; /* 0: that of the address `what` */
    uint64_t pc;
    void *what;      /* the lock, the semaphore ... */
    clockid_t clock; /* of the deadline */
    const struct timespec *deadline; /* of the real call; NULL: none */

    /*
     * The call itself, waiting until `deadline` or, if that is NULL, for
     * ever.  Returns an errno value, 0 for success.
     */
    int (*call)(const struct take *take, const struct timespec *deadline);
};

/*
 * take - make a call that may have to wait.
 *
 * Requires that the caller is an actor.  Returns what call returned.
 *
 * The form that does not wait is the same call with a deadline that is
 * long past: unlike the trylock functions it tells a wait (ETIMEDOUT)
 * from a call that would fail at once (EDEADLK, EINVAL ...).
 */
int take(const struct take *take);

/* What follows is one line in a wrapper: each returns `error`. */

/* An object was made, with `value` as trace.h says for the kind. */
int note_made(enum kind kind, const volatile void *what, int64_t value,
              uint64_t pc, int error);

/* A call that never waits (trylock ...): try_begin before it is made,
 * note_tried when it came out so. */
void try_begin(enum kind kind, const volatile void *what, uint64_t pc);
int note_tried(enum kind kind, const volatile void *what, uint64_t pc,
               int error);

struct give {
    uint32_t event; /* TRACE_NONE: no actor, or the trace is full */
    uint64_t object;
    int64_t value;
};

/* give_begin - the call is about to be made; give_end - it was made. */
struct give give_begin(enum kind kind, const volatile void *what,
                       uint64_t pc);
int give_end(const struct give *give, int error);

/* The same where the object is no address. */
struct give give_key_begin(enum kind kind, uint64_t object, int64_t value,
                           uint64_t pc);

#endif
