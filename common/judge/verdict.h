/*
 * verdict.h - what a run came to, in one sentence.
 *
 * Of several the first in this order counts:
 *
 *   misfit       the given schedule does not fit the program
 *   assertion    an assert failed, in any process
 *   crash        a signal ended a process, or the first one
 *   lost-wakeup  a deadlock in which somebody waits on a condition that
 *                was signalled before, when nobody waited
 *   deadlock     nobody can go on
 *   livelock     all who are left only spin; or more steps than allowed
 *   stuck        a controlled run is held up by a call that takes no
 *                turns
 *   timeout, interrupted (by the user), stopped (where the given
 *                schedule ends, as the user asked)
 *   misuse       a call that POSIX forbids or that cannot be meant
 *   starvation   see below
 *   exit         a status other than 0
 *   leak         see below
 *   incomplete   the trace could not hold the whole run: nothing can be
 *                said
 *   ok
 *
 * An exit status counts (VERDICT_EXIT) if it is not 0 and is the first
 * process's, or that of a child that ended by itself and whose end
 * nobody ever looked at.  A child whose parent looked is the parent's
 * business.
 *
 * Starvation, in controlled runs only: an actor waits for the same thing
 * over and over, STARVE_WAITS times, and sees nothing new meanwhile,
 * while others pass it more than STARVE_PASSES times; or readers hold a
 * lock without a gap past one who wants to write; or, in a run of more
 * steps than allowed, one could have gone on and was not let (the
 * numbers are in case.h).  One that a strategy merely holds back in a
 * run that comes to its end is not starved.
 *
 * Leak: the first process ends and has not waited for a child that it
 * made (nor sent it a signal), whether the child has ended or not; or a
 * process exits while it holds a lock that others share.
 *
 * Used by expect.h, show/ and run/.  Uses replay.h, misuse.h, names.h.
 */
#ifndef JUDGE_VERDICT_H
#define JUDGE_VERDICT_H

#include <stdbool.h>

#include "trace/trace.h"

enum verdict_kind {
    VERDICT_OK,
    VERDICT_ASSERTION,
    VERDICT_CRASH,
    VERDICT_EXIT,
    VERDICT_DEADLOCK,
    VERDICT_TIMEOUT,
    VERDICT_MISUSE,
    VERDICT_INTERRUPTED,
    VERDICT_INCOMPLETE,
    VERDICT_LOST_WAKEUP,
    VERDICT_LIVELOCK,
    VERDICT_STARVATION,
    VERDICT_LEAK,
    VERDICT_STUCK,
    VERDICT_MISFIT,
    VERDICT_STOPPED
};

struct verdict {
    enum verdict_kind kind;
    uint32_t event;      /* that shows it; TRACE_NONE: no single one */
    uint32_t misuses;    /* how many there were */
    char sentence[1024]; /* in the program's own names */
    char also[512];      /* what else must be said; may be "" */
};

/*
 * judge - the verdict on a finished run.
 *
 * Of a trace that is not sealed and has no names (names_finish) it gives
 * the kind and the event, but no sentence: so it is cheap, for many runs
 * of which most come to the same.
 */
struct verdict judge(const struct trace *trace);

/* "deadlock", as in an Expect: line. */
const char *verdict_name(enum verdict_kind kind);

#endif
