/*
 * options.h - what the user asked for on the command line.
 *
 * Used by run/main.c and run/session.c.  Uses argp and run/variants.h.
 */
#ifndef RUN_OPTIONS_H
#define RUN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "run/control.h"
#include "run/publish.h"
#include "run/variants.h"

struct options {
    const struct variant *variant; /* NULL: all that are numbered */
    char **arguments;              /* what stands after "--" */
    int argument_count;
    const char *save; /* a file's path, or NULL */
    const char *open; /* a saved trace's path, or NULL */
    int width;        /* columns to fit into */
    uint64_t timeout; /* nanoseconds; 0: none */
    uint64_t events;  /* the trace's room; 0: the usual */
    bool list;
    bool ascii;
    bool inside;
    bool raw;
    bool timeline;
    bool color;
    struct control control;
    struct publish publish;
    uint16_t *choices; /* room for those of --replay and --step */
};

/*
 * options_read - make sense of the command line.
 *
 * --help and --version print and exit with status 0.  What cannot be
 * done is said in a sentence on stderr, with exit status 2, before
 * anything has run.  The result points into argv.
 */
struct options options_read(int argc, char **argv);

#endif
