/*
 * deadlock.h - who waits for what, in words.
 *
 * For verdict.c.  Uses replay.h and names.h.
 */
#ifndef JUDGE_DEADLOCK_H
#define JUDGE_DEADLOCK_H

#include "judge/names.h"
#include "judge/phrase.h"
#include "judge/replay.h"

/*
 * deadlock_describe - append who waits, for what, and who has it.
 *
 * A cycle comes first: "buyer 1 holds a and waits for b; buyer 2 holds
 * b and waits for a".  `index` is the event at which things stand so.
 * Appends nothing if nobody waits.  Returns how many wait.
 */
uint32_t deadlock_describe(struct phrase *phrase,
                           const struct replay *replay,
                           const struct names *names, uint32_t index);

/*
 * deadlock_lost_wakeup - was a signal lost on one of those who wait?
 *
 * It is if it came when nobody waited, to a condition on which somebody
 * now waits who has not looked since at what the signaller wrote.  Not
 * so in a cycle, whatever signals were lost before it.  Appends "waiter
 * waits on ready for ever: setter signalled it at x.c:12, before waiter
 * waited".  Returns the signal, TRACE_NONE if there is no such one.
 */
uint32_t deadlock_lost_wakeup(struct phrase *phrase,
                              const struct replay *replay,
                              const struct names *names, uint32_t index);

#endif
