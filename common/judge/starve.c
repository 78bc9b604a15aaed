/*
 * starve.c - who waits in vain while others pass.  See verdict.h.
 *
 * To be held back is not to be starved: a strategy may let an actor wait
 * for its turn for as long as it likes, and the program cannot help it.
 * So only that counts which is the program's doing:
 *
 * An actor had its turns, again and again, and each time it found that
 * it must wait for the same thing once more (it went back to the same
 * condition, or failed to get the same lock or unit), while others got
 * through there.  It made no step of its own in between but to look, and
 * what it looked at was nothing new: who waits for a number that still
 * grows is getting there.
 *
 * Or it waits for a read-write lock that has not been free for a single
 * moment since, because readers take it from each other's hands.
 */
#include <errno.h>
#include <stdlib.h>

#include "judge/case.h"
#include "trace/fail.h"

/* No shorter trace can have so many passes and so many waits. */
#define EVENTS_MIN (2 * (STARVE_PASSES + STARVE_WAITS))
#define LOOKS 8 /* different memory that one may look at while it waits */

/* The values that memory had when an actor looked. */
struct range {
    uint64_t object;
    int64_t least, most;
};

/* One actor's waiting for one thing. */
struct trial {
    uint64_t object; /* 0: none */
    uint32_t waits;
    uint32_t passes; /* of the object when it began; then its own */
    uint32_t lock_passes; /* of the lock when it began to wait for it */
    struct range looks[LOOKS];
};

struct starve {
    const struct replay *replay;
    struct trial *trials; /* by actor */
    uint32_t found;
    uint16_t actor;
    uint64_t object;
    uint32_t since;
};

struct starve *starve_new(const struct replay *replay)
{
    struct starve *starve;

    if (!replay->trace->controlled ||
        trace_count(replay->trace) < EVENTS_MIN)
        return NULL;
    starve = calloc(1, sizeof *starve);
    if (starve == NULL)
        die("out of memory");
    starve->replay = replay;
    starve->found = TRACE_NONE;
    starve->trials =
        calloc(replay->actor_count + 1, sizeof *starve->trials);
    if (starve->trials == NULL)
        die("out of memory");
    return starve;
}

void starve_free(struct starve *starve)
{
    if (starve == NULL)
        return;
    free(starve->trials);
    free(starve);
}

uint32_t starve_found(const struct starve *starve)
{
    return starve == NULL ? TRACE_NONE : starve->found;
}

static uint32_t passes_of(const struct starve *starve, uint64_t key)
{
    const struct replay_object *object =
        replay_object(starve->replay, key);

    return object == NULL ? 0 : object->passes;
}

static void accuse(struct starve *starve, uint16_t actor, uint64_t object,
                   uint32_t index)
{
    starve->found = index;
    starve->actor = actor;
    starve->object = object;
    starve->since = replay_actor(starve->replay, actor)->wait_since;
}

static void begin_anew(const struct starve *starve, struct trial *trial)
{
    trial->waits = 0;
    trial->passes = passes_of(starve, trial->object);
}

/* It has to wait for that, perhaps again. */
static void wait_for(struct starve *starve, uint32_t index,
                     const struct event *event)
{
    struct trial *trial = starve->trials + event->actor;

    if (trial->object != event->object) {
        *trial = (struct trial){.object = event->object};
        begin_anew(starve, trial);
        return;
    }
    if (++trial->waits >= STARVE_WAITS &&
        passes_of(starve, trial->object) - trial->passes > STARVE_PASSES)
        accuse(starve, event->actor, event->object, index);
}

/* Has it seen a value that it has not seen before? */
static bool is_news(struct trial *trial, const struct event *event)
{
    for (size_t i = 0; i < LOOKS; i++) {
        struct range *range = trial->looks + i;

        if (range->object == event->object && event->value >= range->least &&
            event->value <= range->most)
            return false;
        if (range->object == event->object) {
            if (event->value < range->least)
                range->least = event->value;
            else
                range->most = event->value;
            return true;
        }
        if (range->object == 0) {
            *range = (struct range){event->object, event->value,
                                    event->value};
            return true;
        }
    }
    return true;
}

static void look_at_memory(struct starve *starve,
                           const struct event *event)
{
    struct trial *trial = starve->trials + event->actor;

    if (trial->object != 0 && event->flags & EVENT_VALUE &&
        is_news(trial, event))
        begin_anew(starve, trial);
}

static void forget(struct starve *starve, const struct event *event)
{
    starve->trials[event->actor].object = 0;
}

/* It got through, or tried to. */
static void take(struct starve *starve, uint32_t index,
                 const struct event *event)
{
    struct trial *trial = starve->trials + event->actor;
    bool got = event->error == 0 || event->error == EOWNERDEAD;

    if (!got && event->flags & EVENT_TRY)
        wait_for(starve, index, event);
    else if (got && (trial->object == event->object ||
                     event_kind(event) == KIND_SEMAPHORE_WAIT))
        forget(starve, event);
}

/* Readers hand a lock to each other past one who wants to write. */
static void pass_writers(struct starve *starve, uint32_t index,
                         const struct event *event)
{
    const struct replay_object *object =
        replay_object(starve->replay, event->object);

    for (size_t i = 0; object != NULL && i < object->waiter_count; i++) {
        uint16_t number = object->waiters[i];
        const struct replay_actor *waiter =
            replay_actor(starve->replay, number);

        if (waiter->wait_kind == KIND_LOCK && object->holder_count > 0 &&
            (object->freed == TRACE_NONE ||
             object->freed < waiter->wait_since) &&
            object->passes - starve->trials[number].lock_passes >
                STARVE_PASSES)
            accuse(starve, number, object->key, index);
    }
}

void starve_look(struct starve *starve, uint32_t index,
                 const struct event *event)
{
    if (starve == NULL || starve->found != TRACE_NONE)
        return;
    switch (event_kind(event)) {
    case KIND_CONDITION_WAIT:
        wait_for(starve, index, event);
        break;
    case KIND_CONDITION_WAKE: /* its own are no passes of others */
        starve->trials[event->actor].passes +=
            starve->trials[event->actor].object == event->object &&
            event->error == 0;
        break;
    case KIND_READ_LOCK:
        if (event->error == 0)
            pass_writers(starve, index, event);
        take(starve, index, event);
        break;
    case KIND_LOCK:
    case KIND_SEMAPHORE_WAIT:
        take(starve, index, event);
        break;
    case KIND_LOAD:
    case KIND_ATOMIC_LOAD:
        look_at_memory(starve, event);
        break;
    case KIND_WAIT:
        starve->trials[event->actor].lock_passes =
            passes_of(starve, event->object);
        break;
    case KIND_UNLOCK:
    case KIND_YIELD:
    case KIND_SLEEP:
    case KIND_SLEEP_END:
    case KIND_SAY:
    case KIND_ENTER:
    case KIND_LEAVE:
    case KIND_OBJECT_NAME:
    case KIND_SEMAPHORE_VALUE:
        break;
    default:
        forget(starve, event);
        break;
    }
}

/* ---- the sentence ---- */

static bool passes_there(const struct starve *starve,
                         const struct event *event)
{
    enum kind kind = event_kind(event);

    return event->object == starve->object && event->error == 0 &&
           event->actor != starve->actor &&
           (kind == KIND_CONDITION_WAKE || kind == KIND_LOCK ||
            kind == KIND_READ_LOCK || kind == KIND_SEMAPHORE_WAIT);
}

static void mark_passers(const struct starve *starve, bool *passers)
{
    uint32_t first = starve->found > 2 * EVENTS_MIN
                         ? starve->found - 2 * EVENTS_MIN
                         : 0;

    for (uint32_t i = first; i <= starve->found; i++) {
        const struct event *event = trace_read(starve->replay->trace, i);

        if (event != NULL && passes_there(starve, event))
            passers[event->actor] = true;
    }
}

static void say_passers(const struct case_file *file,
                        struct phrase *phrase)
{
    const struct starve *starve = file->starve;
    uint32_t count = starve->replay->actor_count, total = 0, shown = 0;
    bool *passers = calloc(count + 1, sizeof *passers);

    if (passers == NULL)
        die("out of memory");
    mark_passers(starve, passers);
    for (uint32_t i = 0; i < count; i++)
        total += passers[i];
    for (uint32_t i = 0; i < count && shown < 3; i++)
        if (passers[i])
            phrase_add(phrase, "%s%s",
                       shown++ == 0      ? ""
                       : shown == total ? " and "
                                         : ", ",
                       trace_actor_name(file->trace, i));
    if (total > shown)
        phrase_add(phrase, " and %u more", total - shown);
    phrase_add(phrase, total == 1 ? " passes" : " pass");
    free(passers);
}

void starve_say(const struct case_file *file, struct phrase *phrase)
{
    const struct starve *starve = file->starve;
    const struct event *event = trace_read(file->trace, starve->found);
    bool on = event_kind(event) == KIND_CONDITION_WAIT;

    if (!file->told)
        return;
    phrase_add(phrase, "%s waits %s %s%s",
               trace_actor_name(file->trace, starve->actor),
               on ? "on" : "for",
               names_object(file->names, starve->object, starve->found),
               event->actor == starve->actor ? " over and over" : "");
    case_add_place(file, phrase,
                   event->actor == starve->actor ? starve->found
                                                 : starve->since);
    phrase_add(phrase, ", while ");
    say_passers(file, phrase);
    phrase_add(phrase, " it more than %u times", STARVE_PASSES);
}
