/*
 * argument.h - an argument's own text, as it stands in the source.
 *
 * What a call is made on has a name on its very line, even where memory
 * and debug information know none: `close(ends[0])` is about "ends[0]".
 * Uses nothing of the harness; used by places.c.
 */
#ifndef SHOW_ARGUMENT_H
#define SHOW_ARGUMENT_H

#include <stddef.h>

/*
 * argument_text - the text of one argument of a call to `function`.
 *
 * Looks at `length` bytes of C.  The call must begin in the first line
 * of `text`, may end in a later one, and is the first of its kind there.
 * `index` 0 is the first argument.  A leading &, casts, parentheses
 * around it all, and comments are taken off; blanks become one space.
 * Returns the length written to `out` (with a final 0; cut to `size`),
 * or 0 if there is no such call, or it does not end in `length` bytes.
 */
size_t argument_text(const char *text, size_t length, const char *function,
                     unsigned index, char *out, size_t size);

#endif
