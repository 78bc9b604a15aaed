/*
 * list.h - an array that grows.  For the files of show/ only.
 *
 * A list that is all zeros is empty.  Items are copied in; they move
 * when the list grows, so name them by index.  list_free ends it.
 */
#ifndef SHOW_LIST_H
#define SHOW_LIST_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "trace/fail.h"

struct list {
    char *items;
    size_t count, room;
};

/* list_add - append `count` items of `size` bytes, the size of every
 * item of this list.  Returns the index of the first. */
static inline uint32_t list_add(struct list *list, const void *items,
                                size_t count, size_t size)
{
    size_t first = list->count;

    if (first + count > list->room) {
        size_t room = (first + count) * 2 + 16;
        char *larger = realloc(list->items, room * size);

        if (larger == NULL)
            die("no memory for the debug information:");
        list->items = larger;
        list->room = room;
    }
    if (count > 0)
        memcpy(list->items + first * size, items, count * size);
    list->count += count;
    return (uint32_t)first;
}

/* Item `index` of a list of `type`. */
#define LIST_ITEM(list, type, index) ((type *)(void *)(list).items + (index))

static inline void list_free(struct list *list)
{
    free(list->items);
    *list = (struct list){0};
}

#endif
