/*
 * units.h - the debug information of the program under study.
 *
 * One binary holds the program under study, the chapters' kit and the
 * harness; each source file that was compiled is a unit.  Only those of
 * the program and the kit are given here.  Uses elfutils' libdw.  For
 * dwarf.c and places.c.
 */
#ifndef SHOW_UNITS_H
#define SHOW_UNITS_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>

struct unit {
    Dwarf_Die die;
    const char *directory; /* where it was compiled */
    bool in_kit;           /* a file of chapters/kit */
};

struct units {
    int file;
    Dwarf *dwarf;
    struct unit *items;
    size_t count;
};

/*
 * units_open - find the units in the program's own file.
 *
 * Returns false if it has no debug information.  To be undone with
 * units_close, which also ends the life of every Dwarf_... value.
 */
bool units_open(struct units *units);
void units_close(struct units *units);

/*
 * units_path - a source file's path as the student knows it.
 *
 * Takes off the directory in which it was compiled, and every "x/..".
 * Writes at most `size` bytes with the final 0, cut if need be.
 */
void units_path(const struct unit *unit, const char *path, char *out,
                size_t size);

#endif
