/*
 * search.h - one search of name.c's: what is looked for, how, and the
 * name of what is being looked at.  For name.c and its parts only:
 * search.c makes names of what is inside a variable, search_pointers.c
 * of what a pointer in one leads to.
 *
 * All of it is async-signal-safe and allocates nothing.
 */
#ifndef INTERCEPT_SEARCH_H
#define INTERCEPT_SEARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "intercept/name.h"
#include "trace/symbols.h"

/* What is pointed to. */
enum rule {
    RULE_MEMBER, /* a struct's member: db->tickets */
    RULE_ITSELF, /* exactly what the pointer's type says: *counter */
    RULE_BEYOND, /* an element after the first: values[3] */
    RULE_VOID,   /* exactly where a void * points: *value */
    RULE_BYTES   /* the same for char *, which points to anything */
};

/* Where the pointer is. */
enum reach {
    REACH_VARIABLE, /* it is a variable: db->tickets */
    REACH_INSIDE,   /* it is inside one: office.db->tickets */
    REACH_THROUGH   /* it is behind one: pool->queue->lock */
};

struct search {
    const struct symbols *symbols;
    uint64_t address;
    enum rule rule;
    enum reach reach;
    int frame; /* whose locals are being looked at; -1: the globals */
    bool in_kit;
    uint64_t owner; /* the struct whose member is the pointer, or 0 */
    uint32_t owner_type;
    size_t length;
    char name[NAME_SIZE]; /* of what is being looked at */
};

static inline const struct symbol_type *search_type(
    const struct search *search, uint32_t type)
{
    return SYMBOL_TABLE(search->symbols, struct symbol_type, types) + type;
}

static inline const struct symbol_member *search_member(
    const struct search *search, uint32_t member)
{
    return SYMBOL_TABLE(search->symbols, struct symbol_member, members) +
           member;
}

/* Is its size known only to the program (`char slots[];`)? */
bool search_is_open(const struct search *search, uint32_t type);

/* The name grows; one that is too long is cut, as nobody keeps room. */
void search_add(struct search *search, const char *text);
void search_add_index(struct search *search, uint64_t index);
void search_put_before(struct search *search, char first);

/* It is as long as it was. */
void search_back_to(struct search *search, size_t length);

/*
 * search_inside - add what lies `offset` bytes into a `type`:
 * ".slots[3].name".  `joint` is "." or "->" and comes before the first
 * member.  Members that no program means (`__max_align_ll`) are left
 * out, and what they are in stands for them.
 *
 * Returns false if there was such a one.
 */
bool search_inside(struct search *search, uint32_t type, uint64_t offset,
                   const char *joint);

/*
 * search_pointers - name the address by a pointer in a variable of the
 * program, by the rule and the reach of the search.  `frame` is added
 * to the variable's address.
 *
 * Returns whether one leads there; search->name is the name then.
 */
bool search_pointers(struct search *search,
                     const struct symbol_variable *variable,
                     uint64_t frame);

#endif
