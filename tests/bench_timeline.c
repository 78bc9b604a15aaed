/*
 * bench_timeline.c - how soon a long run is on the timeline, and how
 * long each frame takes.
 *
 * The trace is made by hand: EVENTS events of ACTORS threads that pass a
 * lock on, touch a counter under it, and now and then sleep.  Shown is
 * the worst of all frames of a walk through it, near and far.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/names.h"
#include "judge/replay.h"
#include "show/find.h"
#include "show/timeline.h"
#include "trace/fail.h"
#include "trace/trace.h"

#define EVENTS 10000000u
#define ACTORS 12
#define AT_ONCE 100000 /* as in watch.c */

static struct trace *trace;
static uint64_t objects[2];

static void add(uint32_t actor, enum kind kind, uint64_t object,
                int64_t value, unsigned flags, uint32_t peer)
{
    struct event draft = {.kind = (uint8_t)kind,
                          .actor = (uint16_t)actor,
                          .object = object,
                          .value = value,
                          .flags = (uint16_t)flags,
                          .size = 4,
                          .peer = peer};

    trace_append(trace, &draft);
}

static void make_actors(void)
{
    trace_add_actor(trace, 0);
    add(0, KIND_BEGIN, 0, 1, 0, TRACE_NONE);
    for (uint32_t i = 1; i < ACTORS; i++) {
        uint32_t birth = trace_count(trace);

        trace_add_actor(trace, 0);
        trace_actor(trace, i)->process = 0;
        add(0, KIND_THREAD_CREATE, object_key(OBJECT_ACTOR, i), i, 0,
            TRACE_NONE);
        add(i, KIND_BEGIN, 0, i, 0, birth);
    }
}

/* One that has the lock, and the next one, that waits for it. */
static void pass_on(uint32_t one, uint32_t next, int64_t count)
{
    add(next, KIND_WAIT, objects[0], KIND_LOCK, 0, TRACE_NONE);
    for (int i = 0; i < 6; i++)
        add(one, i % 2 ? KIND_STORE : KIND_LOAD, objects[1], count,
            EVENT_VALUE, TRACE_NONE);
    add(one, KIND_UNLOCK, objects[0], 0, 0, TRACE_NONE);
    add(next, KIND_LOCK, objects[0], 0, EVENT_WAITED,
        trace_count(trace) - 1);
}

static void make_trace(void)
{
    uint32_t one = 1;

    trace = trace_create(EVENTS);
    for (uint64_t i = 0; i < 2; i++)
        objects[i] = object_key(OBJECT_SHARED, UINT64_C(7) << 40 | i * 64);
    make_actors();
    add(one, KIND_LOCK, objects[0], 0, 0, TRACE_NONE);
    for (int64_t i = 0; trace_count(trace) + 16 < EVENTS; i++) {
        uint32_t next = (uint32_t)(i * 7 % (ACTORS - 1)) + 1;

        if (next == one)
            next = one % (ACTORS - 1) + 1;
        pass_on(one, next, i);
        one = next;
    }
    for (uint32_t i = 0; i < trace_count(trace); i++)
        trace_event(trace, i)->time = (uint64_t)i * 100;
    trace->controlled = 1;
    trace->ending = ENDING_EXIT;
    trace_seal(trace);
}

static double milliseconds_since(uint64_t start)
{
    return (double)(trace_nanoseconds() - start) / 1e6;
}

static struct view view;
static struct grid grid;
static double worst;
static int worst_key;

static void frame(const struct model *model, struct moment *moment,
                  int key)
{
    uint64_t start = trace_nanoseconds();
    double took;

    if (key != 0)
        view_key(&view, model, key);
    timeline_draw(&grid, &view, model, moment, 0);
    took = milliseconds_since(start);
    if (took > worst) {
        worst = took;
        worst_key = key;
    }
}

static void walk(const struct model *model, const char *name,
                 const char *keys)
{
    struct moment moment = {.model = model};

    worst = 0;
    for (; *keys != '\0'; keys++)
        frame(model, &moment, *keys);
    printf("  %-34s %8.2f ms (key %c)\n", name, worst, worst_key);
    moment_free(&moment);
}

static size_t size_of(const struct model *model)
{
    size_t size = (size_t)model->count *
                  (sizeof *model->events + sizeof *model->times);

    for (uint32_t i = 0; i < model->actor_count; i++)
        size += model->lanes[i].at_room * sizeof(uint32_t) +
                model->lanes[i].states_room;
    for (uint32_t i = 0; i < model->object_count; i++)
        size += model->objects[i].room * sizeof(struct model_sample);
    return size + model->link_room * sizeof *model->links +
           model->alarm_room * sizeof *model->alarms;
}

int main(void)
{
    struct model *model, *part;
    struct moment moment = {0};
    uint64_t start;

    make_trace();
    printf("The timeline of %u events, at 200x60\n", trace_count(trace));
    start = trace_nanoseconds();
    part = model_new(trace, false, AT_ONCE, NULL);
    view_start(&view, part);
    view_size(&view, part, 60, 200);
    moment.model = part;
    timeline_draw(&grid, &view, part, &moment, 0);
    printf("  %-34s %8.2f ms (aim: 100)\n", "first frame",
           milliseconds_since(start));
    moment_free(&moment);
    start = trace_nanoseconds();
    model = model_new(trace, false, TRACE_NONE, NULL);
    printf("  %-34s %8.0f ms, meanwhile the beginning is shown\n",
           "all of it read", milliseconds_since(start));
    printf("  %-34s %8.2f times the trace\n", "its memory",
           (double)size_of(model) /
               ((double)trace_count(trace) * sizeof(struct event)));
    view_move(&view, part, model);
    model_free(part);
    printf("  the slowest frame of some              (aim: 16)\n");
    walk(model, "step", "llllllllhhhhhhhh");
    walk(model, "step at the end, and back", "Gllhhhhhhhh");
    walk(model, "pan", "gddddddddGaaaaaaaa");
    walk(model, "zoom from all to one", "Gfwwwwwwwwwwwwwwwwwwwwwww");
    walk(model, "zoom from one to all", "gssssssssssssssssssssssss");
    walk(model, "in time", "tfwwwwwwwwwwwssssssssssst");
    walk(model, "hand-offs, conflicts, ends", "g]]]]]vvvvGgGg");
    strcpy(view.found, "counter");
    walk(model, "find what is not there", "gfn");
    strcpy(view.found, "lock");
    walk(model, "find what is everywhere", "gfnnnnGNNNN");
    grid_free(&grid);
    model_free(model);
    trace_close(trace);
    return 0;
}
