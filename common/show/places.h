/*
 * places.h - what the source says about a trace's events.
 *
 * Once the run is over, every code address in the trace gets its
 * function, file and line, and the text of those files is put into the
 * trace, so that a saved one needs neither the program nor its source.
 * Used by run/.  Uses elfutils' libdw and trace/.
 */
#ifndef SHOW_PLACES_H
#define SHOW_PLACES_H

#include "trace/trace.h"

/*
 * places_resolve - fill in the trace's places and sources, once.
 *
 * Must run in the program that made the trace, its file unchanged.
 * Addresses in the harness, and all of them where there is no debug
 * information, get no place; a source file that is gone gets no text.
 */
void places_resolve(struct trace *trace);

/*
 * places_argument - what an event's call is made on, by its source line.
 *
 * For `pthread_mutex_lock(&db->lock)` that is "db->lock".  A name to fall
 * back on where the trace has no KIND_OBJECT_NAME for the object.
 * Returns the length written to `out` (with a final 0), 0 if the line is
 * not known or has no such call.
 */
size_t places_argument(const struct trace *trace,
                       const struct event *event, char *out, size_t size);

#endif
