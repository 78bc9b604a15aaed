/*
 * model.c - see model.h.
 */
#include "show/model.h"

#include <stdlib.h>

#include "judge/misuse.h"
#include "show/census.h"
#include "trace/fail.h"

#define STOPS_MOST 256        /* remembered ways to begin anew */
#define STOPS_LEAST_APART 32768 /* events */
#define STOP_BYTES (64u << 20) /* for all of them, about */
#define LOOK 65536            /* events between two looks at progress */

static void *reserve(size_t count, size_t size)
{
    void *items = calloc(count + 1, size);

    if (items == NULL)
        die("out of memory");
    return items;
}

/* ---- one event after another ---- */

struct work {
    struct model *model;
    struct replay *replay;
    struct census *census;
    uint32_t limit;
    uint32_t apart; /* events between two stops */
    uint32_t next_stop;
    struct model_progress *progress;
};

static enum lane_state state_of(const struct replay_actor *actor)
{
    if (actor->state == ACTOR_RUNNING)
        return actor->held > 0 ? LANE_HOLDS : LANE_RUNS;
    if (!replay_waits(actor))
        return LANE_NONE;
    if (actor->wait_kind == KIND_SLEEP)
        return LANE_SLEEPS;
    return actor->held > 0 ? LANE_WAITS_HOLDING : LANE_WAITS;
}

static void add_alarm(struct model *model, uint32_t position)
{
    if (model->alarm_count > 0 &&
        model->alarms[model->alarm_count - 1] == position)
        return;
    model->alarms = array_grow(model->alarms, &model->alarm_room,
                               model->alarm_count + 1,
                               sizeof *model->alarms);
    model->alarms[model->alarm_count++] = position;
}

static void add_to_lane(struct model_lane *lane, uint32_t position,
                        enum lane_state state)
{
    lane->at = array_grow(lane->at, &lane->at_room,
                          (size_t)lane->count + 1, sizeof *lane->at);
    lane->states = array_grow(lane->states, &lane->states_room,
                              (size_t)lane->count + 1,
                              sizeof *lane->states);
    lane->at[lane->count] = position;
    lane->states[lane->count++] = (uint8_t)state;
}

static void add_position(struct work *work, uint32_t index,
                         const struct event *event)
{
    struct model *model = work->model;
    uint32_t position = model->count++;
    uint64_t before = position == 0 ? 0 : model->times[position - 1];

    model->events[position] = index;
    model->times[position] = event->time > before ? event->time : before;
    add_to_lane(model->lanes + event->actor, position,
                state_of(work->replay->actors + event->actor));
}

/* Requires that the event is the last position. */
static void add_link(struct model *model, const struct event *event)
{
    const struct event *peer = trace_read(model->trace, event->peer);
    enum kind kind = event_kind(event);
    uint32_t giver;

    if (peer == NULL || peer->actor == event->actor ||
        !(worth_ends_wait(event) || kind == KIND_BEGIN ||
          kind == KIND_JOIN || kind == KIND_REAP))
        return;
    giver = model_position(model, event->peer);
    if (giver >= model->count || model->events[giver] != event->peer)
        return;
    model->links =
        array_grow(model->links, &model->link_room, model->link_count + 1,
                   sizeof *model->links);
    model->links[model->link_count++] =
        (struct model_link){giver, model->count - 1};
}

static size_t replay_size(const struct replay *replay)
{
    return replay->objects.count * sizeof(struct replay_object) +
           replay->actor_count * sizeof *replay->actors + 4096;
}

/* Every second one goes. */
static void thin_stops(struct work *work)
{
    struct model *model = work->model;
    size_t kept = 0;

    for (size_t i = 0; i < model->stop_count; i++)
        if (i % 2 == 1)
            model->stops[kept++] = model->stops[i];
        else
            replay_free(model->stops[i].replay);
    model->stop_count = kept;
    work->apart *= 2;
}

static void add_stop(struct work *work, uint32_t index)
{
    struct model *model = work->model;

    if (index < work->next_stop)
        return;
    if (model->stop_count >= STOPS_MOST ||
        replay_size(work->replay) * model->stop_count > STOP_BYTES)
        thin_stops(work);
    model->stops =
        array_grow(model->stops, &model->stop_room, model->stop_count + 1,
                   sizeof *model->stops);
    model->stops[model->stop_count++] =
        (struct model_stop){index, replay_copy(work->replay)};
    work->next_stop = index + work->apart;
}

static bool is_alarm(const struct work *work, const struct event *event)
{
    enum kind kind = event_kind(event);
    enum kind_group group = kind_info[kind].group;

    if (kind == KIND_ASSERT || kind == KIND_CRASH)
        return true;
    if (group == GROUP_MEMORY || group == GROUP_CALL ||
        group == GROUP_SAY || group == GROUP_NOTE || group == GROUP_TIME)
        return false;
    return misuse_check(work->replay, work->model->names, NULL);
}

static void take_event(struct work *work, uint32_t index)
{
    struct model *model = work->model;
    const struct event *event = trace_read(model->trace, index);
    bool shown = worth_shows(&model->worth, index, event);
    bool alarm = shown && is_alarm(work, event);

    add_stop(work, index);
    replay_step(work->replay);
    if (shown) {
        add_position(work, index, event);
        add_link(model, event);
    }
    if (alarm)
        add_alarm(model, model->count - 1);
    census_look(work->census, work->replay, index,
                model->count == 0 ? 0 : model->count - 1, shown);
}

/* Returns false if it is to stop. */
static bool take_all(struct work *work)
{
    uint32_t index;

    while ((index = replay_next(work->replay)) < work->limit) {
        take_event(work, index);
        if (work->progress == NULL || index % LOOK != 0)
            continue;
        atomic_store(&work->progress->done, index);
        if (atomic_load(&work->progress->stop))
            return false;
    }
    return true;
}

/* ---- once all events are known ---- */

static uint8_t mask_of(const struct model_lane *lane, uint32_t index)
{
    return (uint8_t)(1u << model_lane_state(lane, index) |
                     (lane->states[index] & LANE_ALARM));
}

static void summarize(struct model_lane *lane)
{
    const uint8_t *below = NULL;
    uint32_t count = lane->count;

    for (int level = 0; level < MODEL_LEVELS; level++) {
        uint32_t blocks = (count + 63) / 64;
        uint8_t *masks = reserve(blocks, 1);

        for (uint32_t i = 0; i < count; i++)
            masks[i / 64] |= level == 0 ? mask_of(lane, i) : below[i];
        lane->masks[level] = masks;
        below = masks;
        count = blocks;
    }
}

static void finish_lanes(struct model *model, const struct replay *replay)
{
    for (uint32_t i = 0; i < model->actor_count; i++) {
        const struct replay_actor *actor = replay->actors + i;
        struct model_lane *lane = model->lanes + i;

        lane->is_thread = replay_process(replay, i) != i;
        lane->born = actor->birth == TRACE_NONE
                         ? 0
                         : model_position(model, actor->birth);
        lane->end = actor->end == TRACE_NONE
                        ? TRACE_NONE
                        : model_position(model, actor->end);
    }
}

static bool has_lane(const struct model *model,
                     const struct replay *replay, uint32_t actor)
{
    return model->lanes[actor].count > 0 ||
           replay->actors[actor].birth != TRACE_NONE;
}

/* Each process, and below it its threads. */
static void order_rows(struct model *model, const struct replay *replay)
{
    uint32_t *next = reserve(model->actor_count, sizeof *next);
    uint32_t *last = reserve(model->actor_count, sizeof *last);

    for (uint32_t i = 0; i < model->actor_count; i++)
        last[i] = i;
    for (uint32_t i = 0; i < model->actor_count; i++) {
        uint32_t process = replay_process(replay, i);

        if (process == i)
            continue;
        next[last[process]] = i;
        last[process] = i;
    }
    for (uint32_t i = 0; i < model->actor_count; i++) {
        if (replay_process(replay, i) != i)
            continue;
        for (uint32_t at = i;;) {
            if (has_lane(model, replay, at))
                model->rows[model->row_count++] = (uint16_t)at;
            if (at == last[i])
                break;
            at = next[at];
        }
    }
    free(next);
    free(last);
}

static int compare_positions(const void *one, const void *other)
{
    uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;

    return a < b ? -1 : a > b;
}

static int compare_links(const void *one, const void *other)
{
    const struct model_link *a = one, *b = other;

    if (a->giver != b->giver)
        return a->giver < b->giver ? -1 : 1;
    return a->taker < b->taker ? -1 : a->taker > b->taker;
}

static void finish_alarms(struct model *model)
{
    for (size_t i = 0; i < model->conflict_count; i++)
        add_alarm(model, model->conflicts[i].position);
    if (model->whole && model->verdict.kind != VERDICT_OK &&
        model->count > 0) {
        uint32_t at = model_position(model, model->verdict.event);

        add_alarm(model, at < model->count ? at : model->count - 1);
    }
    if (model->alarm_count > 0)
        qsort(model->alarms, model->alarm_count, sizeof *model->alarms,
              compare_positions);
    for (size_t i = 0; i < model->alarm_count; i++) {
        const struct event *event = model_event(model, model->alarms[i]);
        struct model_lane *lane = model->lanes + event->actor;

        lane->states[model_before(lane, model->alarms[i])] |= LANE_ALARM;
    }
}

static void begin(struct work *work, const struct trace *trace,
                  bool inside)
{
    struct model *model = work->model;
    uint32_t count = trace_count(trace);

    model->trace = trace;
    model->inside = inside;
    model->whole = work->limit >= count;
    work->limit = work->limit < count ? work->limit : count;
    model->names = names_new(trace);
    model->worth = worth_new(trace, inside, work->limit);
    model->events = reserve(work->limit, sizeof *model->events);
    model->times = reserve(work->limit, sizeof *model->times);
    model->actor_count = trace_actor_count(trace);
    model->lanes = reserve(model->actor_count, sizeof *model->lanes);
    model->rows = reserve(model->actor_count, sizeof *model->rows);
    work->replay = replay_new(trace);
    work->census = census_new(model, work->limit);
    work->apart = work->limit / STOPS_MOST;
    if (work->apart < STOPS_LEAST_APART)
        work->apart = STOPS_LEAST_APART;
    work->next_stop = work->apart;
}

struct model *model_new(const struct trace *trace, bool inside,
                        uint32_t limit, struct model_progress *progress)
{
    struct work work = {.limit = limit, .progress = progress};
    bool good;

    work.model = reserve(1, sizeof *work.model);
    begin(&work, trace, inside);
    good = take_all(&work);
    if (good && work.model->whole)
        work.model->verdict = judge(trace);
    finish_lanes(work.model, work.replay);
    order_rows(work.model, work.replay);
    if (work.model->link_count > 0)
        qsort(work.model->links, work.model->link_count,
              sizeof *work.model->links, compare_links);
    finish_alarms(work.model);
    for (uint32_t i = 0; i < work.model->actor_count; i++)
        summarize(work.model->lanes + i);
    census_free(work.census);
    replay_free(work.replay);
    if (good)
        return work.model;
    model_free(work.model);
    return NULL;
}

void model_free(struct model *model)
{
    if (model == NULL)
        return;
    for (uint32_t i = 0; i < model->actor_count; i++) {
        free(model->lanes[i].at);
        free(model->lanes[i].states);
        for (int level = 0; level < MODEL_LEVELS; level++)
            free(model->lanes[i].masks[level]);
    }
    for (uint32_t i = 0; i < model->object_count; i++)
        free(model->objects[i].samples);
    for (size_t i = 0; i < model->stop_count; i++)
        replay_free(model->stops[i].replay);
    worth_free(&model->worth);
    names_free(model->names);
    free(model->events);
    free(model->times);
    free(model->lanes);
    free(model->rows);
    free(model->objects);
    free(model->conflicts);
    free(model->links);
    free(model->alarms);
    free(model->stops);
    free(model);
}

/* ---- questions ---- */

const struct event *model_event(const struct model *model,
                                uint32_t position)
{
    return position < model->count
               ? trace_read(model->trace, model->events[position])
               : NULL;
}

/* The first of `count` rising numbers that is at least `least`. */
static uint32_t lower_bound(const uint32_t *numbers, uint32_t count,
                            uint32_t least)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (numbers[middle] < least)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t model_position(const struct model *model, uint32_t event)
{
    return lower_bound(model->events, model->count, event);
}

uint32_t model_at_time(const struct model *model, uint64_t time)
{
    uint32_t low = 0, high = model->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (model->times[middle] < time)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t model_before(const struct model_lane *lane, uint32_t position)
{
    return lower_bound(lane->at, lane->count, position);
}

/* Between its events `before - 1` and `before`, was it let go on? */
static bool is_let_go(const struct model *model,
                      const struct model_lane *lane, uint32_t before,
                      uint32_t position)
{
    const struct event *next;

    if (before >= lane->count)
        return false;
    next = model_event(model, lane->at[before]);
    return next != NULL && worth_ends_wait(next) &&
           next->peer != TRACE_NONE &&
           next->peer <= model->events[position];
}

enum lane_state model_state(const struct model *model, uint32_t actor,
                            uint32_t position)
{
    const struct model_lane *lane = model->lanes + actor;
    uint32_t before = model_before(lane, position + 1);
    enum lane_state state;

    if (position >= model->count || position >= lane->end ||
        position < lane->born)
        return LANE_NONE;
    if (before == 0)
        return actor == 0 ? LANE_NONE : LANE_READY;
    state = model_lane_state(lane, before - 1);
    if ((state == LANE_WAITS || state == LANE_WAITS_HOLDING) &&
        is_let_go(model, lane, before, position))
        return LANE_READY;
    return state;
}

/* Blocks of 64^level that lie whole in the stretch are looked up. */
unsigned model_mask(const struct model_lane *lane, uint32_t first,
                    uint32_t end)
{
    unsigned mask = 0;

    while (first < end) {
        int level = 0;
        uint32_t size = 1;

        while (level < MODEL_LEVELS && first % (size * 64) == 0 &&
               end - first >= size * 64) {
            level++;
            size *= 64;
        }
        mask |= level == 0 ? mask_of(lane, first)
                           : lane->masks[level - 1][first / size];
        first += size;
    }
    return mask;
}

const struct model_sample *
model_sample(const struct model_object *object, uint32_t position)
{
    size_t low = 0, high = object->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (object->samples[middle].at <= position)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NULL : object->samples + low - 1;
}

const struct model_conflict *model_conflict(const struct model *model,
                                            uint32_t position)
{
    size_t low = 0, high = model->conflict_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (model->conflicts[middle].position == position)
            return model->conflicts + middle;
        if (model->conflicts[middle].position < position)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct model_link *model_links(const struct model *model,
                                     uint32_t position, size_t *count)
{
    size_t low = 0, high = model->link_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (model->links[middle].giver < position)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < model->link_count &&
           model->links[low + *count].giver == position)
        ++*count;
    return *count == 0 ? NULL : model->links + low;
}

uint32_t model_giver(const struct model *model, uint32_t position)
{
    const struct event *event = model_event(model, position);
    const struct event *peer =
        event == NULL ? NULL : trace_read(model->trace, event->peer);
    uint32_t giver;

    if (peer == NULL || peer->actor == event->actor)
        return TRACE_NONE;
    giver = model_position(model, event->peer);
    return giver < position && model->events[giver] == event->peer
               ? giver
               : TRACE_NONE;
}

bool model_alarms(const struct model *model, uint32_t first, uint32_t end)
{
    uint32_t at = lower_bound(model->alarms, (uint32_t)model->alarm_count,
                              first);

    return at < model->alarm_count && model->alarms[at] < end;
}
