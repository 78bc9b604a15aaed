/*
 * watchdog.h - a controlled run in which nobody passes the turn on.
 *
 * Who has the turn runs, or is asleep in a call that this harness does
 * not know and that nobody else can end, because nobody else may run.
 *
 * Used by the keeper.  Uses schedule/ and the trace's table of actors.
 */
#ifndef RUN_WATCHDOG_H
#define RUN_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/trace.h"

struct watchdog {
    uint64_t steps, events; /* at the last look */
    unsigned quiet;         /* looks since they changed */
};

/*
 * watchdog_barks - to be called about every 10 ms.
 *
 * Returns true if nothing has happened for a second and the one that
 * has the turn is asleep in the kernel; then trace->ending_text says in
 * which call, and that actor has an event at the line.
 */
bool watchdog_barks(struct watchdog *watchdog, struct trace *trace);

#endif
