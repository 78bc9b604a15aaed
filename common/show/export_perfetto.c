/*
 * export_perfetto.c - a run as trace event JSON, which ui.perfetto.dev
 * and chrome://tracing load.
 *
 * An actor is a thread there, by the numbers that the program knows (in
 * a controlled run the virtual ones).  What is written:
 *
 *   B E   slices, nested: an actor's life ("runs"), in it the functions,
 *         in them waits and sleeps; and lines of the story, see below
 *   i     other lines of the story
 *   s f   from who let somebody go on to who went on
 *   b e   who holds a lock: asynchronous, as locks may be released in
 *         any order
 *   C     a semaphore's value, the bytes in a pipe, a shared variable
 *   M     names and order of processes and threads
 *
 * Each line of the story is one element with args.event, its number, and
 * args.sentence.  No other element has these.
 *
 * Times are microseconds with fractions.  In a controlled run nothing
 * takes time but sleeping, and all that happens between two sleeps would
 * lie at one point: there event number n is at its virtual time plus n
 * microseconds, and every line is a slice of one microsecond.  Else a
 * line is an instant, or, if an arrow begins or ends there, a slice
 * without duration: arrows only join slices.
 *
 * The format: "Trace Event Format", Nat Duca and Dean Michael, Google.
 */
#define _GNU_SOURCE /* strerrorname_np */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "judge/verdict.h"
#include "show/export_perfetto.h"
#include "trace/fail.h"

#define STEP 1000 /* nanoseconds between two events, controlled runs */

/* ---- hand-offs ---- */

/* Does the event stand for a line, at which an arrow can end? */
static bool is_joint(const struct writer *writer, uint32_t index)
{
    const struct event *event = trace_read(writer->trace, index);
    enum kind_group group = event == NULL
                                ? GROUP_NOTE
                                : kind_info[event_kind(event)].group;

    return group != GROUP_NOTE && group != GROUP_MEMORY &&
           group != GROUP_CALL &&
           event->actor < writer->replay->actor_count &&
           worth_shows(&writer->worth, index, event);
}

/* Who let this event go on; TRACE_NONE without an arrow. */
static uint32_t giver_of(const struct writer *writer, uint32_t index)
{
    uint32_t giver = is_joint(writer, index)
                         ? export_giver(writer->trace,
                                        trace_read(writer->trace, index))
                         : TRACE_NONE;

    return giver < index && is_joint(writer, giver) ? giver : TRACE_NONE;
}

static void find_takers(struct writer *writer)
{
    for (uint32_t i = 0; i < trace_count(writer->trace); i++) {
        uint32_t giver = giver_of(writer, i);
        void **last;

        if (giver == TRACE_NONE)
            continue;
        last = table_slot(&writer->takers, giver + UINT64_C(1));
        *table_slot(&writer->others, i + UINT64_C(1)) = *last;
        *last = (void *)(uintptr_t)(i + UINT64_C(1));
    }
}

static bool gives(const struct writer *writer, uint32_t index)
{
    return table_find(&writer->takers, index + UINT64_C(1)) != NULL;
}

static bool takes(const struct writer *writer, uint32_t index)
{
    return giver_of(writer, index) != TRACE_NONE;
}

static void put_flow(struct writer *writer, char phase, uint32_t actor,
                     uint64_t taker)
{
    perfetto_begin_at(writer, phase, actor, writer->now);
    fprintf(writer->out,
            ",\"cat\":\"hand-off\",\"name\":\"lets go on\",\"id\":%" PRIu64
            "%s}",
            taker, phase == 'f' ? ",\"bp\":\"e\"" : "");
}

static void put_flows(struct writer *writer, uint32_t index)
{
    uint16_t actor = trace_read(writer->trace, index)->actor;
    uint64_t taker = (uintptr_t)table_find(&writer->takers,
                                           index + UINT64_C(1));

    for (; taker != 0;
         taker = (uintptr_t)table_find(&writer->others, taker))
        put_flow(writer, 's', actor, taker - 1);
    if (takes(writer, index))
        put_flow(writer, 'f', actor, index);
}

/* ---- lines of the story ---- */

/* What a value is depends on the kind; some are addresses or keys. */
static bool value_means_something(const struct event *event)
{
    switch (event_kind(event)) {
    case KIND_ENTER:
    case KIND_LEAVE:
    case KIND_WAIT:
    case KIND_CONDITION_WAIT:
    case KIND_CONDITION_WAKE:
    case KIND_PIPE:
    case KIND_SOCKET_PAIR:
        return false;
    default:
        return kind_info[event_kind(event)].group != GROUP_MEMORY ||
               (event->flags & EVENT_VALUE) != 0;
    }
}

static void put_error(struct writer *writer, int error)
{
    const char *name = strerrorname_np(error);
    char number[16];

    snprintf(number, sizeof number, "%d", error);
    if (error != 0)
        perfetto_member(writer, "error", name == NULL ? number : name);
}

static void put_where(struct writer *writer, const struct event *event)
{
    char *place = export_place(writer->export, event);
    char *source = export_source(writer->export, event, EXPORT_WHOLE);

    if (*place != '\0')
        perfetto_member(writer, "place", place);
    if (*source != '\0')
        perfetto_member(writer, "source", source);
    free(place);
    free(source);
}

/* The args of the one element that stands for a line. */
static void put_line_args(struct writer *writer,
                          const struct story_line *line)
{
    const struct event *event = trace_read(writer->trace, line->first);

    fprintf(writer->out, ",\"args\":{\"event\":%u", line->first);
    if (line->last != line->first)
        fprintf(writer->out, ",\"last\":%u", line->last);
    perfetto_member(writer, "sentence", line->full);
    perfetto_member(writer, "kind", kind_info[line->kind].name);
    put_where(writer, event);
    if (line->last == line->first && value_means_something(event))
        fprintf(writer->out, ",\"value\":%" PRId64, event->value);
    put_error(writer, event->error);
    putc('}', writer->out);
}

static void put_instant(struct writer *writer,
                        const struct story_line *line)
{
    perfetto_begin_at(writer, 'i', line->actor, writer->now);
    perfetto_member(writer, "name", line->brief);
    fputs(",\"cat\":\"event\",\"s\":\"t\"", writer->out);
    put_line_args(writer, line);
    putc('}', writer->out);
}

/* To be ended by put_end; `line` may be NULL. */
static void begin_slice(struct writer *writer, uint32_t actor,
                        const char *category, const char *name,
                        const struct story_line *line)
{
    perfetto_begin_at(writer, 'B', actor, writer->now);
    fprintf(writer->out, ",\"cat\":\"%s\"", category);
    perfetto_member(writer, "name", name);
    if (line != NULL)
        put_line_args(writer, line);
    putc('}', writer->out);
}

static void put_line(struct writer *writer, const struct story_line *line)
{
    bool joined = gives(writer, line->first) || takes(writer, line->first);

    if (!joined && writer->step == 0) {
        put_instant(writer, line);
        return;
    }
    begin_slice(writer, line->actor, "event", line->brief, line);
    put_flows(writer, line->first);
    perfetto_end(writer, line->actor, writer->now + writer->step);
}

/* ---- states and calls ---- */

static void begin_life(struct writer *writer, uint32_t actor)
{
    if (writer->tracks[actor].alive)
        return;
    writer->tracks[actor].alive = true;
    begin_slice(writer, actor, "life", "runs", NULL);
}

static void end_wait(struct writer *writer, uint32_t actor)
{
    if (writer->tracks[actor].waits)
        perfetto_end(writer, actor, writer->now);
    writer->tracks[actor].waits = false;
}

static void end_life(struct writer *writer, uint32_t actor)
{
    struct track *track = writer->tracks + actor;
    uint64_t end = writer->now + writer->step;

    if (!track->alive)
        return;
    end_wait(writer, actor);
    for (; track->depth > 0; track->depth--)
        perfetto_end(writer, actor, end);
    perfetto_end(writer, actor, end);
    track->alive = false;
}

static void begin_wait(struct writer *writer, uint32_t index,
                       const struct story_line *line)
{
    const struct event *event = trace_read(writer->trace, index);
    const struct replay_actor *actor = replay_actor(writer->replay,
                                                    event->actor);
    char name[200];
    struct phrase phrase = phrase_in(name, sizeof name);

    if (actor->wait_kind == KIND_SLEEP || actor->wait_object == 0)
        phrase_add(&phrase, "%s",
                   actor->wait_kind == KIND_SLEEP ? "sleeps" : "waits");
    else if (event_kind(event) == KIND_WAIT && line != NULL)
        phrase_add(&phrase, "%s", line->brief);
    else
        phrase_add(
            &phrase, "waits for %s",
            names_object(writer->export->names, actor->wait_object, index));
    begin_slice(writer, event->actor, "state", name, line);
    writer->tracks[event->actor].waits = true;
}

static void begin_call(struct writer *writer, const struct event *event,
                       const struct story_line *line)
{
    const char *name = sentence_function(writer->trace,
                                         (uint64_t)event->value);

    begin_slice(writer, event->actor, "call",
                name == NULL ? "a function" : name, line);
    writer->tracks[event->actor].depth++;
}

/* ---- one event ---- */

/* Those who ended with it, or because of it. */
static void end_lives(struct writer *writer)
{
    for (uint32_t i = 0; i < writer->replay->actor_count; i++)
        if (writer->tracks[i].alive &&
            replay_actor(writer->replay, i)->state == ACTOR_ENDED)
            end_life(writer, i);
}

static void follow_objects(struct writer *writer, uint32_t index,
                           const struct event *event)
{
    enum kind_group group = kind_info[event_kind(event)].group;

    if (group == GROUP_LIFE)
        perfetto_follow_all_holds(writer, index);
    else if (group == GROUP_LOCK)
        perfetto_follow_holds(writer, event->object, index);
    else if (event_kind(event) == KIND_CONDITION_WAIT ||
             event_kind(event) == KIND_CONDITION_WAKE)
        perfetto_follow_holds(writer, (uint64_t)event->value, index);
    perfetto_count(writer, index, event);
}

/* A wait that gives nothing is its own line, so that it is there once. */
static void put_event(struct writer *writer, uint32_t index,
                      const struct event *event,
                      const struct story_line *line)
{
    struct track *track = writer->tracks + event->actor;
    bool waits = replay_waits(replay_actor(writer->replay, event->actor));

    if (event_kind(event) == KIND_LEAVE && track->depth > 0) {
        perfetto_end(writer, event->actor, writer->now);
        track->depth--;
    }
    if (event_kind(event) == KIND_ENTER) {
        begin_call(writer, event, line);
        return;
    }
    if (line != NULL &&
        (!waits || gives(writer, index) || takes(writer, index))) {
        put_line(writer, line);
        line = NULL;
        if (waits)
            writer->now += writer->step;
    }
    if (waits)
        begin_wait(writer, index, line);
}

static void step_time(struct writer *writer, uint32_t index,
                      const struct event *event)
{
    uint64_t time = event->time + index * writer->step;

    if (time > writer->now)
        writer->now = time;
}

/* Plays the next event; `line` is NULL if it is not in the story. */
static void play(struct writer *writer, const struct story_line *line)
{
    uint32_t index = replay_next(writer->replay);
    const struct event *event = trace_read(writer->trace, index);

    replay_step(writer->replay);
    if (kind_info[event_kind(event)].group == GROUP_NOTE)
        return;
    step_time(writer, index, event);
    begin_life(writer, event->actor);
    end_wait(writer, event->actor);
    follow_objects(writer, index, event);
    put_event(writer, index, event, line);
    if (kind_info[event_kind(event)].group == GROUP_LIFE)
        end_lives(writer);
}

static void play_until(struct writer *writer, uint32_t index)
{
    while (replay_next(writer->replay) < index)
        play(writer, NULL);
}

/* ---- all of it ---- */

static void put_lines(struct writer *writer)
{
    struct story_line line;

    while (export_next(writer->export, &line)) {
        play_until(writer, line.first);
        play(writer, &line);
    }
    play_until(writer, TRACE_NONE);
}

/* Those who are still there get some room, to be seen waiting. */
static void end_all(struct writer *writer)
{
    writer->now += 10 * writer->step;
    for (uint32_t i = 0; i < writer->replay->actor_count; i++)
        end_life(writer, i);
    perfetto_end_holds(writer);
}

static void put_about_run(struct writer *writer)
{
    const struct trace *trace = writer->trace;
    const char *schedule = trace_text(trace, trace->schedule_text);
    struct verdict verdict = judge(trace);

    fputs("\n],\n\"displayTimeUnit\":\"ns\",\n\"otherData\":"
          "{\"title\":",
          writer->out);
    perfetto_string(writer, trace_text(trace, trace->title));
    perfetto_member(writer, "verdict", verdict.sentence);
    if (*schedule != '\0')
        perfetto_member(writer, "schedule", schedule);
    fputs("}}\n", writer->out);
}

static void free_writer(struct writer *writer)
{
    for (size_t i = 0; i < writer->counters.count; i++)
        free(LIST_ITEM(writer->counters, struct counter, i)->name);
    list_free(&writer->counters);
    list_free(&writer->holds);
    table_clear(&writer->known);
    table_clear(&writer->takers);
    table_clear(&writer->others);
    worth_free(&writer->worth);
    replay_free(writer->replay);
    free(writer->tracks);
}

void export_perfetto(struct export *export)
{
    struct writer writer = {.export = export,
                            .trace = export->trace,
                            .out = export->out,
                            .step = export->trace->controlled ? STEP : 0};

    writer.replay = replay_new(export->trace);
    writer.worth = worth_new(export->trace, export->options->inside,
                             TRACE_NONE);
    writer.tracks = calloc(writer.replay->actor_count + 1,
                           sizeof *writer.tracks);
    if (writer.tracks == NULL)
        die("out of memory");
    perfetto_number(&writer);
    find_takers(&writer);
    fputs("{\"traceEvents\":[", export->out);
    perfetto_names(&writer);
    put_lines(&writer);
    end_all(&writer);
    put_about_run(&writer);
    free_writer(&writer);
}
