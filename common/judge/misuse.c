/*
 * misuse.c - see misuse.h.
 *
 * What is wrong is told by how things stand before the event, not by
 * the error alone: a normal mutex lets a stranger unlock it without a
 * word.  Nothing is said that the trace does not show: an object whose
 * history is not known is not judged.
 */
#include "judge/misuse.h"

#include <errno.h>
#include <string.h>

#include "judge/phrase.h"

struct check {
    const struct replay *replay;
    const struct names *names;
    const struct event *event;
    const struct replay_object *object; /* of the event; may be NULL */
    uint32_t index;
    struct phrase *out;
};

static const char *actor_name(const struct check *check, uint32_t number)
{
    return trace_actor_name(check->replay->trace, number);
}

/* Who did it, and to what; looked up only once something is wrong. */
static const char *who(const struct check *check)
{
    return actor_name(check, check->event->actor);
}

static const char *what(const struct check *check)
{
    return names_object(check->names, check->event->object, check->index);
}

/* " at race.c:12" of an earlier event. */
static void add_event_place(const struct check *check, uint32_t index)
{
    const struct event *event = trace_read(check->replay->trace, index);

    if (event != NULL)
        phrase_add_place(check->out, check->replay->trace, event->pc);
}

/* "main unlocks a at race.c:12" */
static void begin(const struct check *check, const char *does)
{
    phrase_add(check->out, "%s %s %s", who(check), does, what(check));
    phrase_add_place(check->out, check->replay->trace, check->event->pc);
}

static bool say_error(const struct check *check, const char *does)
{
    begin(check, does);
    phrase_add(check->out, ": %s", strerror(check->event->error));
    return true;
}

/* ", which buyer 1 holds (locked at race.c:12)" */
static void add_holder(const struct check *check,
                       const struct replay_object *object)
{
    const struct replay_holder *holder = object->holders;

    if (holder->actor == check->event->actor)
        phrase_add(check->out, ", which it holds itself");
    else
        phrase_add(check->out, ", which %s holds",
                   actor_name(check, holder->actor));
    phrase_add(check->out, ", locked");
    add_event_place(check, holder->since);
}

/* ---- locks ---- */

static bool is_file(const struct check *check)
{
    return object_class(check->event->object) == OBJECT_FILE;
}

static bool check_unlock(const struct check *check)
{
    const struct replay_object *object = check->object;

    if (is_file(check))
        return false;
    if (object != NULL &&
        replay_holder(object, check->event->actor) != NULL)
        return check->event->error != 0 && say_error(check, "unlocks");
    begin(check, "unlocks");
    if (object != NULL && object->holder_count > 0)
        add_holder(check, object);
    else
        phrase_add(check->out, ", which nobody has locked");
    return true;
}

/* About to wait for a lock: is it our own? */
static bool check_wait(const struct check *check)
{
    const struct replay_object *object = check->object;
    bool locks = check->event->value == KIND_LOCK ||
                 check->event->value == KIND_READ_LOCK;

    if (!locks || object == NULL || is_file(check) ||
        check->event->flags & EVENT_TIMED ||
        replay_holder(object, check->event->actor) == NULL)
        return false;
    begin(check, "locks");
    phrase_add(check->out, " though it holds it: it waits for itself");
    return true;
}

static bool check_lock(const struct check *check)
{
    int error = check->event->error;

    if (error == 0 || error == ETIMEDOUT || error == EOWNERDEAD ||
        error == EINTR || error == ENOTRECOVERABLE || is_file(check) ||
        (check->event->flags & EVENT_TRY && error == EBUSY))
        return false;
    if (error != EDEADLK)
        return say_error(check, "locks");
    begin(check, "locks");
    phrase_add(check->out, " though it holds it");
    return true;
}

static bool check_holding_away(const struct check *check,
                               const char *does)
{
    const struct replay_object *object = check->object;

    if (object == NULL || is_file(check))
        return false;
    if (object->holder_count == 0)
        return false;
    begin(check, does);
    add_holder(check, object);
    return true;
}

/* ---- destroying ---- */

/* The first who waits there and has not been let go; TRACE_NONE. */
static uint32_t first_waiter(const struct check *check)
{
    const struct replay_object *object = check->object;

    for (size_t i = 0; object != NULL && i < object->waiter_count; i++) {
        const struct replay_actor *waiter =
            replay_actor(check->replay, object->waiters[i]);

        if (waiter->let_go == TRACE_NONE)
            return object->waiters[i];
    }
    return TRACE_NONE;
}

static bool check_destroy(const struct check *check)
{
    uint32_t waiter = first_waiter(check);

    if (event_kind(check->event) == KIND_LOCK_DESTROY &&
        check_holding_away(check, "destroys"))
        return true;
    if (waiter != TRACE_NONE) {
        begin(check, "destroys");
        phrase_add(check->out, " while %s waits for it",
                   actor_name(check, waiter));
        return true;
    }
    return check->event->error != 0 && say_error(check, "destroys");
}

/* ---- conditions, semaphores, barriers, descriptors, threads ---- */

static bool check_condition_wait(const struct check *check)
{
    uint64_t key = (uint64_t)check->event->value;
    const struct replay_object *lock = replay_object(check->replay, key);

    if (key == 0 ||
        (lock != NULL &&
         replay_holder(lock, check->event->actor) != NULL))
        return false;
    begin(check, "waits on");
    phrase_add(check->out, " without holding %s",
               names_object(check->names, key, check->index));
    return true;
}

static bool check_semaphore(const struct check *check, const char *does)
{
    int error = check->event->error;

    if (error == 0 || error == EAGAIN || error == ETIMEDOUT ||
        error == EINTR)
        return false;
    if (error != EOVERFLOW)
        return say_error(check, does);
    begin(check, does);
    phrase_add(check->out, " past the greatest value it can have");
    return true;
}

static bool check_close(const struct check *check)
{
    const struct event *event = check->event;
    const struct replay_descriptor *descriptor = replay_descriptor(
        check->replay, replay_process(check->replay, event->actor),
        event->value);
    const struct event *first;

    if (event->error != EBADF)
        return false;
    phrase_add(check->out, "%s closes descriptor %lld", who(check),
               (long long)event->value);
    if (descriptor == NULL || descriptor->is_open) {
        phrase_add_place(check->out, check->replay->trace, event->pc);
        phrase_add(check->out, ", which is not open");
        return true;
    }
    first = trace_read(check->replay->trace, descriptor->closed);
    if (descriptor->object != 0)
        phrase_add(check->out, " (%s)",
                   names_object(check->names, descriptor->object,
                                check->index));
    phrase_add(check->out, " a second time");
    phrase_add_place(check->out, check->replay->trace, event->pc);
    if (first != NULL) {
        phrase_add(check->out, "; %s closed it first",
                   first->actor == event->actor
                       ? "it"
                       : actor_name(check, first->actor));
        add_event_place(check, descriptor->closed);
    }
    return true;
}

static bool check_transfer(const struct check *check, const char *does)
{
    if (check->event->error != EBADF)
        return false;
    phrase_add(check->out, "%s %s a descriptor that is not open for that",
               who(check), does);
    phrase_add_place(check->out, check->replay->trace, check->event->pc);
    return true;
}

static bool check_join(const struct check *check)
{
    uint32_t target = replay_actor_of(check->replay, check->event->object);
    const struct replay_actor *actor =
        replay_actor(check->replay, target);

    if (check->event->error == 0)
        return false;
    if (check->event->error == EDEADLK) {
        begin(check, "joins");
        phrase_add(check->out, ": it would wait for itself");
        return true;
    }
    begin(check, "joins");
    if (actor != NULL && actor->taken != TRACE_NONE)
        phrase_add(check->out, " a second time");
    else
        phrase_add(check->out, ": %s", strerror(check->event->error));
    return true;
}

/* A thread that ends takes its locks with it. */
static bool check_thread_end(const struct check *check)
{
    const struct replay_object *object;
    size_t cursor = 0;

    if (replay_actor(check->replay, check->event->actor)->held == 0)
        return false;
    while ((object = table_next(&check->replay->objects, &cursor)) != NULL)
        if (object->group == GROUP_LOCK && object->sort != LOCK_FILE &&
            replay_holder(object, check->event->actor) != NULL) {
            phrase_add(check->out, "%s ends while it holds %s, locked",
                       who(check),
                       names_object(check->names, object->key,
                                    check->index));
            add_event_place(check, replay_holder(object,
                                                 check->event->actor)
                                       ->since);
            return true;
        }
    return false;
}

static bool check_kind(const struct check *check)
{
    switch (event_kind(check->event)) {
    case KIND_WAIT:
        return check_wait(check);
    case KIND_LOCK:
    case KIND_READ_LOCK:
        return check_lock(check);
    case KIND_UNLOCK:
        return check_unlock(check);
    case KIND_LOCK_INIT:
        return check_holding_away(check, "makes anew");
    case KIND_LOCK_DESTROY:
    case KIND_CONDITION_DESTROY:
    case KIND_SEMAPHORE_DESTROY:
    case KIND_BARRIER_DESTROY:
        return check_destroy(check);
    case KIND_CONDITION_WAIT:
        return check_condition_wait(check);
    case KIND_SEMAPHORE_WAIT:
        return check_semaphore(check, "takes");
    case KIND_SEMAPHORE_POST:
        return check_semaphore(check, "posts");
    case KIND_BARRIER_INIT:
    case KIND_SEMAPHORE_INIT:
        return check->event->error == EINVAL && say_error(check, "makes");
    case KIND_CLOSE:
        return check_close(check);
    case KIND_READ:
        return check_transfer(check, "reads from");
    case KIND_WRITE:
        return check_transfer(check, "writes to");
    case KIND_JOIN:
        return check_join(check);
    case KIND_THREAD_END:
        return check_thread_end(check);
    default:
        return false;
    }
}

bool misuse_check(struct replay *replay, const struct names *names,
                  char *sentence)
{
    uint32_t index = replay_next(replay);
    const struct event *event = trace_read(replay->trace, index);
    char nowhere[1];
    struct phrase out = sentence != NULL
                            ? phrase_in(sentence, MISUSE_SENTENCE)
                            : phrase_in(nowhere, sizeof nowhere);
    struct check check = {.replay = replay,
                          .names = names,
                          .event = event,
                          .index = index,
                          .out = &out};

    if (event == NULL)
        return false;
    check.object = replay_object(replay, event->object);
    return check_kind(&check);
}
