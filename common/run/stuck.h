/*
 * stuck.h - is everybody waiting for somebody who waits?
 *
 * Used by the keeper.  Uses run/family.h and the trace's table of
 * actors.
 */
#ifndef RUN_STUCK_H
#define RUN_STUCK_H

#include "run/family.h"
#include "trace/trace.h"

/*
 * stuck_seems - every actor that has not ended waits for another one.
 *
 * Costs a look at the table of actors; proves nothing.
 */
bool stuck_seems(const struct trace *trace);

/*
 * stuck_is_certain - no process that descends from this one can ever go
 * on.
 *
 * Looks at every thread of every process in /proc, twice.  Does not
 * depend on stuck_seems, and knows more: an actor that was killed
 * without a word does not count.
 * Requires that the calling process is the keeper.
 */
bool stuck_is_certain(const struct trace *trace);

#endif
