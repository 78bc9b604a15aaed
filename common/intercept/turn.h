/*
 * turn.h - what a wrapper does in a controlled run.  For intercept/
 * only; all of it does nothing, at the cost of one look, under the
 * kernel's schedule.
 *
 * A wrapper asks for the turn before it does anything that another actor
 * could notice (ask), makes its call in the form that does not wait, and
 * says afterwards what it has touched (touched) or that it has changed
 * nothing (looked).  Where the call would wait it gives the turn away
 * (turn_wait) and tries again.
 */
#ifndef INTERCEPT_TURN_H
#define INTERCEPT_TURN_H

#include <time.h>

#include "intercept/gate.h"
#include "intercept/record.h"

static inline bool is_controlled(void)
{
    return gate != NULL && is_actor();
}

/* ask - wait for the turn to do this. */
static inline void ask(enum kind kind, uint64_t object, uint64_t pc)
{
    if (is_controlled())
        gate->step(kind, object, pc);
}

static inline void touched(uint64_t object)
{
    if (is_controlled())
        gate->touch(object);
}

static inline void looked(void)
{
    if (is_controlled())
        gate->idle();
}

/*
 * turn_wait - the call would wait: record WAIT, the first time (*waited
 * is 0, and becomes EVENT_WAITED), and give the turn away.
 *
 * Requires is_controlled().  `deadline` is virtual, GATE_NEVER for none.
 */
enum gate_answer turn_wait(enum kind kind, uint64_t object, uint64_t pc,
                           unsigned flags, uint64_t deadline,
                           unsigned *waited);

/*
 * turn_deadline - a deadline that the program has given, as virtual
 * nanoseconds; GATE_NEVER for NULL.  turn_clock - what a clock shows now.
 */
uint64_t turn_deadline(clockid_t clock, const struct timespec *deadline);
struct timespec turn_clock(clockid_t clock);

#endif
