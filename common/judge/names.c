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
    struct spell next; /* its name if it is made anew now; text 0: as
                        * before */
};

static void add_spell(struct named *named, const struct spell *spell)
{
    named->spells = array_grow(named->spells, &named->room,
                               named->count + 1, sizeof *named->spells);
    named->spells[named->count++] = *spell;
    named->next.text = 0;
}

static void on_name(struct names *names, uint32_t index,
                    const struct event *event)
{
    struct spell spell = {
        .from = index, .text = event->text, .rank = event->value};
    struct named **slot;
    struct spell *last;

    if (event->object == 0 || event->text == 0)
        return;
    slot = (struct named **)table_slot(&names->objects, event->object);
    if (*slot == NULL) {
        *slot = calloc(1, sizeof **slot);
        if (*slot == NULL)
            die("out of memory");
        spell.from = 0;
        add_spell(*slot, &spell);
        return;
    }
    last = (*slot)->spells + (*slot)->count - 1;
    if (event->flags & EVENT_ANEW) {
        add_spell(*slot, &spell);
    } else if (spell.rank > last->rank) {
        last->text = spell.text;
        last->rank = spell.rank;
    } else {
        (*slot)->next = spell;
    }
}

/* Other processes may call the same object otherwise, no better; only
 * who makes it gives it another name. */
static bool makes_object(enum kind kind)
{
    return kind == KIND_LOCK_INIT || kind == KIND_CONDITION_INIT ||
           kind == KIND_BARRIER_INIT || kind == KIND_SEMAPHORE_INIT ||
           kind == KIND_PIPE || kind == KIND_SOCKET_PAIR ||
           kind == KIND_OPEN || kind == KIND_MAP;
}

static void on_making(struct names *names, uint32_t index,
                      const struct event *event)
{
    struct named *named = table_find(&names->objects, event->object);
    const struct spell *last;

    if (named == NULL || named->next.text == 0)
        return;
    last = named->spells + named->count - 1;
    named->next.from = index;
    if (strcmp(trace_text(names->trace, last->text),
               trace_text(names->trace, named->next.text)) != 0)
        add_spell(named, &named->next);
    named->next.text = 0;
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

        if (event == NULL)
            continue;
        if (event_kind(event) == KIND_OBJECT_NAME)
            on_name(names, i, event);
        else if (makes_object(event_kind(event)))
            on_making(names, i, event);
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
