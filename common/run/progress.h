/*
 * progress.h - a line on the terminal while a program runs.
 *
 * Used by run/keeper.c.  Uses trace/.
 */
#ifndef RUN_PROGRESS_H
#define RUN_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/trace.h"

#define PROGRESS_INTERVAL UINT64_C(200000000) /* nanoseconds */

/*
 * progress_begin - the run of `trace` begins now.
 *
 * Nothing is shown if stderr is no terminal, or with `quiet`.
 * progress_show - write the line anew, once the run takes long enough to
 * make one wonder.  progress_end - take it away.
 */
void progress_begin(const struct trace *trace, bool quiet);
void progress_show(void);
void progress_end(void);

#endif
