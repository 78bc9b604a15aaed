/*
 * types.h - the program's types, collected from its debug information.
 *
 * For dwarf.c and types.c only.
 */
#ifndef SHOW_TYPES_H
#define SHOW_TYPES_H

#include <stdbool.h>

#include "show/list.h"
#include "show/units.h"
#include "trace/symbols.h"

/* The table of trace/symbols.h while it grows, part by part. */
struct builder {
    struct list types, members, globals, locals, functions, text;
    struct list complete; /* bool, by type: false if only announced */
    void *known;          /* tsearch tree of the types met before */
    uint32_t kit_types;   /* types before this one are the kit's */
    const struct unit *unit;
};

/* types_start - an empty table with its text 0, "", and type 0, void.
 * types_end - frees all of it. */
void types_start(struct builder *builder);
void types_end(struct builder *builder);

/* types_text - the number of a name, which may be NULL. */
uint32_t types_text(struct builder *builder, const char *text);

/* types_inner - the type that a variable is of, added if it is new. */
uint32_t types_inner(struct builder *builder, Dwarf_Die *die);

/*
 * types_complete - give structs that are only announced their members.
 *
 * `struct queue` is announced in its header and whole in its .c file:
 * the program's `struct queue *jobs` is to have its members, too.
 */
void types_complete(struct builder *builder);

#endif
