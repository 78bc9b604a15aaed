/*
 * export.h - a run as a file for other programs: a picture for slides,
 * JSON for ui.perfetto.dev, text for diff.
 *
 * All of them tell the same lines as the columns view, in the same
 * order, in full; each carries the number of its (first) event.
 *
 * Used by run/.  Uses story.h, lanes.h, row.h and judge/.
 */
#ifndef SHOW_EXPORT_H
#define SHOW_EXPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "trace/trace.h"

/* An SVG picture has no more lines than this; it says what is missing. */
#define EXPORT_ROWS_MOST 2000

enum export_format {
    EXPORT_SVG,      /* time runs down, an actor a lane */
    EXPORT_PERFETTO, /* trace event JSON */
    EXPORT_TEXT      /* a line an event; tabs between its fields */
};

struct export_options {
    enum export_format format;
    bool inside;       /* leave nothing out, see story.h */
    bool ascii;        /* no other characters in what is written */
    uint32_t from, to; /* only the lines of these events, the last one
                          included; 0 and TRACE_NONE for all.  SVG and
                          text only */
};

/* export_find - the format of that name, "svg", "perfetto" or "text".
 * Returns false if there is none. */
bool export_find(const char *name, enum export_format *format);

/*
 * export_write - write all of a trace.
 *
 * Requires what columns_print does.  Returns how many lines there are
 * that did not fit (SVG), 0 if all is there; whether writing went well
 * is for the caller to ask ferror(out).
 */
uint32_t export_write(FILE *out, const struct trace *trace,
                      const struct export_options *options);

#endif
