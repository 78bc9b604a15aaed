/*
 * worth.c - see worth.h.
 */
#include "show/worth.h"

#include <stdlib.h>

#include "trace/fail.h"

#define SHARED ((void *)(uintptr_t)-1)

/* ---- looking ahead: what is shared, what ends a wait ---- */

static bool is_memory(const struct event *event)
{
    return kind_info[event_kind(event)].group == GROUP_MEMORY;
}

bool worth_ends_wait(const struct event *event)
{
    return event->flags & EVENT_WAITED ||
           event_kind(event) == KIND_CONDITION_WAKE ||
           event_kind(event) == KIND_BARRIER_LEAVE;
}

static void survey_event(struct worth *worth, const struct event *event,
                         uint32_t count)
{
    void **toucher;
    void *self = (void *)(uintptr_t)(event->actor + 1u);

    if (worth_ends_wait(event) && event->peer < count)
        worth->gives[event->peer / 8] |=
            (unsigned char)(1u << event->peer % 8);
    if (!is_memory(event) || event->object == 0)
        return;
    toucher = table_slot(&worth->touchers, event->object);
    if (*toucher == NULL)
        *toucher = self;
    else if (*toucher != self)
        *toucher = SHARED;
}

struct worth worth_new(const struct trace *trace, bool inside,
                       uint32_t limit)
{
    struct worth worth = {.trace = trace, .inside = inside};
    uint32_t count = trace_count(trace);

    if (count > limit)
        count = limit;
    worth.gives = calloc(count / 8 + 1, 1);
    if (worth.gives == NULL)
        die("out of memory");
    for (uint32_t i = 0; i < count; i++) {
        const struct event *event = trace_read(trace, i);

        if (event != NULL)
            survey_event(&worth, event, count);
    }
    return worth;
}

void worth_free(struct worth *worth)
{
    table_clear(&worth->touchers);
    free(worth->gives);
    worth->gives = NULL;
}

/* ---- what is worth a line ---- */

bool worth_is_shared(const struct worth *worth, uint64_t key)
{
    return table_find(&worth->touchers, key) == SHARED;
}

bool worth_is_in_kit(const struct worth *worth, uint64_t pc)
{
    const struct place *place = trace_place(worth->trace, pc);

    return place != NULL && place->in_kit != 0;
}

bool worth_is_kit_call(const struct worth *worth,
                       const struct event *event)
{
    return event_kind(event) == KIND_ENTER &&
           worth_is_in_kit(worth, (uint64_t)event->value) &&
           trace_place(worth->trace, event->pc) != NULL &&
           !worth_is_in_kit(worth, event->pc);
}

static bool shows_in_kit(const struct worth *worth, uint32_t index,
                         const struct event *event)
{
    enum kind kind = event_kind(event);
    enum kind_group group = kind_info[kind].group;

    return group == GROUP_LIFE || group == GROUP_SAY ||
           group == GROUP_SIGNAL || kind == KIND_WAIT ||
           kind == KIND_CONDITION_WAIT || worth_ends_wait(event) ||
           (worth->gives[index / 8] >> index % 8 & 1) != 0;
}

bool worth_shows(const struct worth *worth, uint32_t index,
                 const struct event *event)
{
    enum kind_group group = kind_info[event_kind(event)].group;

    if (group == GROUP_NOTE)
        return false;
    if (worth->inside)
        return true;
    if (group == GROUP_CALL)
        return worth_is_kit_call(worth, event);
    if (group == GROUP_MEMORY && !worth_is_shared(worth, event->object))
        return false;
    return !worth_is_in_kit(worth, event->pc) ||
           shows_in_kit(worth, index, event);
}
