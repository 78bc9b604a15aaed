/*
 * dwarf.c - see dwarf.h.
 *
 * Each unit's variables and functions are walked once, and collected in
 * lists that grow; these are laid out flat at the end.
 */
#include "show/dwarf.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "show/types.h"

/* On x86-64 clang measures from the frame pointer, which lies there: */
#define FRAME_POINTER_FROM_CFA (-16)

/* Where a variable lies, as far as one number can say it. */
enum location { NOWHERE, AT_ADDRESS, IN_FRAME };

static enum location locate(Dwarf_Die *die, int64_t *where)
{
    Dwarf_Attribute attribute, address_of;
    Dwarf_Op *steps;
    Dwarf_Addr address;
    size_t count;

    if (dwarf_attr_integrate(die, DW_AT_location, &attribute) == NULL ||
        dwarf_getlocation(&attribute, &steps, &count) != 0)
        return NOWHERE;
    *where = count > 0 ? (int64_t)steps[0].number : 0;
    if (count == 1 && steps[0].atom == DW_OP_addr)
        return AT_ADDRESS;
    if (count == 1 && steps[0].atom == DW_OP_addrx &&
        dwarf_getlocation_attr(&attribute, steps, &address_of) == 0 &&
        dwarf_formaddr(&address_of, &address) == 0) {
        *where = (int64_t)address;
        return AT_ADDRESS;
    }
    if (count == 1 && steps[0].atom == DW_OP_fbreg)
        return IN_FRAME;
    return NOWHERE;
}

/* Where a function measures its variables from, seen from the CFA. */
static bool frame_base(Dwarf_Die *function, int64_t *from_cfa)
{
    Dwarf_Attribute attribute;
    Dwarf_Op *steps;
    size_t count;

    if (dwarf_attr(function, DW_AT_frame_base, &attribute) == NULL ||
        dwarf_getlocation(&attribute, &steps, &count) != 0 || count != 1)
        return false;
    *from_cfa = FRAME_POINTER_FROM_CFA;
    if (steps[0].atom == DW_OP_call_frame_cfa)
        *from_cfa = 0;
    else if (steps[0].atom != DW_OP_reg6)
        return false;
    return true;
}

/* Adds a variable, a static one to the globals; `base` NULL: the
 * function's frame is not understood. */
static void add_variable(struct builder *builder, Dwarf_Die *die,
                         const int64_t *base, struct list *locals)
{
    struct symbol_variable variable;
    enum location location = locate(die, &variable.address);
    Dwarf_Attribute attribute;
    const char *name = dwarf_formstring(
        dwarf_attr_integrate(die, DW_AT_name, &attribute));

    if (location == NOWHERE || name == NULL ||
        (location != AT_ADDRESS && base == NULL))
        return;
    variable.type = types_inner(builder, die);
    variable.name_text = types_text(builder, name);
    if (location == AT_ADDRESS) {
        list_add(&builder->globals, &variable, 1, sizeof variable);
        return;
    }
    variable.address += *base;
    list_add(locals, &variable, 1, sizeof variable);
}

static void add_scope(struct builder *builder, Dwarf_Die *scope,
                      const int64_t *base, struct list *locals)
{
    Dwarf_Die first, child;

    if (dwarf_child(scope, &first) != 0)
        return;
    child = first;
    do {
        int tag = dwarf_tag(&child);

        if (tag == DW_TAG_variable || tag == DW_TAG_formal_parameter)
            add_variable(builder, &child, base, locals);
    } while (dwarf_siblingof(&child, &child) == 0);
    child = first;
    do {
        if (dwarf_tag(&child) == DW_TAG_lexical_block)
            add_scope(builder, &child, base, locals);
    } while (dwarf_siblingof(&child, &child) == 0);
}

static void add_function(struct builder *builder, Dwarf_Die *die)
{
    struct symbol_function function = {.in_kit = builder->unit->in_kit};
    struct list locals = {0};
    int64_t base;

    if (dwarf_lowpc(die, &function.low_pc) != 0 ||
        dwarf_highpc(die, &function.high_pc) != 0)
        return;
    function.name_text = types_text(builder, dwarf_diename(die));
    add_scope(builder, die, frame_base(die, &base) ? &base : NULL,
              &locals);
    function.variables =
        list_add(&builder->locals, locals.items, locals.count,
                 sizeof(struct symbol_variable));
    function.variable_count = (uint32_t)locals.count;
    list_free(&locals);
    list_add(&builder->functions, &function, 1, sizeof function);
}

static void add_unit(struct builder *builder, struct unit *unit)
{
    Dwarf_Die child;

    builder->unit = unit;
    if (dwarf_child(&unit->die, &child) != 0)
        return;
    do {
        if (dwarf_tag(&child) == DW_TAG_variable)
            add_variable(builder, &child, NULL, NULL);
        else if (dwarf_tag(&child) == DW_TAG_subprogram)
            add_function(builder, &child);
    } while (dwarf_siblingof(&child, &child) == 0);
}

static int compare_addresses(const void *left, const void *right)
{
    const struct symbol_variable *a = left, *b = right;

    return (a->address > b->address) - (a->address < b->address);
}

static int compare_functions(const void *left, const void *right)
{
    const struct symbol_function *a = left, *b = right;

    return (a->low_pc > b->low_pc) - (a->low_pc < b->low_pc);
}

static void sort(struct list *list, size_t size,
                 int (*compare)(const void *, const void *))
{
    if (list->count > 0)
        qsort(list->items, list->count, size, compare);
}

/* Writes one list at `*at` if it fits; moves *at behind it in any case.
 * Every table starts at a multiple of 8. */
static void lay_out(char *room, size_t size, uint64_t *at,
                    const struct list *list, size_t item,
                    uint32_t *count, uint32_t *offset)
{
    uint64_t start = (*at + 7) & ~UINT64_C(7);

    *at = start + list->count * item;
    if (*at > size || list->count == 0)
        return;
    *count = (uint32_t)list->count;
    *offset = (uint32_t)start;
    memcpy(room + start, list->items, list->count * item);
}

static bool write_table(const struct builder *builder, void *room,
                        size_t size)
{
    struct symbols table = {0};
    uint64_t at = sizeof table;

    lay_out(room, size, &at, &builder->types, sizeof(struct symbol_type),
            &table.type_count, &table.types);
    lay_out(room, size, &at, &builder->members,
            sizeof(struct symbol_member), &table.member_count,
            &table.members);
    lay_out(room, size, &at, &builder->globals,
            sizeof(struct symbol_variable), &table.global_count,
            &table.globals);
    lay_out(room, size, &at, &builder->locals,
            sizeof(struct symbol_variable), &table.local_count,
            &table.locals);
    lay_out(room, size, &at, &builder->functions,
            sizeof(struct symbol_function), &table.function_count,
            &table.functions);
    lay_out(room, size, &at, &builder->text, 1, &table.text_size,
            &table.text);
    if (at > size)
        table = (struct symbols){0};
    table.size = at > size ? sizeof table : at;
    memcpy(room, &table, sizeof table);
    return at <= size;
}

/* The kit's units first: theirs are the whole types of types_complete. */
static void add_units(struct builder *builder, struct units *units)
{
    for (size_t i = 0; i < units->count; i++)
        if (units->items[i].in_kit)
            add_unit(builder, &units->items[i]);
    builder->kit_types = (uint32_t)builder->types.count;
    for (size_t i = 0; i < units->count; i++)
        if (!units->items[i].in_kit)
            add_unit(builder, &units->items[i]);
}

bool dwarf_symbols(struct trace *trace)
{
    struct builder builder;
    struct units units;
    size_t size;
    void *room = trace_symbols(trace, &size);
    bool fits;

    if (room == NULL || size < sizeof(struct symbols) ||
        !units_open(&units))
        return false;
    types_start(&builder);
    add_units(&builder, &units);
    types_complete(&builder);
    sort(&builder.globals, sizeof(struct symbol_variable),
         compare_addresses);
    sort(&builder.functions, sizeof(struct symbol_function),
         compare_functions);
    fits = write_table(&builder, room, size);
    types_end(&builder);
    units_close(&units);
    return fits && ((struct symbols *)room)->function_count > 0;
}
