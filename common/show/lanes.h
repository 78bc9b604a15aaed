/*
 * lanes.h - which actor is drawn in which lane.
 *
 * Every actor has a lane of its own as long as there are enough; else a
 * lane is used again once its actor has ended, and if that is not enough
 * either, those who come last share the last one.
 *
 * Used by the views.  Uses trace/.
 */
#ifndef SHOW_LANES_H
#define SHOW_LANES_H

#include "trace/trace.h"

struct lanes {
    uint32_t actor_count;
    uint16_t *lane;         /* by actor */
    uint32_t *first, *last; /* by actor: its first event and its end, or
                               TRACE_NONE: it has no event */
    uint32_t count;         /* lanes in use */
    bool reused;            /* an ended actor's lane was given on */
    bool shared;            /* the last lane has several at once */
};

/* lanes_assign - at most `most` > 0 lanes.  End with lanes_free. */
struct lanes lanes_assign(const struct trace *trace, uint32_t most);
void lanes_free(struct lanes *lanes);

#endif
