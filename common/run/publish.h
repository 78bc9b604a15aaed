/*
 * publish.h - a run for other programs: --export.
 *
 * Used by run/options.c and run/session.c.  Uses argp, show/export.h and
 * trace/whole.h.
 */
#ifndef RUN_PUBLISH_H
#define RUN_PUBLISH_H

#include <argp.h>
#include <stdbool.h>

#include "show/export.h"
#include "trace/trace.h"

struct options;

struct publish {
    bool asked; /* it takes the place of the columns */
    const char *format;
    const char *output; /* a file's path; NULL: standard output */
    struct export_options options;
};

/* Its part of the command line; the parser's input is a struct publish,
 * all zeros. */
extern const struct argp publish_argp;

/* publish_check - what does not go together is said, with exit status 2;
 * what follows from what is filled in. */
void publish_check(struct publish *publish, const struct options *all);

/*
 * publish_run - write a finished run.
 *
 * Returns false, after it said so, if the file could not be written; it
 * is then as it was before.
 */
bool publish_run(const struct trace *trace, const struct publish *publish);

#endif
