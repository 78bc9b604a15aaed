/*
 * name.h - what the student calls an address.  For intercept/ only.
 */
#ifndef INTERCEPT_NAME_H
#define INTERCEPT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * name_of_address - find a name by the table of trace/symbols.h: a
 * global, a local of one of the calling actor's frames, or a member of
 * what one of these points to ("counter", "slots[3]", "db->tickets").
 *
 * Reads the program's own memory, never beyond its variables.  Async-
 * signal-safe, allocates nothing.
 * Returns the length written to `out`, 0 if there is no name.
 */
size_t name_of_address(uint64_t address, char *out, size_t size);

#endif
