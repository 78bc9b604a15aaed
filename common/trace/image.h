/*
 * image.h - where the parts of a trace lie.  For the files of trace/
 * only.
 */
#ifndef TRACE_IMAGE_H
#define TRACE_IMAGE_H

#include "trace.h"

#define TRACE_MAGIC "INTLEAV\n"

static inline void *image_at(const struct trace *trace,
                             const struct section *section)
{
    return (char *)trace + section->offset;
}

static inline struct event *image_events(const struct trace *trace)
{
    return image_at(trace, &trace->events);
}

static inline struct actor *image_actors(const struct trace *trace)
{
    return image_at(trace, &trace->actors);
}

static inline struct place *image_places(const struct trace *trace)
{
    return image_at(trace, &trace->places);
}

static inline struct source *image_sources(const struct trace *trace)
{
    return image_at(trace, &trace->sources);
}

static inline char *image_text(const struct trace *trace)
{
    return image_at(trace, &trace->text);
}

#endif
