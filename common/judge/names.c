/*
 * names.c - the names that are in a trace.  See names.h.
 */
#include "judge/names.h"

#include <stdlib.h>
#include <string.h>

#include "trace/fail.h"

struct spell {
    uint32_t from; /* the first event for which it is called so */
    uint32_t text;
    int64_t rank;
};

struct named {
    struct spell *spells; /* rising */
    size_t count, room;
};

static void add_spell(struct named *named, uint32_t from,
                      const struct event *event)
{
    named->spells = array_grow(named->spells, &named->room,
                               named->count + 1, sizeof *named->spells);
    named->spells[named->count++] = (struct spell){
        .from = from, .text = event->text, .rank = event->value};
}

static bool is_same(const struct names *names, const struct spell *spell,
                    const struct event *event)
{
    return strcmp(trace_text(names->trace, spell->text),
                  trace_text(names->trace, event->text)) == 0;
}

/*
 * Of several names for one object the one of highest rank is used for
 * all of its life, else the first: processes may call it differently.
 */
static void on_name(struct names *names, uint32_t index,
                    const struct event *event)
{
    struct named **slot;
    struct spell *last;

    if (event->object == 0 || event->text == 0)
        return;
    slot = (struct named **)table_slot(&names->objects, event->object);
    if (*slot == NULL) {
        *slot = calloc(1, sizeof **slot);
        if (*slot == NULL)
            die("out of memory");
        add_spell(*slot, 0, event);
        return;
    }
    last = (*slot)->spells + (*slot)->count - 1;
    if (is_same(names, last, event))
        return;
    if (event->flags & EVENT_ANEW)
        add_spell(*slot, index, event);
    else if (event->value > last->rank) {
        last->text = event->text;
        last->rank = event->value;
    }
}

struct names *names_new(const struct trace *trace)
{
    struct names *names = calloc(1, sizeof *names);
    uint32_t count = trace_count(trace);

    if (names == NULL)
        die("out of memory");
    names->trace = trace;
    for (uint32_t i = 0; i < count; i++) {
        const struct event *event = trace_read(trace, i);

        if (event != NULL && event_kind(event) == KIND_OBJECT_NAME)
            on_name(names, i, event);
    }
    return names;
}

void names_free(struct names *names)
{
    struct named *named;
    size_t cursor = 0;

    if (names == NULL)
        return;
    while ((named = table_next(&names->objects, &cursor)) != NULL) {
        free(named->spells);
        free(named);
    }
    table_clear(&names->objects);
    free(names);
}

static const char *without_name(const struct names *names, uint64_t key)
{
    uint64_t where = object_where(key);

    if (object_class(key) == OBJECT_TIME)
        return "the clock";
    if (object_class(key) != OBJECT_ACTOR)
        return "something";
    if (where == OBJECT_ANY_CHILD)
        return "a child";
    return trace_actor_name(names->trace, where < TRACE_NONE
                                              ? (uint32_t)where
                                              : TRACE_NONE);
}

const char *names_object(const struct names *names, uint64_t key,
                         uint32_t index)
{
    const struct named *named = table_find(&names->objects, key);
    size_t at;

    if (named == NULL)
        return without_name(names, key);
    for (at = named->count - 1; at > 0; at--)
        if (named->spells[at].from <= index)
            break;
    return trace_text(names->trace, named->spells[at].text);
}
