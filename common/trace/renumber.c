/*
 * renumber.c - see renumber.h.
 */
#include "trace/renumber.h"

#include <stdlib.h>
#include <string.h>

#include "trace/fail.h"

#define REGION_SHIFT 40
#define REGION_OF_FILE UINT64_C(0x80000) /* see intercept/object.c */
#define WITHIN ((UINT64_C(1) << REGION_SHIFT) - 1)

/* What was met, in that order; few programs have many files. */
struct met {
    uint64_t *numbers;
    size_t count, room;
};

static uint64_t order_of(struct met *met, uint64_t number)
{
    for (size_t i = met->count; i-- > 0;)
        if (met->numbers[i] == number)
            return i;
    if (met->count == met->room) {
        met->room = met->room * 2 + 16;
        met->numbers =
            realloc(met->numbers, met->room * sizeof *met->numbers);
        if (met->numbers == NULL)
            die("out of memory");
    }
    met->numbers[met->count] = number;
    return met->count++;
}

static uint64_t new_key(struct met *met, uint64_t key)
{
    uint64_t region = object_where(key) >> REGION_SHIFT;

    if (object_class(key) == OBJECT_FILE)
        return object_key(OBJECT_FILE, order_of(met, key) + 1);
    if (object_class(key) == OBJECT_SHARED && region >= REGION_OF_FILE)
        return object_key(OBJECT_SHARED,
                          (REGION_OF_FILE | order_of(met, region))
                                  << REGION_SHIFT |
                              (key & WITHIN));
    return key;
}

/* The second socket's own key, which only the run itself needed. */
static void blank(struct trace *trace, const struct event *event)
{
    char *text = (char *)trace_text(trace, event->text);

    memset(text, '0', strlen(text));
}

void trace_renumber(struct trace *trace)
{
    struct met met = {0};

    for (uint32_t i = 0; i < trace_count(trace); i++) {
        struct event *event = trace_event(trace, i);
        enum kind kind = event_kind(event);

        event->object = new_key(&met, event->object);
        if (kind == KIND_CONDITION_WAIT || kind == KIND_CONDITION_WAKE)
            event->value = (int64_t)new_key(&met, (uint64_t)event->value);
        else if (kind == KIND_SOCKET_PAIR && event->error == 0)
            blank(trace, event);
    }
    free(met.numbers);
}
