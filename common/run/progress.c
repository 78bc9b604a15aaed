/*
 * progress.c - see progress.h.
 */
#include "run/progress.h"

#include <stdio.h>
#include <unistd.h>

static const struct trace *shown; /* NULL: nothing is to be shown */
static uint64_t begun;
static bool visible;

void progress_begin(const struct trace *trace, bool quiet)
{
    shown = quiet || !isatty(STDERR_FILENO) ? NULL : trace;
    begun = trace_nanoseconds();
    visible = false;
}

void progress_show(void)
{
    uint64_t passed = trace_nanoseconds() - begun;

    if (shown == NULL || passed < PROGRESS_INTERVAL)
        return;
    if (shown->runs_done > 0)
        fprintf(stderr, "\r%llu run%s, %.1f s ",
                (unsigned long long)shown->runs_done,
                shown->runs_done == 1 ? "" : "s", (double)passed / 1e9);
    else
        fprintf(stderr, "\rrunning %.1f s, %u events ",
                (double)passed / 1e9, trace_count(shown));
    fflush(stderr);
    visible = true;
}

void progress_end(void)
{
    if (visible)
        fputs("\r\033[K", stderr);
    visible = false;
}
