/*
 * gate.h - where the wrappers ask who goes next.
 *
 * With no gate the kernel decides: a call that would wait really waits.
 * With a gate (schedule/turn.c sets it) one actor runs at a time: each
 * wrapper asks for the turn before it does anything that another actor
 * could notice, never waits in the kernel, and says what it touched.
 * So intercept/ knows of schedule/ only this table of functions.
 */
#ifndef INTERCEPT_GATE_H
#define INTERCEPT_GATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "trace/kinds.h"

#define GATE_NEVER UINT64_MAX /* no deadline */

enum gate_answer {
    GATE_TOUCHED, /* somebody touched the object: try again */
    GATE_TIMEOUT, /* the deadline came */
    GATE_SIGNAL,  /* a signal was handled meanwhile: EINTR */
    GATE_REALLY   /* only the outside can end this: wait in the kernel */
};

struct gate {
    /* Wait for the turn to do `kind` to `object`. */
    void (*step)(enum kind kind, uint64_t object, uint64_t pc);

    /* It cannot be done now: give the turn away until `object` is
     * touched or virtual time reaches `deadline` (nanoseconds).
     * `outside`: somebody who is no actor may end the wait. */
    enum gate_answer (*block)(enum kind kind, uint64_t object,
                              uint64_t pc, uint64_t deadline,
                              bool outside);

    /* All who are blocked on `object` may try again. */
    void (*touch)(uint64_t object);

    /* One who is blocked on `object` may go on, by the strategy's
     * choice; false if nobody is. */
    bool (*wake_one)(uint64_t object);

    /* What this actor just did changed nothing (a read, a try that
     * failed, a yield): too many in a row are spinning. */
    void (*idle)(void);

    /* An actor was announced and may be chosen; called by its maker. */
    void (*born)(uint32_t actor);

    /* The new actor itself: wait for the first turn. */
    void (*begin)(void);

    /* This thread, or the whole process, is about to end. */
    void (*leave)(bool whole_process);

    /* This process becomes a program that takes no turns; back: it did
     * not. */
    void (*away)(void);
    void (*back)(void);

    /* Another process was killed: it is no actor any more.  Waits until
     * the kernel has really ended it. */
    void (*killed)(uint32_t process);

    /* A signal that another process handles was sent to it: it may go
     * on, though it is blocked. */
    void (*signalled)(uint32_t process);

    /* Does this process handle the signal of a child's end?  Then it is
     * signalled when one ends. */
    void (*hears_children)(bool does);

    /* Is it this actor's turn? */
    bool (*has_turn)(void);

    /* Virtual time, nanoseconds; and let some of it pass. */
    uint64_t (*now)(void);
    void (*spend)(uint64_t nanoseconds);
};

/* NULL under the kernel's schedule. */
extern const struct gate *gate;

#endif
