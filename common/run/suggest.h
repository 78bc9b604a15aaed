/*
 * suggest.h - what to try after a run: commands that can be typed.
 *
 * Used by run/session.c.  Uses judge/ and run/options.h.
 */
#ifndef RUN_SUGGEST_H
#define RUN_SUGGEST_H

#include "judge/verdict.h"
#include "run/options.h"
#include "trace/trace.h"

#define SUGGESTIONS_MAX 4
#define SUGGESTION_SIZE 512

struct suggestions {
    const char *lines[SUGGESTIONS_MAX + 1]; /* ends with NULL */
    char text[SUGGESTIONS_MAX][SUGGESTION_SIZE];
};

/*
 * suggest - fill in what fits this run.
 *
 * `variant` is NULL for a run that was opened from a file.
 */
void suggest(struct suggestions *suggestions, const struct trace *trace,
             const struct verdict *verdict, const struct variant *variant,
             const struct options *options);

#endif
