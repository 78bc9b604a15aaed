/*
 * finish.c - names for those who have none yet: names_finish of
 * names.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/names.h"
#include "judge/phrase.h"
#include "trace/fail.h"

#define NAME_SIZE 128

/* ---- actors ---- */

static const char *base_name(const struct trace *trace, uint32_t number)
{
    const struct actor *actor = trace_actor(trace, number);
    const struct place *place;

    if (actor->name != 0)
        return trace_text(trace, actor->name);
    if (number == 0)
        return "main";
    place = trace_place(trace, actor->start);
    if (place == NULL || place->function == 0)
        return "child";
    return trace_text(trace, place->function);
}

static bool is_taken(const struct trace *trace, uint32_t before,
                     const char *name)
{
    for (uint32_t i = 0; i < before; i++)
        if (strcmp(trace_actor_name(trace, i), name) == 0)
            return true;
    return false;
}

/* Which of those with the same name it is; 0 if it is the only one. */
static uint32_t rank_of(const struct trace *trace, uint32_t number,
                        const char *base)
{
    uint32_t rank = 1, same = 0;

    for (uint32_t i = 0; i < trace_actor_count(trace); i++)
        if (strcmp(base_name(trace, i), base) == 0) {
            same++;
            rank += i < number;
        }
    return same > 1 ? rank : 0;
}

static void name_actor(struct trace *trace, uint32_t number)
{
    const char *base = base_name(trace, number);
    uint32_t rank = rank_of(trace, number, base);
    char text[NAME_SIZE];
    struct phrase name;

    do {
        name = phrase_in(text, sizeof text);
        phrase_add(&name, "%.100s", base);
        if (rank > 0)
            phrase_add(&name, " %u", rank);
        rank++;
    } while (is_taken(trace, number, text));
    trace_actor(trace, number)->display =
        trace_add_text(trace, text, name.length);
}

/* ---- objects ---- */

/* An object without a name, in order of appearance. */
struct nameless {
    uint64_t key;
    uint32_t event; /* that shows best what it is */
    uint16_t actor;
    bool is_shared; /* several actors touched it */
    bool is_memory;
    const char *sort;
    uint32_t use; /* the first event that reads or writes it; 0: none */
};

struct census {
    struct trace *trace;
    struct table known; /* key -> anything */
    struct table index; /* key -> position in `list`, plus 1 */
    struct nameless *list;
    size_t count, room;
};

static const char *sort_of_lock(const struct event *event,
                                enum kind kind)
{
    if (object_class(event->object) == OBJECT_FILE)
        return "file lock";
    if (kind == KIND_READ_LOCK ||
        (kind == KIND_LOCK_INIT && event->value == LOCK_READ_WRITE))
        return "read-write lock";
    if (kind == KIND_LOCK_INIT && event->value == LOCK_SPIN)
        return "spin lock";
    return "mutex";
}

static const char *sort_of_condition(enum kind kind)
{
    if (kind == KIND_ONCE)
        return "once";
    return kind >= KIND_BARRIER_INIT && kind <= KIND_BARRIER_LEAVE
               ? "barrier"
               : "condition";
}

static const char *sort_of(const struct event *event)
{
    enum kind kind = event_kind(event);

    if (kind == KIND_WAIT && event->value > 0 &&
        event->value < KIND_COUNT)
        kind = (enum kind)event->value;
    switch (kind_info[kind].group) {
    case GROUP_LOCK:
        return sort_of_lock(event, kind);
    case GROUP_CONDITION:
        return sort_of_condition(kind);
    case GROUP_SEMAPHORE:
        return "semaphore";
    case GROUP_MEMORY:
        return "memory";
    case GROUP_DATA:
        return kind == KIND_PIPE                          ? "pipe"
               : kind == KIND_SOCKET_PAIR                 ? "socket pair"
               : kind == KIND_MAP || kind == KIND_UNMAP ? "shared memory"
                                                          : "file";
    default:
        return NULL;
    }
}

/* Reading or writing names a file better than opening it did. */
static bool kind_uses(enum kind kind)
{
    return kind == KIND_READ || kind == KIND_WRITE;
}

/* What its first event's call is made on, or its first use's. */
static bool quote(const struct census *census, names_argument *argument,
                  const struct nameless *about, char *out)
{
    if (argument == NULL || about->is_memory)
        return false;
    return argument(census->trace, trace_read(census->trace, about->event),
                    out, NAME_SIZE) > 0 ||
           (about->use != 0 &&
            argument(census->trace, trace_read(census->trace, about->use),
                     out, NAME_SIZE) > 0);
}

static void meet(struct census *census, uint32_t index,
                 const struct event *event)
{
    const char *sort = sort_of(event);
    enum object_class class = object_class(event->object);
    void **slot;
    struct nameless *found;

    if (sort == NULL || event->object == 0 || class == OBJECT_ACTOR ||
        class == OBJECT_TIME ||
        table_find(&census->known, event->object) != NULL)
        return;
    slot = table_slot(&census->index, event->object);
    if (*slot == NULL) {
        census->list =
            array_grow(census->list, &census->room, census->count + 1,
                       sizeof *census->list);
        census->list[census->count++] =
            (struct nameless){.key = event->object,
                              .event = index,
                              .actor = event->actor,
                              .is_memory = strcmp(sort, "memory") == 0,
                              .sort = sort};
        *slot = (void *)(uintptr_t)census->count;
    }
    found = census->list + (uintptr_t)*slot - 1;
    if (found->use == 0 && kind_uses(event_kind(event)))
        found->use = index;
    found->is_shared |= found->actor != event->actor;
    if (found->is_memory && strcmp(sort, "memory") != 0) {
        found->is_memory = false;
        found->sort = sort;
        found->event = index;
    }
}

static void take_census(struct census *census)
{
    uint32_t count = trace_count(census->trace);

    for (uint32_t i = 0; i < count; i++) {
        const struct event *event = trace_read(census->trace, i);

        if (event != NULL && event_kind(event) == KIND_OBJECT_NAME &&
            event->object != 0)
            *table_slot(&census->known, event->object) = census;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct event *event = trace_read(census->trace, i);

        if (event != NULL)
            meet(census, i, event);
    }
}

/* How many before this one are called so already. */
static uint32_t count_same(char (*names)[NAME_SIZE], size_t before,
                           const char *name)
{
    uint32_t same = 0;

    for (size_t i = 0; i < before; i++)
        same += strcmp(names[i], name) == 0;
    return same;
}

static void append_name(struct trace *trace, const struct nameless *about,
                        const char *name)
{
    struct event event = {.kind = KIND_OBJECT_NAME,
                          .object = about->key,
                          .actor = about->actor,
                          .peer = TRACE_NONE,
                          .text = trace_add_text(trace, name,
                                                 strlen(name))};

    trace_append(trace, &event);
}

/* Beyond so many, counting who is called how would take too long. */
#define NAMES_MAX 2000

static void name_objects(struct census *census, names_argument *argument)
{
    char(*bases)[NAME_SIZE] = calloc(NAMES_MAX, sizeof *bases);
    size_t given = 0;

    if (bases == NULL)
        die("out of memory");
    for (size_t i = 0; i < census->count && given < NAMES_MAX; i++) {
        const struct nameless *about = census->list + i;
        char text[NAME_SIZE + 16];
        uint32_t same;
        bool quoted;

        if (about->is_memory && !about->is_shared)
            continue;
        quoted = quote(census, argument, about, bases[given]);
        if (!quoted)
            snprintf(bases[given], NAME_SIZE, "%s", about->sort);
        same = count_same(bases, given, bases[given]);
        if (quoted && same == 0)
            snprintf(text, sizeof text, "%s", bases[given]);
        else
            snprintf(text, sizeof text, "%s %u", bases[given], same + 1);
        append_name(census->trace, about, text);
        given++;
    }
    free(bases);
}

void names_finish(struct trace *trace, names_argument *argument)
{
    struct census census = {.trace = trace};

    for (uint32_t i = 0; i < trace_actor_count(trace); i++)
        name_actor(trace, i);
    take_census(&census);
    name_objects(&census, argument);
    table_clear(&census.known);
    table_clear(&census.index);
    free(census.list);
}
