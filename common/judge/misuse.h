/*
 * misuse.h - calls that POSIX forbids or that cannot have been meant.
 *
 * Unlocking what another holds or nobody does, locking again what one
 * holds, destroying what is held or waited for, closing twice, waiting
 * on a condition without its lock, and the errors by which the calls
 * themselves say that they were misused.
 *
 * Used by verdict.h and by the views.  Uses replay.h and names.h.
 */
#ifndef JUDGE_MISUSE_H
#define JUDGE_MISUSE_H

#include "judge/names.h"
#include "judge/replay.h"

#define MISUSE_SENTENCE 400

/*
 * misuse_check - is the event that the replay will play next a misuse?
 *
 * If so, writes a sentence about it ("buyer 2 unlocks a, which buyer 1
 * holds") of at most MISUSE_SENTENCE bytes, unless `sentence` is NULL,
 * and returns true.
 */
bool misuse_check(struct replay *replay, const struct names *names,
                  char *sentence);

#endif
