/*
 * cells.h - a grid of cells, and how to paint on it.
 *
 * What a terminal or a picture is to show, before anything knows how:
 * each cell has a character and a style, and each style is a meaning
 * (a lane in which somebody waits), not a color.  So one painting serves
 * the screen, a text, a picture.  What would do harm to a terminal is
 * written out, as row.h does it.
 *
 * Used by the timeline.  Uses row.h.
 */
#ifndef SHOW_CELLS_H
#define SHOW_CELLS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "show/row.h"

/* What a cell means; palette.h says how that looks. */
enum style {
    STYLE_PLAIN,
    STYLE_DIM,   /* of less interest */
    STYLE_TITLE, /* the first line */
    STYLE_NAME,  /* of a lane, an object, a section */
    STYLE_GOOD,
    STYLE_BAD,
    STYLE_KEY,   /* a key that can be pressed */
    STYLE_RUNS,  /* lanes: */
    STYLE_HOLDS,
    STYLE_WAITS,
    STYLE_WAITS_HOLDING,
    STYLE_SLEEPS,
    STYLE_READY, /* it could go on */
    STYLE_LINK,  /* who lets whom go on */
    STYLE_EVENT, /* events: */
    STYLE_LIFE,
    STYLE_SYNC,
    STYLE_DATA,
    STYLE_SAY,
    STYLE_MEMORY,
    STYLE_ALARM, /* what shows the verdict, a conflict, a misuse */
    STYLE_FOUND, /* what was searched for */
    STYLE_VALUE, /* of an object */
    STYLE_LIT,   /* the source line of the chosen event */
    STYLE_COUNT
};

/* Besides its style, a cell may be: */
enum {
    CELL_CURSOR = 1 << 0, /* in the column of the chosen event */
    CELL_CHOSEN = 1 << 1, /* in the row of the chosen actor */
    CELL_BOLD = 1 << 2,
    CELL_HERE = 1 << 3, /* the chosen event itself */
    CELL_WORD = 1 << 4  /* a word or an event: no line crosses it */
};

struct cell {
    char glyph[8]; /* UTF-8; "" right of a character of two columns */
    uint8_t style; /* enum style */
    uint8_t marks; /* CELL_... */
};

struct grid {
    int rows, columns;
    bool ascii; /* nothing else is painted */
    struct cell *cells;
    struct row row; /* for cells.c */
};

/* grid_resize - of that size, all blank.  A grid that is all zeros may
 * be resized.  End with grid_free. */
void grid_resize(struct grid *grid, int rows, int columns, bool ascii);
void grid_free(struct grid *grid);

/* The cell there; NULL outside. */
struct cell *grid_cell(struct grid *grid, int row, int column);

/*
 * grid_text - paint a text from there to the right, at most `limit`
 * columns of it; if there is more, it ends in an ellipsis.
 *
 * Returns how many columns it has.
 */
int grid_text(struct grid *grid, int row, int column, int limit,
              enum style style, const char *text, size_t length);
int grid_put(struct grid *grid, int row, int column, int limit,
             enum style style, const char *text);

/* One character of one column.  Nothing happens outside the grid. */
void grid_glyph(struct grid *grid, int row, int column, enum style style,
                const char *glyph);

/* The same character `count` times. */
void grid_fill(struct grid *grid, int row, int column, int count,
               enum style style, const char *glyph);

/* Add CELL_... to `count` cells. */
void grid_mark(struct grid *grid, int row, int column, int count,
               unsigned marks);

/* grid_print - as text, a line a row, without blanks at the ends. */
void grid_print(const struct grid *grid, FILE *out);

#endif
