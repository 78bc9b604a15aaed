/*
 * watch.h - a finished run on the timeline, until the user has seen it.
 *
 * Used by run/.  Uses screen.h, timeline.h, settings.h and export.h.
 */
#ifndef SHOW_WATCH_H
#define SHOW_WATCH_H

#include <stdbool.h>

#include "trace/trace.h"

struct watch_options {
    bool ascii;
    bool color;
    bool inside;
};

/*
 * watch_run - show a finished trace until the user ends it.
 *
 * Returns false, after a sentence on stderr, if there is no terminal
 * that can show it: let the caller show something else.  *signal is the
 * signal that ended it, 0 if a key did.
 */
bool watch_run(const struct trace *trace,
               const struct watch_options *options, int *signal);

#endif
