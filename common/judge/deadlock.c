/*
 * deadlock.c - see deadlock.h.
 *
 * Each who waits points to one who could let him go on: the lock's
 * holder, the child, a process that keeps the pipe's other end open.
 * Following these from anybody leads into a cycle or to somebody for
 * whom nobody can do anything.
 *
 * A signal was lost on one who waits if nobody waited when it came, if
 * none has come since, and if the one who waits has not looked since at
 * what the signaller wrote: else it knew, and waits for another thing.
 */
#include "judge/deadlock.h"

#include <stdlib.h>

#include "trace/fail.h"

#define CLAUSES_MAX 6 /* the rest is counted */
#define NAMES_MAX 3   /* in one clause */
#define LOOK_BACK 10000 /* events before a signal */
#define LOOKS_MAX 16    /* reads between a signal and a wait */

struct scene {
    const struct replay *replay;
    const struct names *names;
    uint32_t index;
    struct phrase *phrase;
    bool *said; /* by actor */
    int clauses;
};

static const char *who(const struct scene *scene, uint32_t number)
{
    return trace_actor_name(scene->replay->trace, number);
}

static const char *what(const struct scene *scene, uint64_t key)
{
    return names_object(scene->names, key, scene->index);
}

static const struct replay_actor *actor_at(const struct scene *scene,
                                           uint32_t number)
{
    return scene->replay->actors + number;
}

/* " at race.c:12" of an earlier event. */
static void add_place_of(const struct scene *scene, uint32_t index)
{
    const struct event *event = trace_read(scene->replay->trace, index);

    if (event != NULL)
        phrase_add_place(scene->phrase, scene->replay->trace, event->pc);
}

static bool is_lock_wait(const struct replay_actor *actor)
{
    return actor->wait_kind == KIND_LOCK ||
           actor->wait_kind == KIND_READ_LOCK;
}

static bool is_end_wait(const struct replay_actor *actor)
{
    return actor->wait_kind == KIND_JOIN || actor->wait_kind == KIND_REAP;
}

/* Is there a child whose end is still to be noticed? */
static bool has_dead_child(const struct scene *scene, uint32_t parent)
{
    const struct replay *replay = scene->replay;
    uint32_t process = replay_process(replay, parent);

    for (uint32_t i = 0; i < replay->actor_count; i++)
        if (i != process && replay_process(replay, i) == i &&
            replay_process(replay, trace_actor(replay->trace, i)->parent) ==
                process &&
            actor_at(scene, i)->state == ACTOR_ENDED &&
            actor_at(scene, i)->taken == TRACE_NONE)
            return true;
    return false;
}

/* Who waits for the end of one that has ended is about to go on. */
static bool waits(const struct scene *scene, uint32_t number)
{
    const struct replay_actor *actor = actor_at(scene, number);
    uint32_t target;

    if (!replay_waits(actor) || !is_end_wait(actor))
        return replay_waits(actor);
    target = replay_actor_of(scene->replay, actor->wait_object);
    if (target != TRACE_NONE)
        return actor_at(scene, target)->state != ACTOR_ENDED;
    return actor->wait_kind != KIND_REAP || !has_dead_child(scene, number);
}

/* ---- who could let an actor go on ---- */

static uint32_t first_child(const struct scene *scene, uint32_t parent)
{
    const struct replay *replay = scene->replay;
    uint32_t process = replay_process(replay, parent);

    for (uint32_t i = 0; i < replay->actor_count; i++) {
        const struct actor *actor = trace_actor(replay->trace, i);

        if (i != process && replay_process(replay, i) == i &&
            actor->parent < replay->actor_count &&
            replay_process(replay, actor->parent) == process &&
            waits(scene, i))
            return i;
    }
    return TRACE_NONE;
}

/* Somebody who has that end of the pipe open, oneself first. */
static uint32_t end_keeper(const struct scene *scene, uint32_t number,
                           uint64_t pipe, unsigned end)
{
    const struct replay *replay = scene->replay;

    if (replay_has_end(replay, replay_process(replay, number), pipe, end))
        return number;
    for (uint32_t i = 0; i < replay->actor_count; i++)
        if (replay_has_end(replay, i, pipe, end))
            return i;
    return TRACE_NONE;
}

static uint32_t blocker(const struct scene *scene, uint32_t number)
{
    const struct replay_actor *actor = actor_at(scene, number);
    const struct replay_object *object =
        replay_object(scene->replay, actor->wait_object);
    uint32_t target;

    if (is_lock_wait(actor))
        return object != NULL && object->holder_count > 0
                   ? object->holders[0].actor
                   : TRACE_NONE;
    if (is_end_wait(actor)) {
        target = replay_actor_of(scene->replay, actor->wait_object);
        return target != TRACE_NONE ? target : first_child(scene, number);
    }
    if (actor->wait_kind == KIND_READ)
        return end_keeper(scene, number, actor->wait_object,
                          EVENT_WRITE_END);
    if (actor->wait_kind == KIND_WRITE)
        return end_keeper(scene, number, actor->wait_object,
                          EVENT_READ_END);
    return TRACE_NONE;
}

static uint32_t next_waiting(const struct scene *scene, uint32_t number)
{
    uint32_t next = blocker(scene, number);

    return next != TRACE_NONE && waits(scene, next)
               ? next
               : TRACE_NONE;
}

/* An actor on a cycle of at least two; TRACE_NONE if there is none. */
static uint32_t find_cycle(const struct scene *scene)
{
    uint32_t count = scene->replay->actor_count;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;

        if (!waits(scene, i))
            continue;
        for (uint32_t steps = 0; steps < count && at != TRACE_NONE;
             steps++) {
            uint32_t next = next_waiting(scene, at);

            at = next == at ? TRACE_NONE : next;
            if (at == i)
                return i;
        }
    }
    return TRACE_NONE;
}

/* ---- clauses ---- */

static void begin_clause(struct scene *scene)
{
    if (scene->clauses++ > 0)
        phrase_add(scene->phrase, "; ");
}

/* "holds a and b and " */
static void add_held(struct scene *scene, uint32_t number)
{
    const struct replay_object *object;
    size_t cursor = 0;
    int count = 0;

    while ((object = table_next(&scene->replay->objects, &cursor)) != NULL)
        if (object->group == GROUP_LOCK &&
            object->key != actor_at(scene, number)->wait_object &&
            replay_holder(object, number) != NULL)
            phrase_add(scene->phrase, "%s%s",
                       count++ == 0 ? " holds " : " and ",
                       what(scene, object->key));
    if (count > 0)
        phrase_add(scene->phrase, " and");
}

static void add_holder(struct scene *scene, uint32_t number)
{
    const struct replay_actor *actor = actor_at(scene, number);
    const struct replay_object *object =
        replay_object(scene->replay, actor->wait_object);
    const struct replay_holder *holder;
    const struct event *since;

    if (object == NULL || object->holder_count == 0) {
        phrase_add(scene->phrase, ", though nobody holds it");
        return;
    }
    holder = object->holders;
    since = trace_read(scene->replay->trace, holder->since);
    if (holder->actor == number) {
        add_place_of(scene, actor->wait_since);
        phrase_add(scene->phrase, ", which it holds itself");
        if (since != NULL &&
            trace_place(scene->replay->trace, since->pc) != NULL) {
            phrase_add(scene->phrase, ", locked");
            add_place_of(scene, holder->since);
        }
        return;
    }
    if (object_class(object->key) == OBJECT_PRIVATE &&
        replay_process(scene->replay, holder->actor) !=
            replay_process(scene->replay, number)) {
        phrase_add(scene->phrase, ", which %s had locked",
                   who(scene, holder->actor));
        add_place_of(scene, holder->since);
        phrase_add(scene->phrase, " when this copy of it was made: nobody "
                                  "is there to unlock it");
    } else if (actor_at(scene, holder->actor)->state == ACTOR_ENDED) {
        phrase_add(scene->phrase, ", which %s locked",
                   who(scene, holder->actor));
        add_place_of(scene, holder->since);
        phrase_add(scene->phrase, " and still held when it ended");
    } else
        phrase_add(scene->phrase, ", which %s holds",
                   who(scene, holder->actor));
}

/* "main and consumer 2 keep its write end open" */
static void add_keepers(struct scene *scene, uint32_t number,
                        uint64_t pipe, unsigned end, const char *name)
{
    const struct replay *replay = scene->replay;
    uint32_t own = replay_process(replay, number);
    uint32_t count = 0, shown = 0;

    for (uint32_t i = 0; i < replay->actor_count; i++)
        count += replay_has_end(replay, i, pipe, end);
    if (count == 0) {
        phrase_add(scene->phrase, ", though nobody has its %s end open",
                   name);
        return;
    }
    phrase_add(scene->phrase, ", but ");
    if (replay_has_end(replay, own, pipe, end)) {
        phrase_add(scene->phrase, "%s itself", who(scene, own));
        shown++;
    }
    for (uint32_t i = 0; i < replay->actor_count; i++)
        if (i != own && shown < NAMES_MAX &&
            replay_has_end(replay, i, pipe, end))
            phrase_add(scene->phrase, "%s%s",
                       shown++ == 0      ? ""
                       : shown == count ? " and "
                                         : ", ",
                       who(scene, i));
    if (shown < count)
        phrase_add(scene->phrase, " and %u more", count - shown);
    phrase_add(scene->phrase, " keep%s its %s end open",
               count == 1 ? "s" : "", name);
}

/* Who took units of a semaphore and has not given them back. */
static void add_takers(struct scene *scene,
                       const struct replay_object *object)
{
    size_t shown = 0;

    for (size_t i = 0; object != NULL && i < object->holder_count &&
                       shown < NAMES_MAX;
         i++, shown++)
        phrase_add(scene->phrase, "%s%s took %u",
                   shown == 0 ? " (" : ", ",
                   who(scene, object->holders[i].actor),
                   object->holders[i].depth);
    if (shown > 0)
        phrase_add(scene->phrase, ")");
}

static void add_barrier(struct scene *scene,
                        const struct replay_object *object)
{
    if (object != NULL && object->count > 0)
        phrase_add(scene->phrase,
                   ", where %lld of %lld have arrived and nobody else "
                   "can",
                   (long long)object->arrived, (long long)object->count);
}

/* What follows "somebody waits" (plural: "they wait"). */
static void add_reason(struct scene *scene, uint32_t number)
{
    const struct replay_actor *actor = actor_at(scene, number);
    uint64_t key = actor->wait_object;
    const struct replay_object *object =
        replay_object(scene->replay, key);

    switch (actor->wait_kind) {
    case KIND_LOCK:
    case KIND_READ_LOCK:
        phrase_add(scene->phrase, " for %s", what(scene, key));
        break;
    case KIND_JOIN:
    case KIND_REAP:
        phrase_add(scene->phrase, " for the end of %s", what(scene, key));
        break;
    case KIND_READ:
        if (object != NULL && object->is_socket) {
            phrase_add(scene->phrase,
                       " for a message from %s, which nobody will send",
                       what(scene, key));
            break;
        }
        phrase_add(scene->phrase, " for the end of file of %s",
                   what(scene, key));
        add_keepers(scene, number, key, EVENT_WRITE_END, "write");
        break;
    case KIND_WRITE:
        phrase_add(scene->phrase, " for room in %s, which nobody reads",
                   what(scene, key));
        add_keepers(scene, number, key, EVENT_READ_END, "read");
        break;
    case KIND_CONDITION_WAIT:
    case KIND_CONDITION_WAKE:
        phrase_add(scene->phrase,
                   " on %s, and nobody is left who could signal it",
                   what(scene, key));
        break;
    case KIND_SEMAPHORE_WAIT:
        phrase_add(scene->phrase,
                   " for %s, and nobody is left who could post it",
                   what(scene, key));
        add_takers(scene, object);
        break;
    case KIND_BARRIER_LEAVE:
    case KIND_BARRIER_ARRIVE:
        phrase_add(scene->phrase, " at %s", what(scene, key));
        add_barrier(scene, object);
        break;
    case KIND_SLEEP:
        phrase_add(scene->phrase, " for its sleep to end");
        break;
    default:
        phrase_add(scene->phrase, " for %s", what(scene, key));
        break;
    }
}

static bool same_wait(const struct scene *scene, uint32_t one,
                      uint32_t other)
{
    const struct replay_actor *a = actor_at(scene, one);
    const struct replay_actor *b = actor_at(scene, other);

    return !scene->said[other] && waits(scene, other) &&
           a->wait_kind == b->wait_kind && !is_end_wait(a) &&
           a->wait_object == b->wait_object;
}

/* "car 1, car 2 and 5 more wait"; returns for how many that speaks. */
static uint32_t add_subjects(struct scene *scene, uint32_t number)
{
    uint32_t count = scene->replay->actor_count;
    uint32_t total = 0, shown = 0;

    for (uint32_t i = 0; i < count; i++)
        total += i == number || same_wait(scene, number, i);
    for (uint32_t i = 0; i < count; i++)
        if (i == number || same_wait(scene, number, i)) {
            scene->said[i] = true;
            if (shown < NAMES_MAX)
                phrase_add(scene->phrase, "%s%s",
                           shown == 0               ? ""
                           : shown + 1 == total ? " and "
                                                    : ", ",
                           who(scene, i));
            shown++;
        }
    if (total > NAMES_MAX)
        phrase_add(scene->phrase, " and %u more", total - NAMES_MAX);
    return total;
}

static void add_clause(struct scene *scene, uint32_t number)
{
    uint32_t total;

    if (scene->clauses >= CLAUSES_MAX)
        return;
    begin_clause(scene);
    total = add_subjects(scene, number);
    if (total == 1)
        add_held(scene, number);
    phrase_add(scene->phrase, total == 1 ? " waits" : " wait");
    add_reason(scene, number);
    if (is_lock_wait(actor_at(scene, number)))
        add_holder(scene, number);
}

static void add_cycle(struct scene *scene, uint32_t start)
{
    uint32_t at = start;

    do {
        if (scene->clauses < CLAUSES_MAX) {
            begin_clause(scene);
            phrase_add(scene->phrase, "%s", who(scene, at));
            add_held(scene, at);
            phrase_add(scene->phrase, " waits");
            add_reason(scene, at);
            scene->said[at] = true;
        }
        at = next_waiting(scene, at);
    } while (at != start && at != TRACE_NONE);
}

static void add_others(struct scene *scene, bool end_waits)
{
    for (uint32_t i = 0; i < scene->replay->actor_count; i++)
        if (!scene->said[i] && waits(scene, i) &&
            is_end_wait(actor_at(scene, i)) == end_waits)
            add_clause(scene, i);
}

uint32_t deadlock_describe(struct phrase *phrase,
                           const struct replay *replay,
                           const struct names *names, uint32_t index)
{
    struct scene scene = {.replay = replay,
                          .names = names,
                          .index = index,
                          .phrase = phrase};
    uint32_t cycle, waiting = 0, unsaid = 0;

    scene.said = calloc(replay->actor_count + 1, sizeof *scene.said);
    if (scene.said == NULL)
        die("out of memory");
    cycle = find_cycle(&scene);
    if (cycle != TRACE_NONE)
        add_cycle(&scene, cycle);
    add_others(&scene, false);
    add_others(&scene, true);
    for (uint32_t i = 0; i < replay->actor_count; i++) {
        waiting += waits(&scene, i);
        unsaid += waits(&scene, i) && !scene.said[i];
    }
    if (unsaid > 0)
        phrase_add(phrase, "; %u more wait%s", unsaid,
                   unsaid == 1 ? "s" : "");
    free(scene.said);
    return waiting;
}

/* ---- lost wake-ups ---- */

/* Did the signaller write that memory before it signalled? */
static bool is_written(const struct trace *trace, uint64_t object,
                       uint32_t signal)
{
    uint32_t first = signal > LOOK_BACK ? signal - LOOK_BACK : 0;
    uint16_t signaller = trace_read(trace, signal)->actor;

    for (uint32_t i = signal; i-- > first;) {
        const struct event *event = trace_read(trace, i);

        if (event != NULL && event->actor == signaller &&
            event->object == object &&
            (event_kind(event) == KIND_STORE ||
             event_kind(event) == KIND_ATOMIC_STORE ||
             event_kind(event) == KIND_ATOMIC_CHANGE))
            return true;
    }
    return false;
}

/* Whoever has read, after a signal, what the signaller had written, has
 * missed nothing: it knows, and waits for something else. */
static bool knows_of(const struct trace *trace, uint32_t number,
                     uint32_t signal, uint32_t since)
{
    uint32_t looks = 0;

    for (uint32_t i = since; i-- > signal;) {
        const struct event *event = trace_read(trace, i);

        if (event == NULL || event->actor != number ||
            (event_kind(event) != KIND_LOAD &&
             event_kind(event) != KIND_ATOMIC_LOAD &&
             event_kind(event) != KIND_ATOMIC_CHANGE))
            continue;
        if (++looks > LOOKS_MAX ||
            is_written(trace, event->object, signal))
            return true;
    }
    return false;
}

/* Does anybody wait for a lock that this one holds? */
static bool keeps_from(const struct scene *scene, uint32_t number)
{
    for (uint32_t i = 0; i < scene->replay->actor_count; i++)
        if (i != number && waits(scene, i) &&
            is_lock_wait(actor_at(scene, i)) &&
            blocker(scene, i) == number)
            return true;
    return false;
}

/* The signal that came too early for this one; TRACE_NONE. */
static uint32_t missed_signal(const struct scene *scene, uint32_t number)
{
    const struct replay_actor *actor = actor_at(scene, number);
    const struct replay_object *object =
        replay_object(scene->replay, actor->wait_object);

    if (!replay_waits(actor) || actor->wait_kind != KIND_CONDITION_WAIT ||
        actor->let_go != TRACE_NONE || object == NULL ||
        object->missed == TRACE_NONE ||
        object->missed > actor->wait_since ||
        trace_read(scene->replay->trace, object->missed)->actor ==
            number ||
        keeps_from(scene, number) ||
        knows_of(scene->replay->trace, number, object->missed,
                 actor->wait_since))
        return TRACE_NONE;
    return object->missed;
}

static void say_missed(const struct scene *scene, uint32_t number,
                       uint32_t signal)
{
    const struct event *event = trace_read(scene->replay->trace, signal);
    uint64_t key = actor_at(scene, number)->wait_object;

    phrase_add(scene->phrase, "%s waits on %s for ever: %s %s it",
               who(scene, number), what(scene, key),
               who(scene, event->actor),
               event_kind(event) == KIND_SIGNAL ? "signalled"
                                                : "broadcast");
    add_place_of(scene, signal);
    phrase_add(scene->phrase, ", before %s waited", who(scene, number));
}

uint32_t deadlock_lost_wakeup(struct phrase *phrase,
                              const struct replay *replay,
                              const struct names *names, uint32_t index)
{
    struct scene scene = {.replay = replay,
                          .names = names,
                          .index = index,
                          .phrase = phrase};
    uint32_t signal;

    if (find_cycle(&scene) != TRACE_NONE)
        return TRACE_NONE;
    for (uint32_t i = 0; i < replay->actor_count; i++) {
        signal = missed_signal(&scene, i);
        if (signal == TRACE_NONE)
            continue;
        say_missed(&scene, i, signal);
        return signal;
    }
    return TRACE_NONE;
}
