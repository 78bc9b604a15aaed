/*
 * units.c - see units.h.
 */
#define _GNU_SOURCE /* O_CLOEXEC under -std=c11 */
#include "show/units.h"

#include <dwarf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show/list.h"

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), wanted = strlen(end);

    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

/* Everything that is linked in without being looked at. */
static bool is_harness(const char *name)
{
    return starts_with(name, "common/") ||
           starts_with(name, "tests/check_") ||
           starts_with(name, "tests/bench_") ||
           ends_with(name, ".variants.c");
}

static const char *directory_of(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    const char *directory =
        dwarf_formstring(dwarf_attr(die, DW_AT_comp_dir, &attribute));

    return directory == NULL ? "" : directory;
}

static void find_units(struct units *units)
{
    struct list list = {0};
    Dwarf_CU *at = NULL;
    Dwarf_Half version;
    uint8_t type;
    struct unit unit;

    while (dwarf_get_units(units->dwarf, at, &at, &version, &type,
                           &unit.die, NULL) == 0) {
        const char *name = dwarf_diename(&unit.die);

        if (name == NULL || type != DW_UT_compile || is_harness(name))
            continue;
        unit.in_kit = strstr(name, "chapters/kit/") != NULL;
        unit.directory = directory_of(&unit.die);
        list_add(&list, &unit, 1, sizeof unit);
    }
    units->items = (struct unit *)(void *)list.items;
    units->count = list.count;
}

bool units_open(struct units *units)
{
    *units = (struct units){0};
    units->file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (units->file < 0)
        return false;
    units->dwarf = dwarf_begin(units->file, DWARF_C_READ);
    if (units->dwarf == NULL) {
        close(units->file);
        return false;
    }
    find_units(units);
    return true;
}

void units_close(struct units *units)
{
    free(units->items);
    dwarf_end(units->dwarf);
    close(units->file);
}

/* Where the last part of a path begins. */
static size_t last_part(const char *path, size_t length)
{
    while (length > 0 && path[length - 1] != '/')
        length--;
    return length;
}

/* Appends one part of a path to the `length` bytes in `out`. */
static size_t add_part(char *out, size_t length, size_t size,
                       const char *part, size_t part_length)
{
    size_t last = last_part(out, length);

    if (part_length == 0 || (part_length == 1 && part[0] == '.'))
        return length;
    if (part_length == 2 && memcmp(part, "..", 2) == 0 && length > last &&
        (length - last != 2 || memcmp(out + last, "..", 2) != 0))
        return last > 1 ? last - 1 : last;
    if (length > 0 && out[length - 1] != '/' && length + 1 < size)
        out[length++] = '/';
    for (size_t i = 0; i < part_length && length + 1 < size; i++)
        out[length++] = part[i];
    return length;
}

void units_path(const struct unit *unit, const char *path, char *out,
                size_t size)
{
    size_t skip = strlen(unit->directory), length = 0;

    if (skip > 0 && strncmp(path, unit->directory, skip) == 0 &&
        path[skip] == '/')
        path += skip + 1;
    else if (path[0] == '/')
        out[length++] = '/';
    while (*path != '\0') {
        size_t part = strcspn(path, "/");

        length = add_part(out, length, size, path, part);
        path += part + (path[part] == '/');
    }
    out[length] = '\0';
}
