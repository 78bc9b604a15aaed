/*
 * export.c - what the exports share.  See export.h.
 */
#define _POSIX_C_SOURCE 200809L /* uselocale */
#include "show/export.h"

#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "show/export_parts.h"
#include "trace/fail.h"

bool export_find(const char *name, enum export_format *format)
{
    static const char *const names[] = {"svg", "perfetto", "text"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(names[i], name) == 0) {
            *format = (enum export_format)i;
            return true;
        }
    return false;
}

bool export_next(struct export *export, struct story_line *line)
{
    while (story_next(export->story, line)) {
        if (line->first > export->options->to)
            return false;
        if (line->first >= export->options->from)
            return true;
    }
    return false;
}

char *export_visible(struct export *export, const char *text, size_t length,
                     int limit)
{
    struct row *row = &export->row;
    char *copy;

    row_start(row);
    row_text(row, text, length, limit == EXPORT_WHOLE ? INT_MAX : limit);
    copy = malloc(row->length + 1);
    if (copy == NULL)
        die("out of memory");
    if (row->length > 0)
        memcpy(copy, row->bytes, row->length);
    copy[row->length] = '\0';
    return copy;
}

char *export_place(struct export *export, const struct event *event)
{
    const struct place *place = trace_place(export->trace, event->pc);
    char text[160] = "";

    if (place != NULL && place->line != 0)
        snprintf(text, sizeof text, "%.128s:%u",
                 phrase_base_name(trace_text(export->trace, place->file)),
                 place->line);
    return export_visible(export, text, strlen(text), EXPORT_WHOLE);
}

char *export_source(struct export *export, const struct event *event,
                    int limit)
{
    const struct place *place = trace_place(export->trace, event->pc);
    const char *text = NULL;
    size_t length = 0;

    if (place != NULL)
        text = trace_source_line(export->trace,
                                 trace_text(export->trace, place->file),
                                 place->line, &length);
    while (text != NULL && length > 0 && (*text == ' ' || *text == '\t'))
        text++, length--;
    return export_visible(export, text == NULL ? "" : text,
                          text == NULL ? 0 : length, limit);
}

uint32_t export_giver(const struct trace *trace, const struct event *event)
{
    const struct event *peer = trace_read(trace, event->peer);
    enum kind kind = event_kind(event);

    if (peer == NULL || peer->actor == event->actor)
        return TRACE_NONE;
    if (event->flags & EVENT_WAITED || kind == KIND_CONDITION_WAKE ||
        kind == KIND_BARRIER_LEAVE || kind == KIND_BEGIN ||
        kind == KIND_JOIN || kind == KIND_REAP || kind == KIND_KILLED)
        return event->peer;
    return TRACE_NONE;
}

void export_milliseconds(char *out, size_t size, uint64_t nanoseconds)
{
    snprintf(out, size, "%.3f", (double)nanoseconds / 1e6);
}

static uint32_t write_as(struct export *export)
{
    switch (export->options->format) {
    case EXPORT_SVG:
        return export_svg(export);
    case EXPORT_PERFETTO:
        export_perfetto(export);
        break;
    case EXPORT_TEXT:
        export_text(export);
        break;
    }
    return 0;
}

/* Everywhere a number has a point, no comma: so the locale is C. */
uint32_t export_write(FILE *out, const struct trace *trace,
                      const struct export_options *options)
{
    struct export export = {
        .trace = trace,
        .options = options,
        .out = out,
        .row = {.width = INT_MAX, .ascii = options->ascii}};
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    locale_t before = uselocale(plain);
    uint32_t missing;

    export.names = names_new(trace);
    export.story = story_new(trace, export.names, options->inside,
                             options->ascii);
    missing = write_as(&export);
    row_free(&export.row);
    story_free(export.story);
    names_free(export.names);
    uselocale(before);
    if (plain != (locale_t)0)
        freelocale(plain);
    return missing;
}
