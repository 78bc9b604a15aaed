/*
 * columns.h - a run as text: a line an event, a column an actor.
 *
 * Where the columns would be too narrow to say anything, each actor has
 * a lane of one or two cells that shows its state at every moment, and
 * what happens is a sentence beside the lanes.  The time, in
 * milliseconds, is at the left, the source line at the right where
 * there is room.  No line is ever wider than asked for.
 *
 *     a state           in a lane        with --ascii
 *     runs              │                |
 *     holds a lock      ┃                #
 *     waits             ┊                :
 *     waits and holds   ┋                %
 *     sleeps            z                z
 *
 * Used by run/.  Uses story.h, lanes.h, row.h and judge/.
 */
#ifndef SHOW_COLUMNS_H
#define SHOW_COLUMNS_H

#include <stdbool.h>
#include <stdio.h>

#include "judge/expect.h"
#include "judge/verdict.h"
#include "trace/trace.h"

#define COLUMNS_NARROWEST 40
#define COLUMNS_WIDEST 1000

struct columns_options {
    int width;   /* taken as 40 to 1000 */
    bool color;  /* never the only sign of anything */
    bool ascii;  /* write nothing else */
    bool inside; /* leave nothing out, see story.h */
};

/*
 * columns_print - print all of a trace.
 *
 * Requires a sealed trace with names (names_finish) and peers
 * (replay_link); any other, also a damaged one, is printed as well as
 * can be.
 */
void columns_print(FILE *out, const struct trace *trace,
                   const struct columns_options *options);

/*
 * columns_verdict - print the last lines: the verdict, whether it is
 * what the variant's Expect: says, and what to try next.
 *
 * `expect` may be NULL: nothing is said about it.  `suggestions` is a
 * list of commands or sentences that ends with NULL, or NULL.
 * Returns whether the verdict is as expected (true without `expect`).
 */
bool columns_verdict(FILE *out, const struct verdict *verdict,
                     const struct expect *expect,
                     const char *const *suggestions,
                     const struct columns_options *options);

#endif
