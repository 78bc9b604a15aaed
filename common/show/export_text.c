/*
 * export_text.c - a run as text: a line an event, never cut.
 *
 * The fields of a line stand between tabs: the event's number, the time
 * in milliseconds, the actor, what it does, where.  Two runs are best
 * compared without what differs anyway:
 *
 *     diff <(cut -f3- one.txt) <(cut -f3- other.txt)
 *
 * Other lines start with "# ".  The same run is the same text, byte for
 * byte.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "judge/verdict.h"
#include "show/export_parts.h"

static void put(struct export *export, const char *before, const char *text,
                const char *after)
{
    char *visible = export_visible(export, text, strlen(text),
                                   EXPORT_WHOLE);

    fprintf(export->out, "%s%s%s", before, visible, after);
    free(visible);
}

static void put_line(struct export *export, const struct story_line *line)
{
    const struct event *event = trace_read(export->trace, line->first);
    char *place = export_place(export, event);
    char time[64];

    export_milliseconds(time, sizeof time, event->time);
    fprintf(export->out, "%" PRIu32 "\t%s", line->first, time);
    put(export, "\t", trace_actor_name(export->trace, line->actor), "\t");
    put(export, "", line->full, "\t");
    fprintf(export->out, "%s\n", place);
    free(place);
}

void export_text(struct export *export)
{
    const struct trace *trace = export->trace;
    const char *schedule = trace_text(trace, trace->schedule_text);
    struct verdict verdict = judge(trace);
    struct story_line line;

    put(export, "# ", trace_text(trace, trace->title), "\n");
    if (*schedule != '\0')
        put(export, "# schedule: ", schedule, "\n");
    fputs("# event\tms\tactor\twhat\twhere\n", export->out);
    while (export_next(export, &line))
        put_line(export, &line);
    put(export, "# verdict: ", verdict.sentence, "\n");
    if (verdict.also[0] != '\0')
        put(export, "# also: ", verdict.also, "\n");
}
