/*
 * types.c - see types.h.
 *
 * A type is added when a variable first needs it, and known from then
 * on by where its description lies.  What does not change where the
 * bytes are (typedef, const, volatile, _Atomic) is peeled off.
 */
#define _GNU_SOURCE /* tdestroy */
#include "show/types.h"

#include <dwarf.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POINTER_SIZE 8

/* A type that was met before: where it is described, its number. */
struct known {
    Dwarf_Off where;
    uint32_t type;
};

static uint32_t type_at(struct builder *builder, Dwarf_Die *die);

uint32_t types_text(struct builder *builder, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return 0;
    return list_add(&builder->text, text, strlen(text) + 1, 1);
}

static uint32_t add_type(struct builder *builder, enum type_sort sort,
                         uint64_t size, const char *name)
{
    struct symbol_type type = {.sort = sort,
                               .size = (uint32_t)size,
                               .name_text = types_text(builder, name)};
    bool complete = true;

    list_add(&builder->complete, &complete, 1, sizeof complete);
    return list_add(&builder->types, &type, 1, sizeof type);
}

static struct symbol_type *type_of(struct builder *builder, uint32_t type)
{
    return LIST_ITEM(builder->types, struct symbol_type, type);
}

static int compare_known(const void *left, const void *right)
{
    const struct known *a = left, *b = right;

    return (a->where > b->where) - (a->where < b->where);
}

static const struct known *find_known(struct builder *builder,
                                      Dwarf_Off where)
{
    struct known wanted = {.where = where};
    void *found = tfind(&wanted, &builder->known, compare_known);

    return found == NULL ? NULL : *(struct known **)found;
}

static void remember(struct builder *builder, Dwarf_Off where,
                     uint32_t type)
{
    struct known *known = malloc(sizeof *known);

    if (known == NULL)
        die("no memory for the debug information:");
    *known = (struct known){.where = where, .type = type};
    if (tsearch(known, &builder->known, compare_known) == NULL)
        die("no memory for the debug information:");
}

/* The program never looks into these, so neither do we. */
static bool is_opaque(const char *name)
{
    static const char *const opaque[] = {
        "pthread_mutex_t",     "pthread_cond_t",    "pthread_rwlock_t",
        "pthread_barrier_t",   "pthread_spinlock_t", "pthread_once_t",
        "pthread_attr_t",      "pthread_mutexattr_t",
        "pthread_condattr_t",  "pthread_rwlockattr_t",
        "pthread_barrierattr_t", "sem_t", "FILE", "_IO_FILE", "DIR",
        "mtx_t", "cnd_t", "once_flag", "atomic_flag", "sigset_t",
        "fd_set", "jmp_buf", "sigjmp_buf",
    };

    for (size_t i = 0; i < sizeof opaque / sizeof opaque[0]; i++)
        if (name != NULL && strcmp(name, opaque[i]) == 0)
            return true;
    return false;
}

static uint64_t size_of(Dwarf_Die *die)
{
    Dwarf_Word size;

    return dwarf_aggregate_size(die, &size) == 0 ? size : 0;
}

/* The type that `die` is of; false for void. */
static bool inner_die(Dwarf_Die *die, Dwarf_Die *inner)
{
    Dwarf_Attribute attribute;

    return dwarf_formref_die(
               dwarf_attr_integrate(die, DW_AT_type, &attribute),
               inner) != NULL;
}

uint32_t types_inner(struct builder *builder, Dwarf_Die *die)
{
    Dwarf_Die inner;

    return inner_die(die, &inner) ? type_at(builder, &inner) : 0;
}

/* Elements of one dimension; 0 if only the running program knows. */
static uint32_t dimension(Dwarf_Die *range)
{
    Dwarf_Attribute attribute;
    Dwarf_Word number;

    if (dwarf_formudata(dwarf_attr(range, DW_AT_count, &attribute),
                        &number) == 0)
        return (uint32_t)number;
    if (dwarf_formudata(dwarf_attr(range, DW_AT_upper_bound, &attribute),
                        &number) == 0)
        return (uint32_t)(number + 1);
    return 0;
}

/* The array type of `range` and the dimensions after it. */
static uint32_t add_dimension(struct builder *builder, Dwarf_Die *range,
                              uint32_t element)
{
    Dwarf_Die next;
    uint32_t inner = element, count = dimension(range), type;

    if (dwarf_siblingof(range, &next) == 0)
        inner = add_dimension(builder, &next, element);
    type = add_type(builder, TYPE_ARRAY,
                    (uint64_t)count * type_of(builder, inner)->size, NULL);
    type_of(builder, type)->inner = inner;
    type_of(builder, type)->count = count;
    return type;
}

static uint32_t add_array(struct builder *builder, Dwarf_Die *die)
{
    uint32_t element = types_inner(builder, die);
    Dwarf_Die range;

    if (dwarf_child(die, &range) != 0)
        return element;
    return add_dimension(builder, &range, element);
}

/* A member as its unit describes it: where it lies, in bits. */
struct field {
    const char *name;
    uint64_t bit, bits; /* bits: 0 if it is no bit-field */
};

static bool number_of(Dwarf_Die *die, unsigned what, uint64_t *number)
{
    Dwarf_Attribute attribute;
    Dwarf_Word word;

    if (dwarf_formudata(dwarf_attr(die, what, &attribute), &word) != 0)
        return false;
    *number = word;
    return true;
}

/* DWARF 4 counts the bits of a bit-field from the top of its unit. */
static struct field field_of(Dwarf_Die *die)
{
    struct field field = {.name = dwarf_diename(die)};
    uint64_t bytes = 0, from_top, unit;

    number_of(die, DW_AT_bit_size, &field.bits);
    if (number_of(die, DW_AT_data_bit_offset, &field.bit))
        return field;
    number_of(die, DW_AT_data_member_location, &bytes);
    field.bit = bytes * 8;
    if (number_of(die, DW_AT_bit_offset, &from_top)) {
        if (!number_of(die, DW_AT_byte_size, &unit)) {
            Dwarf_Die type;

            unit = inner_die(die, &type) ? size_of(&type) : 4;
        }
        field.bit += unit * 8 - from_top - field.bits;
    }
    return field;
}

/*
 * Bit-fields that lie side by side are one location in memory (C11,
 * 3.14): an access of one is an access of all.  So they become one
 * member, called "first|second".
 */
struct bit_run {
    char name[64];
    uint64_t first, end; /* bits; equal: no run */
};

static void end_run(struct builder *builder, struct bit_run *run,
                    struct list *members)
{
    struct symbol_member member;
    uint64_t bytes = (run->end + 7) / 8 - run->first / 8;

    if (run->first == run->end)
        return;
    member.name_text = types_text(builder, run->name);
    member.offset = (uint32_t)(run->first / 8);
    member.type = add_type(builder, TYPE_OTHER, bytes, NULL);
    list_add(members, &member, 1, sizeof member);
    run->first = run->end = 0;
}

static void add_to_run(struct builder *builder, struct bit_run *run,
                       const struct field *field, struct list *members)
{
    size_t length;

    if (run->first == run->end || field->bit / 8 > run->end / 8) {
        end_run(builder, run, members);
        run->first = field->bit;
        run->name[0] = '\0';
    }
    length = strlen(run->name);
    snprintf(run->name + length, sizeof run->name - length, "%s%s",
             length > 0 ? "|" : "", field->name);
    run->end = field->bit + field->bits;
}

static void add_members(struct builder *builder, Dwarf_Die *die,
                        struct list *members)
{
    struct bit_run run = {.first = 0};
    Dwarf_Die child;

    if (dwarf_child(die, &child) != 0)
        return;
    do {
        struct field field = field_of(&child);
        struct symbol_member member;

        if (dwarf_tag(&child) != DW_TAG_member)
            continue;
        if (field.bits > 0 && field.name != NULL) {
            add_to_run(builder, &run, &field, members);
            continue;
        }
        end_run(builder, &run, members);
        member.offset = (uint32_t)(field.bit / 8);
        member.type = types_inner(builder, &child);
        member.name_text = types_text(builder, field.name);
        list_add(members, &member, 1, sizeof member);
    } while (dwarf_siblingof(&child, &child) == 0);
    end_run(builder, &run, members);
}

/* A struct may point to its own kind: known before its members are. */
static uint32_t add_struct(struct builder *builder, Dwarf_Die *die)
{
    uint32_t type = add_type(builder, TYPE_STRUCT, size_of(die),
                             dwarf_diename(die));
    struct list members = {0};
    uint32_t first;

    remember(builder, dwarf_dieoffset(die), type);
    if (dwarf_hasattr(die, DW_AT_declaration))
        *LIST_ITEM(builder->complete, bool, type) = false;
    add_members(builder, die, &members);
    first = list_add(&builder->members, members.items, members.count,
                     sizeof(struct symbol_member));
    type_of(builder, type)->members = first;
    type_of(builder, type)->count = (uint32_t)members.count;
    list_free(&members);
    return type;
}

static uint32_t add_pointer(struct builder *builder, Dwarf_Die *die)
{
    uint32_t type = add_type(builder, TYPE_POINTER, POINTER_SIZE, NULL);
    uint32_t inner;

    remember(builder, dwarf_dieoffset(die), type);
    inner = types_inner(builder, die);
    type_of(builder, type)->inner = inner;
    return type;
}

static uint32_t make_type(struct builder *builder, Dwarf_Die *die)
{
    const char *name = dwarf_diename(die);

    if (is_opaque(name))
        return add_type(builder, TYPE_OPAQUE, size_of(die), name);
    switch (dwarf_tag(die)) {
    case DW_TAG_typedef:
    case DW_TAG_const_type:
    case DW_TAG_volatile_type:
    case DW_TAG_restrict_type:
    case DW_TAG_atomic_type:
        return types_inner(builder, die);
    case DW_TAG_pointer_type:
        return add_pointer(builder, die);
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
        return add_struct(builder, die);
    case DW_TAG_array_type:
        return add_array(builder, die);
    case DW_TAG_subroutine_type:
        return add_type(builder, TYPE_OTHER, 0, NULL);
    default:
        return add_type(builder, TYPE_OTHER, size_of(die), name);
    }
}

static uint32_t type_at(struct builder *builder, Dwarf_Die *die)
{
    Dwarf_Off where = dwarf_dieoffset(die);
    const struct known *known = find_known(builder, where);
    uint32_t type;

    if (known != NULL)
        return known->type;
    type = make_type(builder, die);
    if (find_known(builder, where) == NULL)
        remember(builder, where, type);
    return type;
}

/* The kit's whole struct of this name. */
static uint32_t find_complete(struct builder *builder, const char *name)
{
    for (uint32_t i = 0; i < builder->kit_types; i++) {
        const struct symbol_type *type = type_of(builder, i);

        if (type->sort == TYPE_STRUCT &&
            *LIST_ITEM(builder->complete, bool, i) &&
            strcmp(builder->text.items + type->name_text, name) == 0)
            return i;
    }
    return 0;
}

void types_complete(struct builder *builder)
{
    for (uint32_t i = 0; i < builder->types.count; i++) {
        struct symbol_type *type = type_of(builder, i);
        uint32_t whole;

        if (*LIST_ITEM(builder->complete, bool, i) || type->name_text == 0)
            continue;
        whole = find_complete(builder,
                              builder->text.items + type->name_text);
        if (whole != 0)
            *type = *type_of(builder, whole);
    }
}

void types_start(struct builder *builder)
{
    *builder = (struct builder){0};
    list_add(&builder->text, "", 1, 1);
    add_type(builder, TYPE_OTHER, 0, NULL);
}

void types_end(struct builder *builder)
{
    struct list *lists[] = {&builder->types,     &builder->members,
                            &builder->globals,   &builder->locals,
                            &builder->functions, &builder->text,
                            &builder->complete};

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        list_free(lists[i]);
    tdestroy(builder->known, free);
}
