/*
 * worth.h - which events of a trace are worth showing.
 *
 * Left out: memory that only one actor ever touched, functions entered
 * and left, and what goes on inside the chapters' kit, but for births
 * and ends, waits, and what ended a wait.  A call into the kit is shown
 * instead.  With `inside` nothing of this is left out.
 *
 * Used by the views.  Uses judge/table.h and trace/.
 */
#ifndef SHOW_WORTH_H
#define SHOW_WORTH_H

#include <stdbool.h>

#include "judge/table.h"
#include "trace/trace.h"

struct worth {
    const struct trace *trace;
    bool inside;
    struct table touchers; /* memory key -> who touches it */
    unsigned char *gives;  /* a bit an event: it ended somebody's wait */
};

/*
 * worth_new - look through the first `limit` events of a trace, which
 * must stay.  Only these may be asked for.  End with worth_free.
 */
struct worth worth_new(const struct trace *trace, bool inside,
                       uint32_t limit);
void worth_free(struct worth *worth);

/* Is the event worth showing? */
bool worth_shows(const struct worth *worth, uint32_t index,
                 const struct event *event);

/* Do several actors touch this piece of memory? */
bool worth_is_shared(const struct worth *worth, uint64_t key);

/* Is it a call from the program into the kit? */
bool worth_is_kit_call(const struct worth *worth,
                       const struct event *event);

/* Is that code address in the kit? */
bool worth_is_in_kit(const struct worth *worth, uint64_t pc);

/* Did this event end a wait of its own actor? */
bool worth_ends_wait(const struct event *event);

#endif
