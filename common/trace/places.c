/*
 * places.c - the part of a trace that is added once the run is over:
 * which source line each pc is, the sources' text, times in
 * nanoseconds.  See trace.h.
 */
#include <string.h>

#include "image.h"

bool trace_add_place(struct trace *trace, const struct place *place)
{
    if (trace->place_count >= trace->places.count)
        return false;
    image_places(trace)[trace->place_count++] = *place;
    return true;
}

bool trace_add_source(struct trace *trace, const char *file,
                      const char *text, size_t length)
{
    struct source *source = image_sources(trace) + trace->source_count;

    if (trace->source_count >= trace->sources.count)
        return false;
    source->file = trace_add_text(trace, file, strlen(file));
    source->text = trace_add_text(trace, text, length);
    source->length = source->text == 0 ? 0 : (uint32_t)length;
    if (source->file == 0)
        return false;
    trace->source_count++;
    return true;
}

const struct place *trace_place(const struct trace *trace, uint64_t pc)
{
    const struct place *places = image_places(trace);
    uint32_t low = 0, high = trace->place_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (places[middle].pc == pc)
            return places + middle;
        if (places[middle].pc < pc)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static const struct source *find_source(const struct trace *trace,
                                        const char *file)
{
    const struct source *sources = image_sources(trace);

    for (uint32_t i = 0; i < trace->source_count; i++)
        if (strcmp(trace_text(trace, sources[i].file), file) == 0)
            return sources + i;
    return NULL;
}

const char *trace_source_line(const struct trace *trace, const char *file,
                              uint32_t line, size_t *length)
{
    const struct source *source = find_source(trace, file);
    const char *at, *end, *newline;

    if (source == NULL || line == 0)
        return NULL;
    at = trace_text(trace, source->text);
    end = at + strlen(at);
    for (; line > 1; line--) {
        newline = memchr(at, '\n', (size_t)(end - at));
        if (newline == NULL)
            return NULL;
        at = newline + 1;
    }
    newline = memchr(at, '\n', (size_t)(end - at));
    *length = (size_t)((newline != NULL ? newline : end) - at);
    return at < end ? at : NULL;
}

/* Ticks to nanoseconds, by both clocks over the whole run. */
static double nanoseconds_per_tick(const struct trace *trace)
{
    uint64_t ticks = trace_clock() - trace->clock_start;
    uint64_t passed = trace_nanoseconds() - trace->clock_begun;

    return ticks == 0 ? 1 : (double)passed / (double)ticks;
}

/* Times are right already; what differs between two runs of the same
 * schedule, and says nothing, goes. */
static void seal_controlled(struct trace *trace)
{
    struct actor *actors = image_actors(trace);

    for (uint32_t i = 0; i < trace_actor_count(trace); i++) {
        actors[i].pid = actors[i].tid = 0;
        actors[i].thread = actors[i].routine = actors[i].argument = 0;
    }
    trace->clock_start = trace->clock_begun = 0;
    trace->sealed = 1;
}

void trace_seal(struct trace *trace)
{
    struct event *events = image_events(trace);
    uint32_t count = trace_count(trace);

    if (trace->sealed)
        return;
    if (trace->controlled) {
        seal_controlled(trace);
        return;
    }
    trace->clock_nanoseconds = nanoseconds_per_tick(trace);
    for (uint32_t i = 0; i < count; i++) {
        int64_t ticks = (int64_t)(events[i].time - trace->clock_start);

        events[i].time = ticks < 0 ? 0
                                   : (uint64_t)((double)ticks *
                                                trace->clock_nanoseconds);
    }
    trace->sealed = 1;
}
