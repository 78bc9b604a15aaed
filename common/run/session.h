/*
 * session.h - one run from its start to its last line.
 *
 * Used by run/main.c.  Uses everything else.
 */
#ifndef RUN_SESSION_H
#define RUN_SESSION_H

#include <stdbool.h>

#include "run/options.h"

/*
 * session_run - run one variant, show it, keep it if that was asked for.
 *
 * Returns 0 if it came to what its Expect: line says, 1 if not or if it
 * could not be saved, 128 + N if the user ended it by signal N.
 */
int session_run(const struct variant *variant,
                const struct options *options);

/*
 * session_open - show the run that options->open names.
 *
 * Returns 0 or 1 as session_run, 2 if that is no trace.
 */
int session_open(const struct options *options);

#endif
