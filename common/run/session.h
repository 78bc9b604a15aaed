/*
 * session.h - one run from its start to its last line.
 *
 * Used by run/main.c.  Uses everything else.
 */
#ifndef RUN_SESSION_H
#define RUN_SESSION_H

#include <stdbool.h>

#include "judge/expect.h"
#include "run/keeper.h"
#include "run/options.h"
#include "trace/trace.h"

/*
 * session_run - run one variant, show it, keep it if that was asked for.
 *
 * Returns 0 if it came to what its Expect: line says, 1 if not or if it
 * could not be saved, 128 + N if the user ended it by signal N.
 */
int session_run(const struct variant *variant,
                const struct options *options);

/*
 * The parts of it, for runs of another kind (many.h, step.h).
 *
 * session_begin - an empty trace that knows what it is to be a trace of,
 * prepared for the schedule that was asked for.
 * session_study - what keeper_run needs; the caller frees its argv.
 * session_finish - from the bare log to one that a person can read.
 * session_show - print the columns and the last lines; returns whether
 * the run is as expected.  `variant` is NULL for an opened one.
 * session_expect - what the variant's Expect: line says.
 */
struct trace *session_begin(const struct variant *variant,
                            const struct options *options);
struct study session_study(const struct variant *variant,
                           const struct options *options);
void session_finish(struct trace *trace, const struct variant *variant);
bool session_show(const struct trace *trace, const struct variant *variant,
                  const struct options *options);
struct expect session_expect(const struct trace *trace);

/*
 * session_open - show the run that options->open names.
 *
 * Returns 0 or 1 as session_run, 2 if that is no trace.
 */
int session_open(const struct options *options);

#endif
