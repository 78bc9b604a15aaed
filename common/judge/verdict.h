/*
 * verdict.h - what a run came to, in one sentence.
 *
 * Of several the first in this order counts: a failed assertion, a
 * crash, a deadlock, a timeout, an interruption by the user, a misuse of
 * a call, an exit status.  If there is none of these, but the trace
 * could not hold the whole run, nothing can be said (VERDICT_INCOMPLETE).
 *
 * An exit status counts (VERDICT_EXIT) if it is not 0 and is the first
 * process's, or that of a child that ended by itself and whose end
 * nobody ever looked at.  A child whose parent looked is the parent's
 * business.  A failed assertion or a crash counts in any process.
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
    VERDICT_INCOMPLETE
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
 * Requires names (names_finish) for a good sentence, nothing else.
 */
struct verdict judge(const struct trace *trace);

/* "deadlock", as in an Expect: line. */
const char *verdict_name(enum verdict_kind kind);

#endif
