/*
 * find.c - see find.h.
 */
#define _GNU_SOURCE /* strcasestr */
#include "show/find.h"

#include <stdlib.h>
#include <string.h>

#include "trace/fail.h"

static void start_word(struct find *find, struct find_word *word)
{
    const struct model *model = find->model;

    for (int i = 0; i < KIND_COUNT; i++)
        word->kinds[i] =
            strcasestr(kind_info[i].name, word->text) != NULL ||
            strcasestr(kind_info[i].reads, word->text) != NULL;
    word->actors = calloc(model->actor_count + 1, 1);
    if (word->actors == NULL)
        die("out of memory");
    for (uint32_t i = 0; i < model->actor_count; i++)
        word->actors[i] = strcasestr(trace_actor_name(model->trace, i),
                                     word->text) != NULL;
}

bool find_start(struct find *find, const struct model *model,
                const char *text)
{
    *find = (struct find){.model = model};
    while (find->count < FIND_WORDS) {
        struct find_word *word = find->words + find->count;
        size_t length;

        text += strspn(text, " ");
        length = strcspn(text, " ");
        if (length == 0 || length >= sizeof word->text)
            break;
        memcpy(word->text, text, length);
        start_word(find, word);
        find->count++;
        text += length;
    }
    return find->count > 0;
}

void find_end(struct find *find)
{
    for (int i = 0; i < find->count; i++) {
        table_clear(&find->words[i].objects);
        free(find->words[i].actors);
    }
    find->count = 0;
}

static bool is_object(const struct model *model, struct find_word *word,
                      uint32_t index, uint64_t key)
{
    void **known;

    if (key == 0 || object_class(key) == OBJECT_ACTOR)
        return object_class(key) == OBJECT_ACTOR &&
               object_where(key) < model->actor_count &&
               word->actors[object_where(key)];
    known = table_slot(&word->objects, key);
    if (*known == NULL) {
        const char *name = names_object(model->names, key, index);

        *known = (void *)(uintptr_t)(strcasestr(name, word->text) == NULL
                                         ? 1
                                         : 2);
    }
    return (uintptr_t)*known == 2;
}

bool find_is(struct find *find, uint32_t position)
{
    const struct event *event = model_event(find->model, position);
    uint32_t index;

    if (event == NULL || find->count == 0)
        return false;
    index = find->model->events[position];
    for (int i = 0; i < find->count; i++) {
        struct find_word *word = find->words + i;

        if (!word->kinds[event_kind(event)] &&
            !word->actors[event->actor] &&
            !is_object(find->model, word, index, event->object))
            return false;
    }
    return true;
}

uint32_t find_next(struct find *find, uint32_t position, bool forward,
                   uint32_t most, uint32_t *end)
{
    uint32_t count = find->model->count;

    for (*end = position; most > 0; most--) {
        if (forward ? *end + 1 >= count : *end == 0) {
            *end = TRACE_NONE;
            break;
        }
        *end += forward ? 1u : -1u;
        if (find_is(find, *end))
            return *end;
    }
    return TRACE_NONE;
}
