/*
 * palette.h - what the styles of cells.h look like.
 *
 * Used by screen.c, the picture export and the settings.  Uses cells.h.
 */
#ifndef SHOW_PALETTE_H
#define SHOW_PALETTE_H

#include <stdbool.h>
#include <stdint.h>

#include "show/cells.h"

enum palette {
    PALETTE_DARK,
    PALETTE_LIGHT,
    PALETTE_CONTRAST,
    PALETTE_SAFE, /* for those who do not tell red from green */
    PALETTE_COUNT
};

struct look {
    uint32_t ink;   /* 0xrrggbb */
    uint32_t paper;
    bool bold, underlined, reversed; /* reversed: without colors only */
    uint8_t eight; /* the nearest of the eight usual colors */
};

/* How a cell of that style and those marks looks. */
struct look palette_look(enum palette palette, enum style style,
                         unsigned marks);

/* "dark"; the palette of a name, PALETTE_COUNT if there is none. */
const char *palette_name(enum palette palette);
enum palette palette_named(const char *name);

/* How well two colors are told apart, from 1 to 21, as WCAG 2 has it. */
double palette_contrast(uint32_t one, uint32_t other);

#endif
