/*
 * object.h - what is it done to: keys for addresses and descriptors.
 *
 * An address in memory that is shared between processes has one key,
 * whichever process names it; an address in private memory is another
 * object in each process.  The tables here are private to the process
 * and are copied by fork, as the mappings and descriptors are.
 *
 * For the files of intercept/ only.
 */
#ifndef INTERCEPT_OBJECT_H
#define INTERCEPT_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * object_of - the key of the object at `address`; 0 for NULL.
 *
 * Records the object's name when this process meets it first.
 */
uint64_t object_of(const volatile void *address);

/* The same, and the name is looked up anew: an object is made here. */
uint64_t object_made(const volatile void *address);

/* Is that address in memory shared between processes? */
bool object_is_shared(const volatile void *address);

/*
 * object_region - the shared mapping that an address lies in: its first
 * address and the one after its last.  False if there is none.
 */
bool object_region(uint64_t address, uint64_t *start, uint64_t *end);

/*
 * object_map - a shared mapping came to be.  `file` is a descriptor, or
 * -1 for an anonymous one.  Two mappings of the same file are the same
 * memory.  object_unmap - it went.  object_region_name - of a region's
 * key for MAP events.
 */
uint64_t object_map(void *start, size_t length, int file, off_t offset);
uint64_t object_unmap(void *start, size_t length);

/* The key of the memory that a shared mapping of `file` would have at
 * `offset`, whether or not this process maps it. */
uint64_t object_in_file(int file, off_t offset);

#endif
