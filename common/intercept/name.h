/*
 * name.h - what the student calls an address.  For intercept/ only.
 */
#ifndef INTERCEPT_NAME_H
#define INTERCEPT_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_SIZE 128

/* Ranks of names, for KIND_OBJECT_NAME; a frame's lie below. */
enum {
    NAME_BY_GLOBAL = 1000, /* a global variable leads there */
    NAME_BY_PROGRAM = 2000 /* the program says it: a path, "/name" */
};

struct name {
    char text[NAME_SIZE];
    size_t length; /* 0: there is no name */
    int rank;
    bool on_stack; /* it is a local itself, and so is a new object */
    uint64_t holder; /* for name_holds; 0: it holds for good */
};

/*
 * name_find - find a name by the table of trace/symbols.h: a global, a
 * local of one of the calling actor's frames, or a member of what one
 * of these points to ("counter", "slots[3]", "db->tickets").
 *
 * A global makes the best name, and an outer function's local a better
 * one than an inner's, for it lives longer.  A mutex or the like that a
 * pointer points to goes by the pointer's name, as in every call.
 * Reads the program's own memory, never beyond its variables.  Async-
 * signal-safe, allocates nothing, keeps errno.
 */
void name_find(uint64_t address, struct name *name);

/* Is the function whose local gave the name still running, and is it
 * the calling actor's?  If not, there may be a better name by now. */
bool name_holds(uint64_t holder);

/*
 * name_of_address - the text only.
 *
 * Returns the length written to `out`, 0 if there is no name.
 */
size_t name_of_address(uint64_t address, char *out, size_t size);

#endif
