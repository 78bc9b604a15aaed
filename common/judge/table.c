/*
 * table.c - a hash table with open addressing.  See table.h.
 */
#include "judge/table.h"

#include <stdlib.h>

#include "trace/fail.h"

static size_t slot_of(const struct table *table, uint64_t key)
{
    size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20);

    at &= table->room - 1;
    while (table->keys[at] != 0 && table->keys[at] != key)
        at = (at + 1) & (table->room - 1);
    return at;
}

void *table_find(const struct table *table, uint64_t key)
{
    if (table->room == 0 || key == 0)
        return NULL;
    return table->values[slot_of(table, key)];
}

static void grow(struct table *table)
{
    struct table new = {.room = table->room == 0 ? 64 : table->room * 2};

    new.keys = calloc(new.room, sizeof *new.keys);
    new.values = calloc(new.room, sizeof *new.values);
    if (new.keys == NULL || new.values == NULL)
        die("out of memory");
    for (size_t i = 0; i < table->room; i++)
        if (table->keys[i] != 0) {
            size_t at = slot_of(&new, table->keys[i]);

            new.keys[at] = table->keys[i];
            new.values[at] = table->values[i];
        }
    new.count = table->count;
    table_clear(table);
    *table = new;
}

void **table_slot(struct table *table, uint64_t key)
{
    size_t at;

    ENSURE(key != 0);
    if (table->count * 4 >= table->room * 3)
        grow(table);
    at = slot_of(table, key);
    if (table->keys[at] == 0) {
        table->keys[at] = key;
        table->count++;
    }
    return &table->values[at];
}

void *table_next(const struct table *table, size_t *cursor)
{
    while (*cursor < table->room) {
        size_t at = (*cursor)++;

        if (table->keys[at] != 0 && table->values[at] != NULL)
            return table->values[at];
    }
    return NULL;
}

void table_clear(struct table *table)
{
    free(table->keys);
    free(table->values);
    *table = (struct table){0};
}

void *array_grow(void *items, size_t *room, size_t need, size_t item)
{
    size_t more = *room;

    if (need <= *room)
        return items;
    while (more < need)
        more = more < 4 ? 4 : more * 2;
    items = realloc(items, more * item);
    if (items == NULL)
        die("out of memory");
    *room = more;
    return items;
}
