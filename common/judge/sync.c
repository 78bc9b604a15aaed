/*
 * sync.c - the part of the replay that knows locks, semaphores,
 * conditions and barriers.  See replay.h.
 *
 * Whom a signal wakes and which unit a semaphore gives is not told by
 * the kernel; the replay says first come, first served, and corrects
 * itself when somebody else comes back.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge/state.h"
#include "trace/fail.h"

struct replay_object *state_object(struct replay *replay, uint64_t key,
                                   enum kind_group group)
{
    struct replay_object **slot;
    struct replay_object *object;

    if (key == 0)
        return NULL;
    slot = (struct replay_object **)table_slot(&replay->objects, key);
    if (*slot != NULL)
        return *slot;
    object = *slot = calloc(1, sizeof *object);
    if (object == NULL)
        die("out of memory");
    object->key = key;
    object->group = group;
    object->destroyed = object->given = TRACE_NONE;
    object->freed = object->missed = TRACE_NONE;
    object->readers_end = object->writers_end = TRACE_NONE;
    return object;
}

const struct replay_object *replay_object(const struct replay *replay,
                                          uint64_t key)
{
    return table_find(&replay->objects, key);
}

/* ---- who waits, who holds, what was given ---- */

void state_add_waiter(struct replay_object *object, uint16_t actor)
{
    object->waiters = array_grow(object->waiters, &object->waiter_room,
                                 object->waiter_count + 1,
                                 sizeof *object->waiters);
    object->waiters[object->waiter_count++] = actor;
}

void state_remove_waiter(struct replay_object *object, uint16_t actor)
{
    size_t kept = 0;

    for (size_t i = 0; i < object->waiter_count; i++)
        if (object->waiters[i] != actor)
            object->waiters[kept++] = object->waiters[i];
    object->waiter_count = kept;
}

static struct replay_holder *find_holder(struct replay_object *object,
                                         uint32_t actor)
{
    for (size_t i = 0; i < object->holder_count; i++)
        if (object->holders[i].actor == actor)
            return object->holders + i;
    return NULL;
}

const struct replay_holder *
replay_holder(const struct replay_object *object, uint32_t actor)
{
    return find_holder((struct replay_object *)object, actor);
}

static bool is_lock(const struct replay_object *object)
{
    return object->group == GROUP_LOCK || object->sort == LOCK_FILE;
}

static void hold(struct replay *replay, struct replay_object *object,
                 uint16_t actor, bool reads, uint32_t index)
{
    struct replay_holder *holder = find_holder(object, actor);

    if (holder != NULL) {
        holder->depth++;
        return;
    }
    object->holders = array_grow(object->holders, &object->holder_room,
                                 object->holder_count + 1,
                                 sizeof *object->holders);
    object->holders[object->holder_count++] = (struct replay_holder){
        .actor = actor, .reads = reads, .depth = 1, .since = index};
    replay->actors[actor].held += is_lock(object);
}

static void drop(struct replay *replay, struct replay_object *object,
                 struct replay_holder *holder)
{
    struct replay_actor *actor = replay->actors + holder->actor;

    if (is_lock(object) && actor->held > 0)
        actor->held--;
    *holder = object->holders[--object->holder_count];
}

static void drop_all(struct replay *replay, struct replay_object *object)
{
    while (object->holder_count > 0)
        drop(replay, object, object->holders);
}

void state_give(struct replay_object *object, uint32_t event,
                uint32_t amount, unsigned end)
{
    if (object->gift_count >= GIFTS_MAX)
        return;
    object->gifts =
        array_grow(object->gifts, &object->gift_room,
                   object->gift_count + 1, sizeof *object->gifts);
    object->gifts[object->gift_count++] = (struct replay_gift){
        .event = event, .left = amount, .end = (uint16_t)end};
}

static void remove_gift(struct replay_object *object, size_t at)
{
    memmove(object->gifts + at, object->gifts + at + 1,
            (object->gift_count - at - 1) * sizeof *object->gifts);
    object->gift_count--;
}

uint32_t state_take(struct replay_object *object, uint32_t amount,
                    unsigned end)
{
    uint32_t giver = TRACE_NONE;
    bool first = true;

    for (size_t i = 0; i < object->gift_count && amount > 0;) {
        struct replay_gift *gift = object->gifts + i;
        uint32_t part = gift->left < amount ? gift->left : amount;

        if (gift->end != end) {
            i++;
            continue;
        }
        if (first)
            giver = gift->event;
        first = false;
        gift->left -= part;
        amount -= part;
        if (gift->left == 0)
            remove_gift(object, i);
    }
    return giver;
}

/* ---- locks ---- */

/* The mutex belongs to nobody or, after these errors too, to the caller. */
static bool has_taken(const struct event *event)
{
    return event->error == 0 || event->error == EOWNERDEAD;
}

static void take_lock(struct replay *replay, struct replay_object *object,
                      uint32_t index, const struct event *event)
{
    bool reads = event_kind(event) == KIND_READ_LOCK;

    if (!has_taken(event))
        return;
    replay->peer = object->given;
    if (!reads && (object->sort == LOCK_FILE ||
                   find_holder(object, event->actor) == NULL))
        drop_all(replay, object); /* its holder died, or we missed it */
    hold(replay, object, event->actor, reads, index);
    object->passes++;
}

static void release_lock(struct replay *replay,
                         struct replay_object *object, uint32_t index,
                         const struct event *event)
{
    struct replay_holder *holder = find_holder(object, event->actor);

    if (event->error != 0)
        return;
    if (holder == NULL && object->holder_count > 0)
        holder = object->holders; /* a stranger's unlock works, too */
    if (holder != NULL && object->sort != LOCK_FILE && --holder->depth > 0)
        return;
    if (holder != NULL)
        drop(replay, object, holder);
    object->given = index;
    if (object->holder_count == 0)
        object->freed = index;
}

static void step_lock(struct replay *replay, struct replay_object *object,
                      uint32_t index, const struct event *event)
{
    if (object_class(event->object) == OBJECT_FILE)
        object->sort = LOCK_FILE;
    switch (event_kind(event)) {
    case KIND_LOCK_INIT:
        object->sort = event->value;
        drop_all(replay, object);
        break;
    case KIND_LOCK:
    case KIND_READ_LOCK:
        take_lock(replay, object, index, event);
        break;
    case KIND_UNLOCK:
        release_lock(replay, object, index, event);
        break;
    default:
        break;
    }
}

/* ---- semaphores ---- */

/* One who waited was let go by a post that came after it began to. */
static uint32_t take_unit(struct replay *replay,
                          struct replay_object *object,
                          const struct event *event)
{
    uint32_t since = replay->actors[event->actor].wait_since;

    if (event->flags & EVENT_WAITED)
        for (size_t i = 0; i < object->gift_count; i++)
            if (object->gifts[i].event != TRACE_NONE &&
                object->gifts[i].event > since) {
                uint32_t giver = object->gifts[i].event;

                remove_gift(object, i);
                return giver;
            }
    return state_take(object, 1, 0);
}

static void step_semaphore(struct replay *replay,
                           struct replay_object *object, uint32_t index,
                           const struct event *event)
{
    struct replay_holder *holder = find_holder(object, event->actor);

    if (event->error != 0)
        return;
    switch (event_kind(event)) {
    case KIND_SEMAPHORE_OPEN:
        if (object->is_known)
            break;
        object->is_known = true;
        /* fall through */
    case KIND_SEMAPHORE_INIT:
        object->count = event->value;
        object->gift_count = object->holder_count = 0;
        if (event->value > 0)
            state_give(object, TRACE_NONE,
                       event->value < UINT32_MAX ? (uint32_t)event->value
                                                 : UINT32_MAX,
                       0);
        break;
    case KIND_SEMAPHORE_WAIT:
        object->count--;
        object->passes++;
        replay->peer = take_unit(replay, object, event);
        hold(replay, object, event->actor, false, index);
        break;
    case KIND_SEMAPHORE_POST:
        object->count++;
        state_give(object, index, 1, 0);
        if (holder != NULL && --holder->depth == 0)
            drop(replay, object, holder);
        object->given = index;
        break;
    default:
        break;
    }
}

/* ---- conditions ---- */

static void begin_condition(struct replay *replay, uint32_t index,
                            const struct event *event)
{
    struct replay_object *lock =
        state_object(replay, (uint64_t)event->value, GROUP_LOCK);
    struct replay_holder *holder =
        lock == NULL ? NULL : find_holder(lock, event->actor);

    state_wait(replay, index, KIND_CONDITION_WAIT);
    replay->actors[event->actor].wait_lock = (uint64_t)event->value;
    if (holder != NULL) {
        drop(replay, lock, holder);
        lock->given = index;
    }
}

/* The next one on the list who has not been let go yet. */
static bool signal_one(struct replay *replay,
                       struct replay_object *object, uint32_t index)
{
    for (size_t i = 0; i < object->waiter_count; i++) {
        struct replay_actor *waiter = replay->actors + object->waiters[i];

        if (waiter->let_go == TRACE_NONE) {
            waiter->let_go = index;
            return true;
        }
    }
    return false;
}

static bool signal_all(struct replay *replay,
                       struct replay_object *object, uint32_t index)
{
    bool heard = false;

    for (size_t i = 0; i < object->waiter_count; i++) {
        struct replay_actor *waiter = replay->actors + object->waiters[i];

        if (waiter->let_go == TRACE_NONE) {
            waiter->let_go = index;
            heard = true;
        }
    }
    return heard;
}

/* Back, though the signal was thought to be for another: change places. */
static uint32_t take_signal(struct replay *replay,
                            struct replay_object *object,
                            struct replay_actor *actor)
{
    uint32_t giver = actor->let_go;

    for (size_t i = 0; giver == TRACE_NONE && i < object->waiter_count;
         i++) {
        struct replay_actor *other = replay->actors + object->waiters[i];

        if (other->let_go != TRACE_NONE &&
            other->let_go > actor->wait_since) {
            giver = other->let_go;
            other->let_go = TRACE_NONE;
        }
    }
    actor->let_go = TRACE_NONE;
    return giver;
}

static void end_condition(struct replay *replay,
                          struct replay_object *object, uint32_t index,
                          const struct event *event)
{
    struct replay_actor *actor = replay->actors + event->actor;
    struct replay_object *lock =
        state_object(replay, (uint64_t)event->value, GROUP_LOCK);

    object->passes += has_taken(event);
    if (has_taken(event))
        replay->peer = take_signal(replay, object, actor);
    else if (actor->let_go != TRACE_NONE) {
        signal_one(replay, object, actor->let_go);
        actor->let_go = TRACE_NONE;
    }
    if (lock != NULL && (has_taken(event) || event->error == ETIMEDOUT ||
                         event->error == EINTR ||
                         event->error == ECANCELED)) {
        drop_all(replay, lock);
        hold(replay, lock, event->actor, false, index);
    }
}

/* ---- barriers ---- */

static void arrive(struct replay *replay, struct replay_object *object,
                   uint32_t index, const struct event *event)
{
    object->given = index;
    state_wait(replay, index, KIND_BARRIER_LEAVE);
    if (++object->arrived != object->count)
        return;
    signal_all(replay, object, index);
    object->arrived = 0;
    object->waiter_count = 0;
    (void)event;
}

static void leave(struct replay *replay, struct replay_object *object,
                  const struct event *event)
{
    struct replay_actor *actor = replay->actors + event->actor;

    replay->peer =
        actor->let_go != TRACE_NONE ? actor->let_go : object->given;
    actor->let_go = TRACE_NONE;
}

static void step_condition(struct replay *replay,
                           struct replay_object *object, uint32_t index,
                           const struct event *event)
{
    switch (event_kind(event)) {
    case KIND_CONDITION_WAIT:
        begin_condition(replay, index, event);
        break;
    case KIND_CONDITION_WAKE:
        end_condition(replay, object, index, event);
        break;
    case KIND_SIGNAL:
        object->missed =
            signal_one(replay, object, index) ? TRACE_NONE : index;
        break;
    case KIND_BROADCAST:
        object->missed =
            signal_all(replay, object, index) ? TRACE_NONE : index;
        break;
    case KIND_BARRIER_INIT:
        object->count = event->value;
        object->arrived = 0;
        break;
    case KIND_BARRIER_ARRIVE:
        arrive(replay, object, index, event);
        break;
    case KIND_BARRIER_LEAVE:
        leave(replay, object, event);
        break;
    default:
        break;
    }
}

/* ---- all of them ---- */

static void note_life(struct replay_object *object, uint32_t index,
                      const struct event *event)
{
    switch (event_kind(event)) {
    case KIND_LOCK_INIT:
    case KIND_CONDITION_INIT:
    case KIND_BARRIER_INIT:
    case KIND_SEMAPHORE_INIT:
        object->is_known = true;
        object->destroyed = TRACE_NONE;
        break;
    case KIND_LOCK_DESTROY:
    case KIND_CONDITION_DESTROY:
    case KIND_BARRIER_DESTROY:
    case KIND_SEMAPHORE_DESTROY:
        if (event->error == 0)
            object->destroyed = index;
        break;
    default:
        break;
    }
}

void sync_step(struct replay *replay, uint32_t index,
               const struct event *event)
{
    enum kind_group group = kind_info[event_kind(event)].group;
    struct replay_object *object =
        state_object(replay, event->object, group);

    if (object == NULL)
        return;
    note_life(object, index, event);
    if (group == GROUP_LOCK)
        step_lock(replay, object, index, event);
    else if (group == GROUP_SEMAPHORE)
        step_semaphore(replay, object, index, event);
    else
        step_condition(replay, object, index, event);
}

static void *copy_of(const void *items, size_t bytes)
{
    void *copy;

    if (bytes == 0)
        return NULL;
    copy = malloc(bytes);
    if (copy == NULL)
        die("out of memory");
    return memcpy(copy, items, bytes);
}

/* What the forking actor holds its child holds; nobody waits there. */
static void copy_object(struct replay *replay, uint64_t key,
                        const struct replay_object *from, uint32_t parent,
                        uint32_t child)
{
    struct replay_object *to = state_object(replay, key, from->group);
    struct replay_holder *holder;

    free(to->holders);
    free(to->gifts);
    free(to->waiters);
    *to = *from;
    to->key = key;
    to->waiters = NULL;
    to->waiter_count = to->waiter_room = 0;
    to->holder_room = to->holder_count;
    to->holders =
        copy_of(from->holders, to->holder_count * sizeof *to->holders);
    to->gift_room = to->gift_count;
    to->gifts = copy_of(from->gifts, to->gift_count * sizeof *to->gifts);
    holder = find_holder(to, parent);
    if (holder != NULL) {
        holder->actor = (uint16_t)child;
        replay->actors[child].held += is_lock(to);
    }
}

static bool is_private_of(uint64_t key, uint32_t process)
{
    return object_class(key) == OBJECT_PRIVATE &&
           (object_where(key) >> 48 & 0xfff) == (process & 0xfff);
}

void sync_fork(struct replay *replay, uint32_t parent, uint32_t child)
{
    uint32_t process = replay_process(replay, parent);
    struct replay_object **found;
    struct replay_object *object;
    size_t cursor = 0, count = 0;

    found = malloc((replay->objects.count + 1) * sizeof *found);
    if (found == NULL)
        die("out of memory");
    while ((object = table_next(&replay->objects, &cursor)) != NULL)
        if (is_private_of(object->key, process))
            found[count++] = object;
    for (size_t i = 0; i < count; i++) {
        uint64_t where = object_where(found[i]->key) & 0xffffffffffff;
        uint64_t key = object_key(
            OBJECT_PRIVATE, (uint64_t)(child & 0xfff) << 48 | where);

        if (key != found[i]->key)
            copy_object(replay, key, found[i], parent, child);
    }
    free(found);
}

void sync_process_end(struct replay *replay, uint32_t process,
                      uint32_t index)
{
    struct replay_object *object;
    size_t cursor = 0;

    while ((object = table_next(&replay->objects, &cursor)) != NULL) {
        if (object->sort != LOCK_FILE || !is_lock(object))
            continue;
        for (size_t i = object->holder_count; i-- > 0;)
            if (replay_process(replay, object->holders[i].actor) ==
                process) {
                drop(replay, object, object->holders + i);
                object->given = index;
            }
    }
}
