/*
 * cells.c - see cells.h.
 */
#include "show/cells.h"

#include <stdlib.h>
#include <string.h>

#include "trace/fail.h"

void grid_resize(struct grid *grid, int rows, int columns, bool ascii)
{
    size_t count = (size_t)rows * (size_t)columns;
    struct cell *cells =
        realloc(grid->cells, (count + 1) * sizeof *cells);

    ENSURE(rows >= 0 && columns >= 0);
    if (cells == NULL)
        die("out of memory");
    grid->cells = cells;
    grid->rows = rows;
    grid->columns = columns;
    grid->ascii = ascii;
    for (size_t i = 0; i < count; i++)
        cells[i] = (struct cell){.glyph = " "};
}

void grid_free(struct grid *grid)
{
    free(grid->cells);
    row_free(&grid->row);
    *grid = (struct grid){0};
}

struct cell *grid_cell(struct grid *grid, int row, int column)
{
    if (row < 0 || row >= grid->rows || column < 0 ||
        column >= grid->columns)
        return NULL;
    return grid->cells + (size_t)row * (size_t)grid->columns + column;
}

/* Half of a character of two columns cannot stay. */
static void clear_halves(struct grid *grid, int row, int column)
{
    struct cell *cell = grid_cell(grid, row, column);
    struct cell *right = grid_cell(grid, row, column + 1);
    struct cell *left = grid_cell(grid, row, column - 1);

    if (cell->glyph[0] == '\0' && left != NULL)
        strcpy(left->glyph, " ");
    if (right != NULL && right->glyph[0] == '\0')
        strcpy(right->glyph, " ");
}

static void set(struct grid *grid, int row, int column, enum style style,
                const char *bytes, size_t length)
{
    struct cell *cell = grid_cell(grid, row, column);

    if (cell == NULL)
        return;
    clear_halves(grid, row, column);
    memset(cell->glyph, 0, sizeof cell->glyph);
    memcpy(cell->glyph, bytes,
           length < sizeof cell->glyph ? length : sizeof cell->glyph - 1);
    cell->style = (uint8_t)style;
}

/* Puts a piece's columns: one or two of a character, or several. */
static void set_piece(struct grid *grid, int row, int column,
                      enum style style, const struct row_piece *piece)
{
    if (piece->width == piece->length) {
        for (int i = 0; i < piece->width; i++)
            set(grid, row, column + i, style, piece->bytes + i, 1);
        return;
    }
    set(grid, row, column, style, piece->bytes, (size_t)piece->length);
    if (piece->width == 2)
        set(grid, row, column + 1, style, "", 0);
}

int grid_text(struct grid *grid, int row, int column, int limit,
              enum style style, const char *text, size_t length)
{
    int used = 0;

    if (limit > grid->columns - column)
        limit = grid->columns - column;
    if (limit <= 0 || column < 0 || row < 0 || row >= grid->rows)
        return 0;
    grid->row.width = limit;
    grid->row.ascii = grid->ascii;
    row_start(&grid->row);
    row_text(&grid->row, text, length, limit);
    for (size_t at = 0; at < grid->row.length;) {
        struct row_piece piece = row_piece(
            grid->row.bytes + at, grid->row.length - at, false);

        set_piece(grid, row, column + used, style, &piece);
        used += piece.width;
        at += piece.taken;
    }
    return used;
}

int grid_put(struct grid *grid, int row, int column, int limit,
             enum style style, const char *text)
{
    return grid_text(grid, row, column, limit, style, text, strlen(text));
}

void grid_glyph(struct grid *grid, int row, int column, enum style style,
                const char *glyph)
{
    set(grid, row, column, style, glyph, strlen(glyph));
}

void grid_fill(struct grid *grid, int row, int column, int count,
               enum style style, const char *glyph)
{
    for (int i = 0; i < count; i++)
        grid_glyph(grid, row, column + i, style, glyph);
}

void grid_mark(struct grid *grid, int row, int column, int count,
               unsigned marks)
{
    for (int i = 0; i < count; i++) {
        struct cell *cell = grid_cell(grid, row, column + i);

        if (cell != NULL)
            cell->marks |= (uint8_t)marks;
    }
}

static void print_row(const struct cell *cells, int columns, FILE *out)
{
    while (columns > 0 && strcmp(cells[columns - 1].glyph, " ") == 0)
        columns--;
    for (int i = 0; i < columns; i++)
        fputs(cells[i].glyph, out);
    putc('\n', out);
}

void grid_print(const struct grid *grid, FILE *out)
{
    for (int i = 0; i < grid->rows; i++)
        print_row(grid->cells + (size_t)i * (size_t)grid->columns,
                  grid->columns, out);
}
