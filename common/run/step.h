/*
 * step.h - the user decides who goes next, one choice at a time.
 *
 * Each choice is made by running the program again from its start, with
 * the choices so far and then a stop; so to undo one is just to leave it
 * out.
 *
 * Used by run/session.c.  Uses judge/, show/ and schedule/.
 */
#ifndef RUN_STEP_H
#define RUN_STEP_H

#include "run/options.h"

/*
 * step_run - go through a variant with the user, on stdin and stdout.
 *
 * Returns as session_run; 0 if the user left before the program's end.
 */
int step_run(const struct variant *variant, const struct options *options);

#endif
