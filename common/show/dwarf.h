/*
 * dwarf.h - the program's variables, from its debug information.
 *
 * Fills the table of trace/symbols.h before the program starts, so that
 * intercept/name.c can find names inside it without a library.  Used by
 * run/.  Uses elfutils' libdw and trace/.
 */
#ifndef SHOW_DWARF_H
#define SHOW_DWARF_H

#include <stdbool.h>

#include "trace/trace.h"

/*
 * dwarf_symbols - write the table into the trace's room for it.
 *
 * Requires a binary linked at a fixed address (-no-pie).  Variables of
 * a thread's own storage, and those that the compiler does not keep at
 * one place, are left out.
 * Returns false, and leaves an empty table, if there is no debug
 * information or not enough room; objects then go by other names.
 */
bool dwarf_symbols(struct trace *trace);

#endif
