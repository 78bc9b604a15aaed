/*
 * many.h - the same program under many schedules, and a table of what
 * they came to.
 *
 * The runs are made one after another by one keeper, which judges each
 * and keeps, of every outcome, how often it came and the first schedule
 * that led to it.
 *
 * Used by run/session.c (many_run) and run/keeper.c.  Uses judge/.
 */
#ifndef RUN_MANY_H
#define RUN_MANY_H

#include <stdbool.h>

#include "run/keeper.h"
#include "run/options.h"
#include "trace/trace.h"

/*
 * many_run - make options->control.runs runs of a variant and print the
 * table.
 *
 * Returns 0 if that is what the variant's Expect: line says: always X,
 * all came to X; sometimes X, some did (all others being ok); never X,
 * none did.  Else 1; 128 + N if signal N ended it.
 */
int many_run(const struct variant *variant, const struct options *options);

/*
 * many_begin, many_next, many_end - for the keeper.
 *
 * many_begin comes before the first run.  many_next is told that a run
 * is over, judges it and, if there is to be one more, makes the trace
 * ready for it and returns true.  many_end leaves the table in the
 * trace, for many_run to print.
 */
void many_begin(struct trace *trace, const struct study *study);
bool many_next(struct trace *trace);
void many_end(struct trace *trace);

#endif
