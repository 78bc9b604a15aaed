/*
 * lanes.c - see lanes.h.
 */
#include "show/lanes.h"

#include <stdlib.h>

#include "trace/fail.h"

static bool is_end(enum kind kind)
{
    return kind == KIND_EXIT || kind == KIND_THREAD_END ||
           kind == KIND_KILLED;
}

/* When each actor is there: from the first thing that it does to its
 * end, or for ever if that is not seen. */
static void find_spans(const struct trace *trace, struct lanes *lanes)
{
    uint32_t count = trace_count(trace);

    for (uint32_t i = 0; i < lanes->actor_count; i++)
        lanes->first[i] = lanes->last[i] = TRACE_NONE;
    for (uint32_t i = 0; i < count; i++) {
        const struct event *event = trace_read(trace, i);

        if (event == NULL || event->actor >= lanes->actor_count ||
            kind_info[event_kind(event)].group == GROUP_NOTE)
            continue;
        if (lanes->first[event->actor] == TRACE_NONE)
            lanes->first[event->actor] = i;
        lanes->last[event->actor] =
            is_end(event_kind(event)) ? i : count;
    }
}

/* A lane whose actors have all ended before `start`. */
static uint32_t free_lane(const uint32_t *busy_until, uint32_t count,
                          uint32_t start)
{
    for (uint32_t i = 0; i < count; i++)
        if (busy_until[i] < start)
            return i;
    return TRACE_NONE;
}

static void give_lane(struct lanes *lanes, uint32_t *busy_until,
                      uint32_t actor, uint32_t most)
{
    uint32_t lane = TRACE_NONE;

    if (lanes->first[actor] == TRACE_NONE)
        return;
    if (lanes->actor_count > most)
        lane = free_lane(busy_until, lanes->count, lanes->first[actor]);
    lanes->reused |= lane != TRACE_NONE;
    if (lane == TRACE_NONE && lanes->count < most)
        lane = lanes->count++;
    if (lane == TRACE_NONE) {
        lane = most - 1;
        lanes->shared = true;
    }
    lanes->lane[actor] = (uint16_t)lane;
    if (lanes->last[actor] > busy_until[lane] ||
        busy_until[lane] == TRACE_NONE)
        busy_until[lane] = lanes->last[actor];
}

struct lanes lanes_assign(const struct trace *trace, uint32_t most)
{
    struct lanes lanes = {.actor_count = trace_actor_count(trace)};
    size_t items = lanes.actor_count + 1;
    uint32_t *busy_until = calloc(most + 1, sizeof *busy_until);

    lanes.lane = calloc(items, sizeof *lanes.lane);
    lanes.first = calloc(items, sizeof *lanes.first);
    lanes.last = calloc(items, sizeof *lanes.last);
    if (busy_until == NULL || lanes.lane == NULL || lanes.first == NULL ||
        lanes.last == NULL)
        die("out of memory");
    find_spans(trace, &lanes);
    for (uint32_t i = 0; i < lanes.actor_count; i++)
        give_lane(&lanes, busy_until, i, most);
    free(busy_until);
    return lanes;
}

void lanes_free(struct lanes *lanes)
{
    free(lanes->lane);
    free(lanes->first);
    free(lanes->last);
    *lanes = (struct lanes){0};
}
