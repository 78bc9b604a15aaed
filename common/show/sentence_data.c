/*
 * sentence_data.c - what is done to pipes, sockets and files, in words.
 *
 * When a write end of a pipe is closed, how many are left is said: the
 * end of file comes when it is none.
 */
#include "show/words.h"

static void add_transfer(const struct words *words)
{
    const struct event *event = words->event;
    bool reads = event_kind(event) == KIND_READ;

    if (event->error != 0)
        words_plain(words);
    else if (reads && event->value == 0)
        phrase_add(words->out, "reads end of file%s%.100s",
                   words->brief ? ": " : " from ", words->what);
    else if (words->brief && event->text != 0)
        phrase_add(words->out, "%s %.100s", reads ? "reads" : "writes",
                   words->what);
    else
        phrase_add(words->out, "%s %lld byte%s %s %.100s",
                   reads ? "reads" : "writes", (long long)event->value,
                   event->value == 1 ? "" : "s", reads ? "from" : "to",
                   words->what);
    if (event->error == 0)
        words_quoted(words, ": ");
    words_giver(words);
}

/* "the write end of fds", "descriptor 5" */
static void add_closed(const struct words *words)
{
    const struct event *event = words->event;
    const struct replay *replay = words->scene->replay;
    const struct replay_descriptor *descriptor = replay_descriptor(
        replay, replay_process(replay, event->actor), event->value);
    unsigned flags = event->flags;

    if (descriptor != NULL && descriptor->is_open)
        flags |= descriptor->flags;
    flags &= EVENT_READ_END | EVENT_WRITE_END;
    if (event->object == 0)
        phrase_add(words->out, "closes descriptor %lld",
                   (long long)event->value);
    else
        phrase_add(words->out, "closes %s%s%.100s",
                   flags == 0 || words->brief ? "" : "the ",
                   flags == EVENT_READ_END    ? "read end of "
                   : flags == EVENT_WRITE_END ? "write end of "
                                              : "",
                   words->what);
}

/* How many descriptors for that end of a pipe a process has open, once
 * the event, which closes one of them, has happened. */
static unsigned open_ends(const struct words *words, uint32_t process,
                          unsigned end)
{
    const struct replay_actor *actor =
        replay_actor(words->scene->replay, process);
    unsigned count = 0;

    for (size_t i = 0; i < actor->descriptor_count; i++) {
        const struct replay_descriptor *each = actor->descriptors + i;

        count += each->is_open && each->object == words->event->object &&
                 (each->flags & end) != 0;
    }
    if (process == replay_process(words->scene->replay,
                                  words->event->actor) &&
        count > 0 && words->event->error == 0)
        count--;
    return count;
}

/* Who could still write: while anybody can, there is no end of file. */
static void add_open_ends(const struct words *words, unsigned end)
{
    const struct replay *replay = words->scene->replay;
    const char *between = ": ";
    unsigned count, all = 0;

    for (uint32_t i = 0; i < replay->actor_count; i++)
        if (replay_process(replay, i) == i)
            all += open_ends(words, i, end);
    if (all == 0)
        phrase_add(words->out, "; none left");
    else
        phrase_add(words->out, "; left");
    for (uint32_t i = 0; i < replay->actor_count; i++) {
        if (replay_process(replay, i) != i ||
            (count = open_ends(words, i, end)) == 0)
            continue;
        phrase_add(words->out, "%s%s", between,
                   trace_actor_name(words->scene->trace, i));
        if (count > 1)
            phrase_add(words->out, " (%u)", count);
        between = ", ";
    }
}

/* Was that a write end of a pipe? */
static bool closes_pipe(const struct words *words)
{
    const struct replay_object *object =
        replay_object(words->scene->replay, words->event->object);

    return object != NULL && object->is_pipe && !object->is_socket &&
           (words->event->flags & EVENT_WRITE_END) != 0;
}

void words_data(const struct words *words)
{
    const struct event *event = words->event;

    switch (event_kind(event)) {
    case KIND_READ:
    case KIND_WRITE:
        add_transfer(words);
        return;
    case KIND_CLOSE:
        if (words->brief && closes_pipe(words))
            phrase_add(words->out, "closes write end");
        else
            add_closed(words);
        if (closes_pipe(words))
            add_open_ends(words, EVENT_WRITE_END);
        break;
    case KIND_OPEN:
        phrase_add(words->out, "opens %.200s",
                   event->text != 0
                       ? trace_text(words->scene->trace, event->text)
                       : words->what);
        break;
    case KIND_DUP:
        phrase_add(words->out, "duplicates %.100s as %lld", words->what,
                   (long long)event->value);
        break;
    case KIND_POLL:
        phrase_add(words->out, "polls: %lld ready",
                   (long long)event->value);
        break;
    case KIND_MAP:
    case KIND_UNMAP:
        phrase_add(words->out, "%s %lld bytes",
                   kind_info[event_kind(event)].reads,
                   (long long)event->value);
        break;
    default:
        phrase_add(words->out, "%s %.100s",
                   kind_info[event_kind(event)].reads, words->what);
        break;
    }
    words_error(words);
    if (event->flags & EVENT_WAITED)
        words_giver(words);
}
