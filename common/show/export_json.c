/*
 * export_json.c - the elements of trace event JSON, and who is who in
 * it.  See export_perfetto.c.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "show/export_perfetto.h"

#define NUMBER_MADE_UP 0x40000000 /* no kernel has such a thread */

/* ---- JSON ---- */

void perfetto_string(struct writer *writer, const char *text)
{
    char *visible = export_visible(writer->export, text, strlen(text),
                                   EXPORT_WHOLE);

    putc('"', writer->out);
    for (const char *at = visible; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            putc('\\', writer->out);
        putc(*at, writer->out);
    }
    putc('"', writer->out);
    free(visible);
}

void perfetto_member(struct writer *writer, const char *name,
                     const char *text)
{
    fprintf(writer->out, ",\"%s\":", name);
    perfetto_string(writer, text);
}

/* The head of an element, which is to be ended by "}". */
void perfetto_begin(struct writer *writer, char phase, int64_t pid,
                    int64_t tid)
{
    fprintf(writer->out,
            "%s{\"ph\":\"%c\",\"pid\":%" PRId64 ",\"tid\":%" PRId64,
            writer->some ? ",\n" : "\n", phase, pid, tid);
    writer->some = true;
}

void perfetto_begin_at(struct writer *writer, char phase, uint32_t actor,
                       uint64_t time)
{
    perfetto_begin(writer, phase, writer->tracks[actor].pid,
                   writer->tracks[actor].tid);
    fprintf(writer->out, ",\"ts\":%" PRIu64 ".%03u", time / 1000,
            (unsigned)(time % 1000));
}

void perfetto_end(struct writer *writer, uint32_t actor, uint64_t time)
{
    perfetto_begin_at(writer, 'E', actor, time);
    putc('}', writer->out);
}

/* ---- who is who ---- */

static void take_numbers(struct writer *writer)
{
    for (uint32_t i = 0; i < trace_count(writer->trace); i++) {
        const struct event *event = trace_read(writer->trace, i);
        struct track *track;

        if (event == NULL || event->actor >= writer->replay->actor_count ||
            kind_info[event_kind(event)].group == GROUP_NOTE)
            continue;
        track = writer->tracks + event->actor;
        track->named = true;
        if (event_kind(event) == KIND_BEGIN && track->tid == 0)
            track->tid = event->value;
    }
}

/* The kernel may give a number again; here it would mix two threads. */
static void keep_apart(struct track *tracks, uint32_t number)
{
    for (uint32_t i = 0; i < number; i++)
        if (tracks[i].tid == tracks[number].tid) {
            tracks[number].tid = NUMBER_MADE_UP + number;
            return;
        }
}

void perfetto_number(struct writer *writer)
{
    uint32_t count = writer->replay->actor_count;
    struct track *tracks = writer->tracks;

    take_numbers(writer);
    for (uint32_t i = 0; i < count; i++) {
        if (tracks[i].tid <= 0)
            tracks[i].tid = trace_actor(writer->trace, i)->tid;
        if (tracks[i].tid <= 0)
            tracks[i].tid = NUMBER_MADE_UP + i;
        keep_apart(tracks, i);
    }
    for (uint32_t i = 0; i < count; i++)
        tracks[i].pid = tracks[replay_process(writer->replay, i)].tid;
}

static void put_about(struct writer *writer, uint32_t actor,
                      const char *what, const char *name, uint32_t order)
{
    const struct track *track = writer->tracks + actor;

    perfetto_begin(writer, 'M', track->pid, track->tid);
    fprintf(writer->out, ",\"name\":\"%s_name\",\"args\":{\"name\":", what);
    perfetto_string(writer, name);
    fputs("}}", writer->out);
    perfetto_begin(writer, 'M', track->pid, track->tid);
    fprintf(writer->out,
            ",\"name\":\"%s_sort_index\",\"args\":{\"sort_index\":%u}}",
            what, order);
}

void perfetto_names(struct writer *writer)
{
    for (uint32_t i = 0; i < writer->replay->actor_count; i++) {
        const char *name = trace_actor_name(writer->trace, i);

        if (!writer->tracks[i].named)
            continue;
        if (replay_process(writer->replay, i) == i)
            put_about(writer, i, "process", name, i);
        put_about(writer, i, "thread", name, i);
    }
}
