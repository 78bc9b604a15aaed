/*
 * export_parts.h - between the files of the exports only.
 */
#ifndef SHOW_EXPORT_PARTS_H
#define SHOW_EXPORT_PARTS_H

#include "judge/names.h"
#include "show/export.h"
#include "show/row.h"
#include "show/story.h"

struct export
{
    const struct trace *trace;
    const struct export_options *options;
    struct names *names;
    struct story *story;
    struct row row; /* to make texts visible in */
    FILE *out;
};

/* export_next - the next line that is asked for; false after the last. */
bool export_next(struct export *export, struct story_line *line);

/*
 * export_visible - a text as it may be shown anywhere: UTF-8 without
 * control characters (see row.h), cut to `limit` columns if that is not
 * EXPORT_WHOLE.  The caller frees it.
 */
#define EXPORT_WHOLE 0
char *export_visible(struct export *export, const char *text, size_t length,
                     int limit);

/* "race.c:57"; "" if that is not known.  The caller frees it. */
char *export_place(struct export *export, const struct event *event);

/* The source line without its indentation, "" if that is not known. */
char *export_source(struct export *export, const struct event *event,
                    int limit);

/* The event of another actor that let this one go on, or made it, or
 * whose end it took note of; TRACE_NONE if there is none. */
uint32_t export_giver(const struct trace *trace, const struct event *event);

/* "event\tms" ... how a time is told in milliseconds. */
void export_milliseconds(char *out, size_t size, uint64_t nanoseconds);

uint32_t export_svg(struct export *export);
void export_perfetto(struct export *export);
void export_text(struct export *export);

#endif
