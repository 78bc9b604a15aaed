/*
 * row.h - one line of a terminal, filled from left to right.
 *
 * Counts columns as a terminal does: a Chinese character has two.  What
 * would move the cursor or change the terminal (control characters,
 * escape sequences, marks without a width) is written out ("\e", "\n",
 * "\u202e"), so that no text of the program can do harm.
 *
 * Used by columns.c and cells.c.  Uses trace/fail.h.
 */
#ifndef SHOW_ROW_H
#define SHOW_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* One character of a text, as it may be shown. */
struct row_piece {
    char bytes[16];
    int length;
    int width;    /* columns */
    size_t taken; /* bytes of the text */
};

/* row_piece - the first character of `length` > 0 bytes.  One that must
 * be written out is several columns of ASCII. */
struct row_piece row_piece(const char *text, size_t length, bool ascii);

struct row {
    char *bytes;
    size_t length, room;
    int column; /* how many are filled */
    int width;  /* how many there are */
    bool ascii; /* write out everything else */
    bool color; /* heed row_color */
    bool colored;
};

/* row_start - empty the row; a row that is all zeros but for width,
 * ascii and color may be started. */
void row_start(struct row *row);

/*
 * row_text - append text, at most `limit` columns of it and never more
 * than the row has.
 *
 * Text that does not fit ends in an ellipsis.  Returns the columns used.
 */
int row_text(struct row *row, const char *text, size_t length, int limit);

/* row_add - the same for a string. */
int row_add(struct row *row, const char *text, int limit);

/* row_fill - blanks up to `column`, if the row is not there yet. */
void row_fill(struct row *row, int column);

/* row_color - from here on so: the digits of an SGR sequence, "" for
 * plain.  Nothing happens unless row->color. */
void row_color(struct row *row, const char *digits);

/* row_print - write the row and a newline, without blanks at its end. */
void row_print(struct row *row, FILE *out);

void row_free(struct row *row);

/* How many columns row_text needs for the whole text. */
int row_measure(const char *text, size_t length, bool ascii);

/*
 * row_wrap - print a paragraph in lines of at most row->width.
 *
 * The first line starts with `lead`, in that color (see row_color);
 * the others are indented alike.
 */
void row_wrap(struct row *row, FILE *out, const char *color,
              const char *lead, const char *text);

#endif
