/*
 * block.h - memory that a pointer leads to, and may not be there.
 *
 * For search_pointers.c only.  Async-signal-safe; errno may change.
 */
#ifndef INTERCEPT_BLOCK_H
#define INTERCEPT_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A run of memory that was got in one piece. */
struct block {
    uint64_t start, end;
    bool exact; /* its end tells how much the program wanted */
};

/*
 * block_find - the mapping that `start` lies in, if it is shared, or the
 * block that malloc gave out at `start`.
 *
 * Returns false if it is neither.
 */
bool block_find(uint64_t start, struct block *block);

/* block_read - copy memory of this process; false if it is not there. */
bool block_read(uint64_t address, void *to, size_t size);

#endif
