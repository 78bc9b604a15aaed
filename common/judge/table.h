/*
 * table.h - what judge/ and show/ look up by object key, and arrays
 * that grow.
 *
 * A table maps a key other than 0 to a pointer.  It does not own what
 * the pointers point to.  Out of memory: dies.
 *
 * Uses trace/fail.h.
 */
#ifndef JUDGE_TABLE_H
#define JUDGE_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* All zero is an empty table. */
struct table {
    uint64_t *keys; /* 0: a free slot */
    void **values;
    size_t room, count;
};

/* The pointer under `key`; NULL if there is none. */
void *table_find(const struct table *table, uint64_t key);

/* Where the pointer under `key` stands, made NULL if it is new.  Good
 * until the next call. */
void **table_slot(struct table *table, uint64_t key);

/*
 * table_next - go through all entries, in no particular order.
 *
 * Start with *cursor 0.  Returns NULL after the last.  The table must
 * not grow meanwhile.
 */
void *table_next(const struct table *table, size_t *cursor);

/* Gives the table's own memory back. */
void table_clear(struct table *table);

/*
 * array_grow - room for `need` items in an array.
 *
 * Returns the array, perhaps elsewhere; *room says for how many items
 * there is room now.
 */
void *array_grow(void *items, size_t *room, size_t need, size_t item);

#endif
