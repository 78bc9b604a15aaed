/*
 * replay.c - actors are born, wait and end.  See replay.h.
 */
#include "judge/replay.h"

#include <stdlib.h>
#include <string.h>

#include "judge/state.h"
#include "trace/fail.h"

struct replay *replay_new(const struct trace *trace)
{
    struct replay *replay = calloc(1, sizeof *replay);
    uint32_t count = trace_actor_count(trace);

    if (replay == NULL)
        die("out of memory");
    replay->trace = trace;
    replay->peer = TRACE_NONE;
    replay->actor_count = count;
    replay->actors = calloc(count + 1, sizeof *replay->actors);
    if (replay->actors == NULL)
        die("out of memory");
    for (uint32_t i = 0; i < count; i++) {
        struct replay_actor *actor = replay->actors + i;

        actor->birth = actor->end = actor->taken = TRACE_NONE;
        actor->last = actor->kill = TRACE_NONE;
        actor->wait_since = actor->let_go = TRACE_NONE;
    }
    return replay;
}

void replay_free(struct replay *replay)
{
    struct replay_object *object;
    size_t cursor = 0;

    if (replay == NULL)
        return;
    while ((object = table_next(&replay->objects, &cursor)) != NULL) {
        free(object->holders);
        free(object->waiters);
        free(object->gifts);
        free(object);
    }
    for (uint32_t i = 0; i < replay->actor_count; i++)
        free(replay->actors[i].descriptors);
    table_clear(&replay->objects);
    free(replay->actors);
    free(replay);
}

static void *copy_of(const void *items, size_t count, size_t *room,
                     size_t size)
{
    void *copy;

    *room = count;
    if (count == 0)
        return NULL;
    copy = malloc(count * size);
    if (copy == NULL)
        die("out of memory");
    return memcpy(copy, items, count * size);
}

static struct replay_object *copy_object(const struct replay_object *from)
{
    size_t one;
    struct replay_object *to = copy_of(from, 1, &one, sizeof *from);

    to->holders = copy_of(from->holders, from->holder_count,
                          &to->holder_room, sizeof *to->holders);
    to->waiters = copy_of(from->waiters, from->waiter_count,
                          &to->waiter_room, sizeof *to->waiters);
    to->gifts = copy_of(from->gifts, from->gift_count, &to->gift_room,
                        sizeof *to->gifts);
    return to;
}

struct replay *replay_copy(const struct replay *replay)
{
    struct replay *copy = replay_new(replay->trace);
    struct replay_object *object;
    size_t cursor = 0;

    ENSURE(copy->actor_count == replay->actor_count);
    copy->next = replay->next;
    copy->peer = replay->peer;
    for (uint32_t i = 0; i < copy->actor_count; i++) {
        struct replay_actor *actor = copy->actors + i;

        *actor = replay->actors[i];
        actor->descriptors =
            copy_of(actor->descriptors, actor->descriptor_count,
                    &actor->descriptor_room, sizeof *actor->descriptors);
    }
    while ((object = table_next(&replay->objects, &cursor)) != NULL)
        *table_slot(&copy->objects, object->key) = copy_object(object);
    return copy;
}

const struct replay_actor *replay_actor(const struct replay *replay,
                                        uint32_t number)
{
    return number < replay->actor_count ? replay->actors + number : NULL;
}

uint32_t replay_process(const struct replay *replay, uint32_t number)
{
    const struct actor *actor = trace_actor(replay->trace, number);

    return actor != NULL && actor->process < replay->actor_count
               ? actor->process
               : number;
}

uint32_t replay_actor_of(const struct replay *replay, uint64_t key)
{
    uint64_t number = object_where(key);

    return object_class(key) == OBJECT_ACTOR &&
                   number < replay->actor_count
               ? (uint32_t)number
               : TRACE_NONE;
}

uint32_t replay_next(struct replay *replay)
{
    uint32_t count = trace_count(replay->trace);

    while (replay->next < count) {
        const struct event *event =
            trace_read(replay->trace, replay->next);

        if (event != NULL && event->actor < replay->actor_count)
            return replay->next;
        replay->next++;
    }
    return TRACE_NONE;
}

/* ---- waiting ---- */

/* What no lock, pipe or the like stands behind. */
static bool is_waited_at(uint64_t key)
{
    return object_class(key) != OBJECT_ACTOR &&
           object_class(key) != OBJECT_TIME;
}

void state_wait(struct replay *replay, uint32_t index, enum kind kind)
{
    const struct event *event = trace_read(replay->trace, index);
    struct replay_actor *actor = replay->actors + event->actor;
    struct replay_object *object = NULL;

    actor->state = event->flags & EVENT_TIMED     ? ACTOR_WAITING_TIMED
                   : event->flags & EVENT_OUTSIDE ? ACTOR_WAITING_OUTSIDE
                                                  : ACTOR_WAITING;
    actor->wait_kind = kind;
    actor->wait_object = event->object;
    actor->wait_since = index;
    actor->wait_flags = event->flags;
    actor->let_go = TRACE_NONE;
    if (is_waited_at(event->object))
        object = state_object(replay, event->object,
                              kind_info[kind].group);
    if (object != NULL)
        state_add_waiter(object, event->actor);
}

static void step_wait(struct replay *replay, uint32_t index,
                      const struct event *event)
{
    bool known = event->value > 0 && event->value < KIND_COUNT;

    state_wait(replay, index,
               known ? (enum kind)event->value : KIND_WAIT);
}

/* An actor that does something waits no more. */
static void go_on(struct replay *replay, struct replay_actor *actor,
                  uint16_t number)
{
    struct replay_object *object =
        table_find(&replay->objects, actor->wait_object);

    if (object != NULL)
        state_remove_waiter(object, number);
    actor->state = ACTOR_RUNNING;
    actor->wait_kind = KIND_NONE;
}

/* ---- births and ends ---- */

static void end_actor(struct replay *replay, uint32_t number,
                      uint32_t index)
{
    struct replay_actor *actor = replay->actors + number;
    struct replay_object *object;

    if (actor->state == ACTOR_ENDED)
        return;
    object = table_find(&replay->objects, actor->wait_object);
    if (replay_waits(actor) && object != NULL)
        state_remove_waiter(object, (uint16_t)number);
    actor->state = ACTOR_ENDED;
    actor->end = index;
}

static void end_process(struct replay *replay, uint32_t process,
                        uint32_t index)
{
    for (uint32_t i = 0; i < replay->actor_count; i++)
        if (replay_process(replay, i) == process &&
            replay->actors[i].state != ACTOR_UNUSED)
            end_actor(replay, i, index);
    end_actor(replay, process, index);
    data_close_all(replay, process, index, false);
    sync_process_end(replay, process, index);
}

static void step_birth(struct replay *replay, uint32_t index,
                       const struct event *event)
{
    uint32_t child = replay_actor_of(replay, event->object);
    uint32_t parent = replay_process(replay, event->actor);

    if (child == TRACE_NONE || event->error != 0 ||
        replay->actors[child].state != ACTOR_UNUSED)
        return;
    replay->actors[child].state = ACTOR_BORN;
    replay->actors[child].birth = index;
    if (event_kind(event) == KIND_THREAD_CREATE || child == parent)
        return;
    data_fork(replay, parent, child, index);
    if (event_kind(event) == KIND_SPAWN)
        data_close_all(replay, child, index, true);
    else
        sync_fork(replay, event->actor, child);
}

/* The file's other threads are gone, and what exec closes. */
static void step_exec(struct replay *replay, uint32_t index,
                      const struct event *event)
{
    uint32_t process = replay_process(replay, event->actor);

    if (event->error != 0)
        return;
    for (uint32_t i = 0; i < replay->actor_count; i++)
        if (i != event->actor && replay_process(replay, i) == process &&
            replay->actors[i].state != ACTOR_UNUSED)
            end_actor(replay, i, index);
    data_close_all(replay, process, index, true);
}

/* REAP and JOIN. */
static void step_taken(struct replay *replay, uint32_t index,
                       const struct event *event)
{
    uint32_t child = replay_actor_of(replay, event->object);

    if (child == TRACE_NONE || event->error != 0)
        return;
    replay->peer = replay->actors[child].end;
    replay->actors[child].taken = index;
}

static void step_killed(struct replay *replay, uint32_t index,
                        const struct event *event)
{
    uint32_t process = replay_process(replay, event->actor);
    uint32_t kill = replay->actors[process].kill;
    const struct event *sent = trace_read(replay->trace, kill);

    if (sent != NULL && sent->value == event->value)
        replay->peer = kill;
    end_process(replay, process, index);
}

static void step_life(struct replay *replay, uint32_t index,
                      const struct event *event)
{
    struct replay_actor *actor = replay->actors + event->actor;

    switch (event_kind(event)) {
    case KIND_FORK:
    case KIND_SPAWN:
    case KIND_THREAD_CREATE:
        step_birth(replay, index, event);
        break;
    case KIND_BEGIN:
        replay->peer = actor->birth;
        break;
    case KIND_EXEC:
        step_exec(replay, index, event);
        break;
    case KIND_EXIT:
        end_process(replay, replay_process(replay, event->actor), index);
        break;
    case KIND_THREAD_END:
        end_actor(replay, event->actor, index);
        break;
    case KIND_KILLED:
        step_killed(replay, index, event);
        break;
    case KIND_REAP:
    case KIND_JOIN:
        step_taken(replay, index, event);
        break;
    default:
        break;
    }
}

static void step_kill(struct replay *replay, uint32_t index,
                      const struct event *event)
{
    uint32_t target = replay_actor_of(replay, event->object);

    if (target != TRACE_NONE && event->error == 0)
        replay->actors[replay_process(replay, target)].kill = index;
}

/* ---- one event ---- */

static void step_kind(struct replay *replay, uint32_t index,
                      const struct event *event)
{
    switch (kind_info[event_kind(event)].group) {
    case GROUP_LIFE:
        step_life(replay, index, event);
        break;
    case GROUP_LOCK:
    case GROUP_CONDITION:
    case GROUP_SEMAPHORE:
        sync_step(replay, index, event);
        break;
    case GROUP_DATA:
        data_step(replay, index, event);
        break;
    case GROUP_SIGNAL:
        if (event_kind(event) == KIND_KILL)
            step_kill(replay, index, event);
        break;
    default:
        if (event_kind(event) == KIND_WAIT)
            step_wait(replay, index, event);
        else if (event_kind(event) == KIND_SLEEP) {
            state_wait(replay, index, KIND_SLEEP);
            replay->actors[event->actor].state = ACTOR_WAITING_TIMED;
        }
    }
}

void replay_step(struct replay *replay)
{
    uint32_t index = replay->next++;
    const struct event *event = trace_read(replay->trace, index);
    struct replay_actor *actor;

    replay->peer = TRACE_NONE;
    if (event == NULL || event->actor >= replay->actor_count ||
        kind_info[event_kind(event)].group == GROUP_NOTE)
        return;
    actor = replay->actors + event->actor;
    if (event_kind(event) != KIND_KILLED) {
        if (actor->state == ACTOR_UNUSED || actor->state == ACTOR_BORN)
            actor->state = ACTOR_RUNNING;
        if (replay_waits(actor))
            go_on(replay, actor, event->actor);
        actor->last = index;
    }
    step_kind(replay, index, event);
}

void replay_link(struct trace *trace)
{
    struct replay *replay = replay_new(trace);
    uint32_t index;

    while ((index = replay_next(replay)) != TRACE_NONE) {
        replay_step(replay);
        if (replay->peer != TRACE_NONE && replay->peer != index)
            trace_event(trace, index)->peer = replay->peer;
    }
    replay_free(replay);
}
