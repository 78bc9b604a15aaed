/*
 * sentence.c - see sentence.h.
 */
#define _GNU_SOURCE /* strerrorname_np */
#include "show/sentence.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "show/words.h"

static const char *actor_name(const struct words *words, uint32_t number)
{
    return trace_actor_name(words->scene->trace, number);
}

static const char *target_name(const struct words *words)
{
    uint32_t target =
        replay_actor_of(words->scene->replay, words->event->object);

    return target == TRACE_NONE ? "a child" : actor_name(words, target);
}

const char *sentence_function(const struct trace *trace, uint64_t pc)
{
    const struct place *place = trace_place(trace, pc);
    const char *name =
        place == NULL ? "" : trace_text(trace, place->function);

    return *name == '\0' ? NULL : name;
}

static const char *error_name(int error)
{
    const char *name = strerrorname_np(error);

    return name != NULL ? name : "an unknown error";
}

void words_error(const struct words *words)
{
    int error = words->event->error;

    if (error == 0)
        return;
    if (error == ETIMEDOUT)
        phrase_add(words->out, ": time is up");
    else if (error == EBUSY && words->event->flags & EVENT_TRY)
        phrase_add(words->out, ": it is taken");
    else
        phrase_add(words->out, ": %s", error_name(error));
}

void words_plain(const struct words *words)
{
    phrase_add(words->out, "%s %.100s",
               kind_info[event_kind(words->event)].reads, words->what);
    words_error(words);
}

static void add_duration(struct phrase *out, uint64_t nanoseconds)
{
    if (nanoseconds > 0 && nanoseconds < 1000)
        phrase_add(out, "%llu ns", (unsigned long long)nanoseconds);
    else if (nanoseconds > 0 && nanoseconds < 1000000)
        phrase_add(out, "%.3g us", (double)nanoseconds / 1e3);
    else if (nanoseconds < 1000000000)
        phrase_add(out, "%.3g ms", (double)nanoseconds / 1e6);
    else
        phrase_add(out, "%.4g s", (double)nanoseconds / 1e9);
}

/* ---- who let it go on ---- */

/* What somebody did that let another go on. */
static const char *deed(enum kind kind)
{
    switch (kind) {
    case KIND_UNLOCK:
        return "unlocked it";
    case KIND_CONDITION_WAIT:
        return "gave it back";
    case KIND_SEMAPHORE_POST:
        return "posted";
    case KIND_SIGNAL:
        return "signalled";
    case KIND_BROADCAST:
        return "broadcast";
    case KIND_WRITE:
        return "wrote";
    case KIND_READ:
        return "read";
    case KIND_CLOSE:
        return "closed the last write end";
    case KIND_EXIT:
        return "exited";
    case KIND_THREAD_END:
        return "ended";
    case KIND_KILLED:
        return "was killed";
    case KIND_BARRIER_ARRIVE:
        return "arrived last";
    default:
        return "let it";
    }
}

static bool has_waited(const struct event *event)
{
    return event->flags & EVENT_WAITED ||
           event_kind(event) == KIND_CONDITION_WAKE ||
           event_kind(event) == KIND_BARRIER_LEAVE;
}

/* The event of another that let this one go on; NULL if there is none,
 * or if the sentence names that one anyway. */
static const struct event *giver_of(const struct words *words)
{
    const struct event *event = words->event;
    const struct event *peer =
        trace_read(words->scene->trace, event->peer);

    if (!has_waited(event) || peer == NULL ||
        peer->actor == event->actor)
        return NULL;
    if (event_kind(event) == KIND_JOIN || event_kind(event) == KIND_REAP)
        return NULL;
    return peer;
}

/* "after 20 ms: main unlocked it" */
void words_giver(const struct words *words)
{
    const struct event *event = words->event;
    const struct event *peer = giver_of(words);
    const struct replay_actor *actor =
        replay_actor(words->scene->replay, event->actor);
    const struct event *since =
        actor == NULL ? NULL
                      : trace_read(words->scene->trace, actor->wait_since);

    if (!has_waited(event) || words->brief)
        return;
    if (since != NULL && replay_waits(actor) &&
        event->time > since->time) {
        phrase_add(words->out, " after ");
        add_duration(words->out, event->time - since->time);
    }
    if (peer != NULL)
        phrase_add(words->out, ": %s %s", actor_name(words, peer->actor),
                   deed(event_kind(peer)));
}

/* "<- main: ", first of all, so that it is seen in the narrowest cell. */
static void add_arrow(const struct words *words)
{
    const struct event *peer = giver_of(words);

    if (peer != NULL)
        phrase_add(words->out, "%s %s: ",
                   words->scene->ascii ? "<-" : "←",
                   actor_name(words, peer->actor));
}

/* ---- words of the program ---- */

/* In quotes, without the newline that ends most of them. */
void words_quoted(const struct words *words, const char *lead)
{
    const char *text = trace_text(words->scene->trace, words->event->text);
    size_t length = strnlen(text, 400);
    bool cut = length == 400 || words->event->flags & EVENT_CUT;

    if (length == 0)
        return;
    if (text[length - 1] == '\n' && !cut)
        length--;
    phrase_add(words->out, "%s\"%.*s%s\"", lead, (int)length, text,
               cut ? "..." : "");
}

/* ---- by kind ---- */

static void add_status(const struct words *words)
{
    int status = (int)words->event->value;

    if (WIFEXITED(status))
        phrase_add(words->out, ": exit %d", WEXITSTATUS(status));
    else if (WIFSIGNALED(status)) {
        phrase_add(words->out, ": ");
        phrase_add_signal(words->out, WTERMSIG(status));
    }
}

static void add_reap(const struct words *words)
{
    int error = words->event->error;

    if (error == ECHILD)
        phrase_add(words->out, "has no child left");
    else if (error == EAGAIN)
        phrase_add(words->out, "looks for the end of %s: not yet",
                   target_name(words));
    else {
        phrase_add(words->out, "reaps %s", target_name(words));
        words_error(words);
        if (error == 0)
            add_status(words);
        words_giver(words);
    }
}

static void add_life(const struct words *words)
{
    const struct event *event = words->event;
    enum kind kind = event_kind(event);
    const struct actor *actor =
        trace_actor(words->scene->trace, event->actor);
    bool first = actor != NULL && actor->process == event->actor;

    switch (kind) {
    case KIND_BEGIN:
        phrase_add(words->out, "begins");
        if (first && event->value > 0)
            phrase_add(words->out, ", pid %lld", (long long)event->value);
        break;
    case KIND_EXEC:
        phrase_add(words->out, "becomes %.200s",
                   trace_text(words->scene->trace, event->text));
        break;
    case KIND_EXIT:
        phrase_add(words->out, "exits %lld", (long long)event->value);
        break;
    case KIND_THREAD_END:
        phrase_add(words->out, "ends");
        break;
    case KIND_KILLED:
        phrase_add(words->out, "is killed by ");
        phrase_add_signal(words->out, event->value);
        break;
    case KIND_SET_NAME:
        phrase_add(words->out, "is now called %.100s",
                   trace_text(words->scene->trace, event->text));
        break;
    case KIND_REAP:
        add_reap(words);
        return;
    default:
        phrase_add(words->out, "%s %s", kind_info[kind].reads,
                   target_name(words));
        break;
    }
    words_error(words);
    if (kind == KIND_JOIN)
        words_giver(words);
}

static void add_wait_reason(const struct words *words)
{
    const struct replay_object *object =
        replay_object(words->scene->replay, words->event->object);

    if (words->brief || object == NULL || object->holder_count == 0 ||
        object->group != GROUP_LOCK)
        return;
    phrase_add(words->out, ", %s holds it",
               actor_name(words, object->holders[0].actor));
}

static void add_wait(const struct words *words)
{
    switch (words->event->value) {
    case KIND_JOIN:
    case KIND_REAP:
        phrase_add(words->out, "waits for %s%s",
                   words->brief ? "" : "the end of ", target_name(words));
        break;
    case KIND_READ:
        phrase_add(words->out, "waits to read %s%.100s",
                   words->brief ? "" : "from ", words->what);
        break;
    case KIND_WRITE:
        phrase_add(words->out, "waits for room in %.100s", words->what);
        break;
    case KIND_POLL:
        phrase_add(words->out, "waits in poll");
        break;
    default:
        phrase_add(words->out, "waits for %.100s", words->what);
        add_wait_reason(words);
        break;
    }
}

static void add_lock(const struct words *words)
{
    if (words->event->flags & EVENT_TRY)
        phrase_add(words->out, "tries and ");
    words_plain(words);
    words_giver(words);
}

static void add_condition(const struct words *words)
{
    words_plain(words);
    if (event_kind(words->event) == KIND_CONDITION_WAIT && !words->brief &&
        words->event->value != 0)
        phrase_add(words->out, ", gives back %.100s",
                   names_object(words->scene->names,
                                (uint64_t)words->event->value,
                                words->index));
    words_giver(words);
}

static void add_semaphore(const struct words *words)
{
    const struct event *event = words->event;
    const struct replay_object *object =
        replay_object(words->scene->replay, event->object);
    enum kind kind = event_kind(event);

    words_plain(words);
    if (kind == KIND_SEMAPHORE_INIT || kind == KIND_SEMAPHORE_VALUE ||
        kind == KIND_SEMAPHORE_OPEN)
        phrase_add(words->out, ": %lld", (long long)event->value);
    else if (!words->brief && object != NULL && object->is_known &&
             event->error == 0) {
        if (kind == KIND_SEMAPHORE_WAIT)
            phrase_add(words->out, ", %lld left",
                       (long long)object->count - 1);
        if (kind == KIND_SEMAPHORE_POST)
            phrase_add(words->out, ", now %lld",
                       (long long)object->count + 1);
    }
    words_giver(words);
}

static void add_time(const struct words *words)
{
    phrase_add(words->out, "%s",
               kind_info[event_kind(words->event)].reads);
    if (event_kind(words->event) == KIND_SLEEP &&
        words->event->value >= 0) {
        phrase_add(words->out, " ");
        add_duration(words->out, (uint64_t)words->event->value);
    }
    words_error(words);
}

static void add_signal(const struct words *words)
{
    if (event_kind(words->event) == KIND_KILL) {
        phrase_add(words->out, "sends ");
        phrase_add_signal(words->out, words->event->value);
        phrase_add(words->out, " to %s",
                   words->event->object == 0 ? "somebody"
                                             : target_name(words));
        words_error(words);
    } else {
        phrase_add(words->out, "crashes with ");
        phrase_add_signal(words->out, words->event->value);
    }
}

static void add_say(const struct words *words)
{
    const char *text = trace_text(words->scene->trace, words->event->text);

    if (event_kind(words->event) == KIND_ASSERT)
        phrase_add(words->out, "fails to assert %.300s", text);
    else if (*text == '\0')
        phrase_add(words->out, "says nothing");
    else
        words_quoted(words, words->event->flags & EVENT_STDERR
                              ? "says on stderr "
                              : "says ");
}

/* A number below this is a number; above, an address or a double. */
#define PLAUSIBLE (INT64_C(1) << 40)

bool sentence_write_value(struct phrase *phrase, int64_t value,
                          unsigned size, const char *before)
{
    if (size == 1)
        value = (int8_t)value;
    else if (size == 2)
        value = (int16_t)value;
    else if (size == 4)
        value = (int32_t)value;
    if (value >= PLAUSIBLE || value <= -PLAUSIBLE)
        return false;
    phrase_add(phrase, "%s%lld", before, (long long)value);
    return true;
}

static void add_memory(const struct words *words)
{
    const struct event *event = words->event;

    phrase_add(words->out, "%s %.100s",
               kind_info[event_kind(event)].reads, words->what);
    if (event->flags & EVENT_VALUE)
        sentence_write_value(words->out, event->value, event->size, ": ");
}

static void add_call(const struct words *words)
{
    const char *name = sentence_function(words->scene->trace,
                                         (uint64_t)words->event->value);

    phrase_add(words->out, "%s %.100s",
               kind_info[event_kind(words->event)].reads,
               name == NULL ? "a function" : name);
}

static void add_by_group(const struct words *words)
{
    switch (kind_info[event_kind(words->event)].group) {
    case GROUP_LIFE:
        add_life(words);
        break;
    case GROUP_LOCK:
        add_lock(words);
        break;
    case GROUP_CONDITION:
        add_condition(words);
        break;
    case GROUP_SEMAPHORE:
        add_semaphore(words);
        break;
    case GROUP_DATA:
        words_data(words);
        break;
    case GROUP_TIME:
        add_time(words);
        break;
    case GROUP_SIGNAL:
        add_signal(words);
        break;
    case GROUP_SAY:
        add_say(words);
        break;
    case GROUP_MEMORY:
        add_memory(words);
        break;
    case GROUP_CALL:
        add_call(words);
        break;
    default:
        if (event_kind(words->event) == KIND_WAIT)
            add_wait(words);
        else
            words_plain(words);
        break;
    }
}

void sentence_write(struct phrase *phrase,
                    const struct sentence_scene *scene, uint32_t index,
                    bool brief)
{
    const struct event *event = trace_read(scene->trace, index);
    struct words words = {.out = phrase,
                          .scene = scene,
                          .event = event,
                          .index = index,
                          .brief = brief};

    if (event == NULL)
        return;
    words.what = names_object(scene->names, event->object, index);
    if (brief)
        add_arrow(&words);
    add_by_group(&words);
}
