/*
 * leak.c - what a program leaves behind.  See verdict.h and case.h.
 *
 * A child leaks that the first process made and for whose end it never
 * waited, whether the child still lives by then or not: which of the two
 * is mere chance.  Not so a child to which the first process sent a
 * signal, as one ends a servant; one that a child of the program made,
 * as a daemon is; nor any if a wait said that there is no child left to
 * wait for (SIGCHLD may be ignored).
 *
 * A lock leaks that other processes could want, and that a process holds
 * when it exits, unless a later one takes it over (EOWNERDEAD).
 */
#include <errno.h>

#include "judge/case.h"

/* ---- children ---- */

/* Did the first process learn that there is no such child any more? */
static bool has_no_more(const struct case_file *file, uint32_t child)
{
    for (uint32_t i = file->stop;
         i-- > file->replay->actors[child].birth;) {
        const struct event *event = trace_read(file->trace, i);
        uint32_t target;

        if (event == NULL || event_kind(event) != KIND_REAP ||
            event->error != ECHILD ||
            replay_process(file->replay, event->actor) != 0)
            continue;
        target = replay_actor_of(file->replay, event->object);
        if (target == TRACE_NONE || target == child)
            return true;
    }
    return false;
}

static bool is_leaked(const struct case_file *file, uint32_t child)
{
    const struct replay *replay = file->replay;
    const struct replay_actor *actor = replay->actors + child;

    return replay_process(replay, child) == child &&
           replay_process(replay, trace_actor(file->trace, child)->parent) ==
               0 &&
           actor->birth != TRACE_NONE && actor->taken == TRACE_NONE &&
           actor->kill == TRACE_NONE && !has_no_more(file, child);
}

static uint32_t say_child(const struct case_file *file, uint32_t child,
                          uint32_t more, struct phrase *phrase)
{
    const struct replay_actor *actor = file->replay->actors + child;
    bool lived = actor->end == TRACE_NONE ||
                 actor->end > file->replay->actors[0].end;

    phrase_add(phrase, "%s ended and never waited for %s, which it had made",
               trace_actor_name(file->trace, 0),
               trace_actor_name(file->trace, child));
    case_add_place(file, phrase, actor->birth);
    if (lived)
        phrase_add(phrase, " and which was still there");
    if (more > 0)
        phrase_add(phrase, " (and %u more)", more);
    return actor->birth;
}

static uint32_t say_children(const struct case_file *file,
                             struct phrase *phrase)
{
    uint32_t first = TRACE_NONE, count = 0;

    for (uint32_t i = 1; i < file->replay->actor_count; i++)
        if (is_leaked(file, i) && count++ == 0)
            first = i;
    return count == 0 ? TRACE_NONE
                      : say_child(file, first, count - 1, phrase);
}

/* ---- locks ---- */

static const struct replay_holder *
held_by_process(const struct replay *replay,
                const struct replay_object *object, uint32_t process)
{
    for (size_t i = 0; i < object->holder_count; i++)
        if (replay_process(replay, object->holders[i].actor) == process)
            return object->holders + i;
    return NULL;
}

static bool holds_any(const struct replay *replay, uint32_t process)
{
    for (uint32_t i = process; i < replay->actor_count; i++)
        if (replay->actors[i].held > 0 &&
            replay_process(replay, i) == process)
            return true;
    return false;
}

/* Will somebody be told that the holder is dead, and take it over? */
static bool is_taken_over(const struct case_file *file, uint64_t key,
                          uint32_t after)
{
    for (uint32_t i = after; i < file->stop; i++) {
        const struct event *event = trace_read(file->trace, i);

        if (event != NULL && event->object == key &&
            event->error == EOWNERDEAD)
            return true;
    }
    return false;
}

void leak_look(struct case_file *file, uint32_t index,
               const struct event *event)
{
    const struct replay *replay = file->replay;
    uint32_t process = replay_process(replay, event->actor);
    const struct replay_holder *holder;
    const struct replay_object *object;
    size_t cursor = 0;

    if (file->leaked_lock != TRACE_NONE || !holds_any(replay, process))
        return;
    while ((object = table_next(&replay->objects, &cursor)) != NULL) {
        if (object->group != GROUP_LOCK || object->sort == LOCK_FILE ||
            object_class(object->key) != OBJECT_SHARED)
            continue;
        holder = held_by_process(replay, object, process);
        if (holder == NULL || is_taken_over(file, object->key, index))
            continue;
        file->leaked_lock = index;
        file->leaked_key = object->key;
        file->leaked_since = holder->since;
        return;
    }
}

static uint32_t say_lock(const struct case_file *file,
                         struct phrase *phrase)
{
    const struct event *exit = trace_read(file->trace, file->leaked_lock);

    phrase_add(phrase, "%s ended while it held %s, locked",
               trace_actor_name(file->trace,
                                replay_process(file->replay, exit->actor)),
               names_object(file->names, file->leaked_key,
                            file->leaked_lock));
    case_add_place(file, phrase, file->leaked_since);
    return file->leaked_since;
}

uint32_t leak_say(const struct case_file *file, struct phrase *phrase)
{
    uint32_t end = file->replay->actors[0].end;

    if (trace_lost(file->trace) > 0 ||
        file->trace->ending != ENDING_EXIT || end == TRACE_NONE)
        return TRACE_NONE;
    if (file->leaked_lock != TRACE_NONE)
        return say_lock(file, phrase);
    return say_children(file, phrase);
}
