/*
 * search_pointers.c - names of what a pointer leads to.  See search.h.
 *
 * The program's variables can be read as they are.  What lies behind a
 * pointer may not be there at all, so that is read by a system call
 * which fails instead of crashing.
 */
#include "intercept/search.h"

#include <string.h>

#include "intercept/block.h"

#define ELEMENTS_MAX (1 << 24) /* how far a pointer may reach */
#define ELEMENTS_WALKED 32 /* of an array of pointers */

/* Two elements fit, so the first is called values[0], not *values.
 * Whole pages are what one asks for who does not count. */
static bool is_array(uint64_t start, uint32_t size)
{
    struct block block;

    return block_find(start, &block) && block.exact &&
           block.start == start && block.end - start >= 2 * (uint64_t)size;
}

/* Types of several source files may be one and the same. */
static bool is_same(const struct search *search, uint32_t one,
                    uint32_t other)
{
    const struct symbol_type *left = search_type(search, one);
    const struct symbol_type *right = search_type(search, other);

    if (left->sort != right->sort || left->size != right->size)
        return false;
    if (left->sort == TYPE_POINTER)
        return is_same(search, left->inner, right->inner);
    return strcmp(symbol_text(search->symbols, left->name_text),
                  symbol_text(search->symbols, right->name_text)) == 0;
}

/* Elements of one type from `start` on, of which only a pointer or a
 * struct says where they begin.  In a block that it knows: `block`. */
struct run {
    uint64_t block, start, end;
    uint32_t type;
    uint64_t owner; /* a struct with more pointers there, or 0 */
    uint32_t owner_type;
};

/* Who points there with another type says that something else begins
 * there; with the same, it may well be in the middle of the run. */
static void end_run(const struct search *search, struct run *run,
                    uint32_t number, uint64_t where, bool behind)
{
    const struct symbol_type *type = search_type(search, number);
    uint64_t value;

    if (type->sort != TYPE_POINTER ||
        search_type(search, type->inner)->size == 0)
        return;
    if (!behind)
        memcpy(&value, (const void *)(uintptr_t)where, sizeof value);
    else if (!block_read(where, &value, sizeof value))
        return;
    if (value > run->start && value < run->end &&
        !is_same(search, type->inner, run->type))
        run->end = value;
}

static void end_run_by_members(const struct search *search,
                               struct run *run)
{
    const struct symbol_type *type = search_type(search, run->owner_type);

    for (uint32_t i = 0; i < type->count; i++) {
        const struct symbol_member *member =
            search_member(search, type->members + i);

        end_run(search, run, member->type, run->owner + member->offset,
                true);
    }
}

static void end_run_by_globals(const struct search *search,
                               struct run *run)
{
    const struct symbol_variable *globals = SYMBOL_TABLE(
        search->symbols, struct symbol_variable, globals);

    for (uint32_t i = 0; i < search->symbols->global_count; i++)
        end_run(search, run, globals[i].type, (uint64_t)globals[i].address,
                false);
}

static bool is_in_run(const struct search *search, struct run *run)
{
    struct block block;

    if (!block_find(run->block, &block) || search->address >= block.end)
        return false;
    run->end = block.end;
    if (run->owner != 0)
        end_run_by_members(search, run);
    end_run_by_globals(search, run);
    return search->address < run->end;
}

/* Is it in the open end of the struct at `start`? */
static bool is_in_open_end(const struct search *search, uint64_t start,
                           uint32_t number)
{
    struct run run = {start, .start = start, .owner = start,
                      .owner_type = number};
    const struct symbol_type *type = search_type(search, number);

    if (!search_is_open(search, number))
        return false;
    while (type->sort == TYPE_STRUCT) {
        const struct symbol_member *last =
            search_member(search, type->members + type->count - 1);

        run.start += last->offset;
        type = search_type(search, last->type);
    }
    run.type = type->inner;
    return is_in_run(search, &run);
}

static bool match_member(struct search *search, uint64_t start,
                         uint32_t number)
{
    const struct symbol_type *type = search_type(search, number);
    uint64_t offset = search->address - start;
    size_t length = search->length;

    if (type->sort != TYPE_STRUCT || type->count == 0)
        return false;
    if (offset >= type->size && !is_in_open_end(search, start, number))
        return false;
    if (search_inside(search, number, offset, "->"))
        return true;
    search_back_to(search, length);
    return false;
}

static bool match_itself(struct search *search, uint64_t start,
                         uint32_t number)
{
    const struct symbol_type *type = search_type(search, number);
    uint64_t offset = search->address - start;

    if (type->sort == TYPE_STRUCT || offset >= type->size)
        return false;
    if (type->sort == TYPE_ARRAY || is_array(start, type->size)) {
        search_add_index(search, 0);
        search_inside(search, number, offset, ".");
    } else if (type->sort != TYPE_OPAQUE) {
        search_put_before(search, '*');
    }
    return true;
}

/* There are no arrays of what has an open end. */
static bool match_beyond(struct search *search, uint64_t start,
                         uint32_t number)
{
    const struct symbol_type *type = search_type(search, number);
    uint64_t offset = search->address - start;
    struct run run = {start, .start = start, .type = number,
                      .owner = search->owner,
                      .owner_type = search->owner_type};

    if (type->size == 0 || offset < type->size ||
        offset / type->size >= ELEMENTS_MAX ||
        search_is_open(search, number) || !is_in_run(search, &run))
        return false;
    search_add_index(search, offset / type->size);
    search_inside(search, number, offset % type->size, ".");
    return true;
}

static bool match_void(struct search *search, uint64_t start,
                       uint32_t number)
{
    const struct symbol_type *type = search_type(search, number);

    if (type->sort != TYPE_OTHER || type->size != 0 ||
        search->address != start)
        return false;
    search_put_before(search, '*');
    return true;
}

static bool is_character(const struct search *search, uint32_t number)
{
    const struct symbol_type *type = search_type(search, number);

    return type->sort == TYPE_OTHER && type->size == 1 &&
           strcmp(symbol_text(search->symbols, type->name_text),
                  "_Bool") != 0;
}

/* Does a pointer to `start`, named so far, lead to the address? */
static bool match(struct search *search, uint64_t start, uint32_t type)
{
    bool bytes = is_character(search, type);

    if (start == 0 || search->address < start ||
        bytes != (search->rule == RULE_BYTES))
        return false;
    switch (search->rule) {
    case RULE_MEMBER:
        return match_member(search, start, type);
    case RULE_ITSELF:
        return match_itself(search, start, type);
    case RULE_BEYOND:
        return match_beyond(search, start, type);
    case RULE_VOID:
        return match_void(search, start, type);
    default:
        return match_itself(search, start, type) ||
               match_beyond(search, start, type);
    }
}

/* Memory being searched for pointers. */
struct spot {
    uint64_t address;
    bool behind;       /* a pointer led here: read safely */
    const char *joint; /* before a member's name: "." or "->" */
};

static bool walk(struct search *search, uint32_t number, struct spot spot);

static bool walk_members(struct search *search, uint32_t number,
                         struct spot spot)
{
    const struct symbol_type *type = search_type(search, number);
    size_t length = search->length;

    for (uint32_t i = 0; i < type->count; i++) {
        const struct symbol_member *member =
            search_member(search, type->members + i);
        struct spot inside = spot;

        inside.address += member->offset;
        if (member->name_text != 0) {
            search_add(search, spot.joint);
            search_add(search,
                       symbol_text(search->symbols, member->name_text));
            inside.joint = ".";
        }
        if (walk(search, member->type, inside))
            return true;
        search_back_to(search, length);
    }
    return false;
}

static bool walk_struct(struct search *search, uint32_t number,
                        struct spot spot)
{
    uint64_t owner = search->owner;
    uint32_t owner_type = search->owner_type;
    bool found;

    search->owner = spot.address;
    search->owner_type = number;
    found = walk_members(search, number, spot);
    search->owner = owner;
    search->owner_type = owner_type;
    return found;
}

static bool walk_array(struct search *search, uint32_t number,
                       struct spot spot)
{
    const struct symbol_type *type = search_type(search, number);
    const struct symbol_type *element = search_type(search, type->inner);
    size_t length = search->length;

    if (element->sort == TYPE_OTHER || element->sort == TYPE_OPAQUE)
        return false;
    spot.joint = ".";
    for (uint32_t i = 0; i < type->count && i < ELEMENTS_WALKED; i++) {
        search_add_index(search, i);
        if (walk(search, type->inner, spot))
            return true;
        search_back_to(search, length);
        spot.address += element->size;
    }
    return false;
}

static bool walk_pointer(struct search *search, uint32_t number,
                         struct spot spot)
{
    uint32_t inner = search_type(search, number)->inner;
    struct spot behind = {.behind = true, .joint = "->"};

    if (!spot.behind)
        memcpy(&behind.address, (const void *)(uintptr_t)spot.address,
               sizeof behind.address);
    else if (!block_read(spot.address, &behind.address,
                          sizeof behind.address))
        return false;
    if (match(search, behind.address, inner))
        return true;
    return search->reach == REACH_THROUGH && !spot.behind &&
           behind.address != 0 &&
           search_type(search, inner)->sort == TYPE_STRUCT &&
           walk_struct(search, inner, behind);
}

/* Looks at every pointer in a `type` in memory, its name so far being
 * in search->name, which stays as it is unless true is returned. */
static bool walk(struct search *search, uint32_t number, struct spot spot)
{
    switch (search_type(search, number)->sort) {
    case TYPE_POINTER:
        return walk_pointer(search, number, spot);
    case TYPE_STRUCT:
        return search->reach != REACH_VARIABLE &&
               walk_struct(search, number, spot);
    case TYPE_ARRAY:
        return search->reach != REACH_VARIABLE &&
               walk_array(search, number, spot);
    default:
        return false;
    }
}

/* Most variables do not lead to most addresses: to see that must be
 * quick.  False if this one cannot in the present pass. */
static bool is_worth_it(const struct search *search, uint32_t type,
                        uint64_t where)
{
    uint32_t sort = search_type(search, type)->sort;
    uint64_t value;

    if (sort == TYPE_OTHER || sort == TYPE_OPAQUE)
        return false;
    if (search->reach != REACH_VARIABLE)
        return sort != TYPE_POINTER || search->reach == REACH_THROUGH;
    if (sort != TYPE_POINTER)
        return false;
    memcpy(&value, (const void *)(uintptr_t)where, sizeof value);
    return value != 0 && value <= search->address;
}

bool search_pointers(struct search *search,
                         const struct symbol_variable *variable,
                         uint64_t frame)
{
    struct spot spot = {.address = frame + (uint64_t)variable->address,
                        .joint = "."};

    if (!is_worth_it(search, variable->type, spot.address))
        return false;
    search_back_to(search, 0);
    search_add(search, symbol_text(search->symbols, variable->name_text));
    return walk(search, variable->type, spot);
}
