/*
 * expect.h - what a variant's head says that a run comes to.
 *
 *     Expect: FREQUENCY OUTCOME: sentence
 *     Expect: sometimes assertion: more tickets are sold than there were
 *
 * FREQUENCY OUTCOME     a run is as expected if its verdict is
 *   always X            X
 *   sometimes X         X or ok (X is not ok: that would say nothing)
 *   never X             ok; if X is ok: anything that went wrong
 *
 * OUTCOME is ok, assertion, crash, exit, deadlock, lost-wakeup, livelock,
 * starvation, leak, misuse, timeout or stuck; what each is, verdict.h
 * says.  A lost wake-up is a deadlock, too: X may be either.
 * No Expect: at all means "always ok".  A run that the user broke off or
 * had stopped, one that the trace could not hold and one whose schedule
 * is another program's is never as expected.
 *
 * Used by run/.  Uses verdict.h.
 */
#ifndef JUDGE_EXPECT_H
#define JUDGE_EXPECT_H

#include <stdbool.h>
#include <stddef.h>

#include "judge/verdict.h"

enum frequency { EXPECT_ALWAYS, EXPECT_SOMETIMES, EXPECT_NEVER };

struct expect {
    enum frequency frequency;
    enum verdict_kind outcome;
    const char *sentence; /* in the text that was parsed; may be "" */
};

/*
 * expect_parse - read what stands after "Expect:".
 *
 * `text` may be NULL or blank.  Returns whether it is an expectation; if
 * not, *expect is "always ok" and `problem` a sentence about it.
 */
bool expect_parse(const char *text, struct expect *expect, char *problem,
                  size_t size);

/* Is the run what was expected? */
bool expect_met(const struct expect *expect,
                const struct verdict *verdict);

/* Is a verdict of this kind the outcome X that is spoken of? */
bool expect_names(const struct expect *expect, enum verdict_kind kind);

/* "sometimes assertion", as it is written. */
void expect_print(const struct expect *expect, char *out, size_t size);

#endif
