/*
 * screen.h - the terminal: the only part that knows curses.
 *
 * Paints a grid of cells, gives keys, and puts the terminal back as it
 * was however the program ends: screen_close, a signal that ends it, a
 * crash, die().  Control-Z and fg work as anywhere.
 *
 * Used by watch.c.  Uses ncursesw, cells.h, palette.h and trace/fail.h.
 */
#ifndef SHOW_SCREEN_H
#define SHOW_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#include "show/cells.h"
#include "show/palette.h"
#include "show/view.h"

enum input_sort {
    INPUT_NONE,  /* nothing came in time */
    INPUT_KEY,
    INPUT_MOUSE,
    INPUT_SIZE,  /* the terminal has another size */
    INPUT_REDRAW, /* the terminal may be out of order: control-L */
    INPUT_END    /* a signal asks for the end: screen_signal */
};

struct input {
    enum input_sort sort;
    int key; /* as view_key takes it */
    int row, column;
    enum view_button button;
    bool control;
};

/*
 * screen_suits - is there a terminal on which the timeline can be shown?
 *
 * If not, writes a sentence about why not.
 */
bool screen_suits(char *why, size_t size);

/*
 * screen_open - take over the terminal.
 *
 * Requires screen_suits.  Without `color` none is used.
 */
void screen_open(bool color);

/* screen_close - give the terminal back.  May be called twice. */
void screen_close(void);

/* Can the terminal show more than ASCII? */
bool screen_is_unicode(void);

/* Rows and columns of the terminal, as they are now. */
void screen_size(int *rows, int *columns);

/* screen_paint - show a grid; `anew`: also what seems to be there. */
void screen_paint(const struct grid *grid, enum palette palette,
                  bool anew);

/* screen_input - what the user does; waits at most so many milliseconds,
 * for ever if that is negative. */
struct input screen_input(int milliseconds);

/* The signal that INPUT_END is about. */
int screen_signal(void);

#endif
