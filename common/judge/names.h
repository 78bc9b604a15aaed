/*
 * names.h - what people call the objects and actors of a trace.
 *
 * The wrappers record an object's name when they meet it (OBJECT_NAME);
 * names_finish gives one to all the others, once, when the run is over.
 * From then on a trace, saved or not, holds every name.
 *
 * Used by judge/ and show/.  Uses trace/ and table.h.
 */
#ifndef JUDGE_NAMES_H
#define JUDGE_NAMES_H

#include "judge/table.h"
#include "trace/trace.h"

struct names {
    const struct trace *trace;
    struct table objects;
};

/* names_new - read all names of a trace, which must stay. */
struct names *names_new(const struct trace *trace);
void names_free(struct names *names);

/*
 * names_object - an object's name at the time of event `index`.
 *
 * An object that is made anew may have another name from then on.
 * Returns a text that lives as long as `names`; never NULL, "something"
 * for an object without a name.
 */
const char *names_object(const struct names *names, uint64_t key,
                         uint32_t index);

/*
 * A way to find an object's name by how the program's source names it
 * in the call that is `event`.  Returns the length written, 0 if it
 * knows none.
 */
typedef size_t names_argument(const struct trace *trace,
                              const struct event *event, char *out,
                              size_t size);

/*
 * names_finish - give every actor its display name, and every object
 * that has no name one.
 *
 * An actor is called as it called itself, else as its first function,
 * with a number where several share that.  An object is called by
 * `argument` (may be NULL), else by its sort and a number ("mutex 2").
 * Memory that only one actor touched gets none.
 * Requires places (trace_add_place) if there will be any, and that no
 * actor runs.  In a full trace objects may stay without a name.
 */
void names_finish(struct trace *trace, names_argument *argument);

#endif
