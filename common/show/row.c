/*
 * row.c - see row.h.
 */
#define _GNU_SOURCE /* wcwidth */
#include "show/row.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "trace/fail.h"

/* Widths are those of UTF-8, whatever the user's locale is. */
static int width_of(wchar_t character)
{
    static locale_t utf8;
    locale_t before;
    int width;

    if (utf8 == 0)
        utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", 0);
    if (utf8 == 0)
        return 1;
    before = uselocale(utf8);
    width = wcwidth(character);
    uselocale(before);
    return width;
}

/* How many bytes a sequence has by its first; 0 if that is none. */
static size_t sequence_length(unsigned char first)
{
    return first < 0x80                    ? 1
           : first >= 0xc2 && first < 0xe0 ? 2
           : first >= 0xe0 && first < 0xf0 ? 3
           : first >= 0xf0 && first < 0xf5 ? 4
                                           : 0;
}

/* Decodes one character; false if the bytes are no UTF-8. */
static bool decode(const char *text, size_t length, uint32_t *character,
                   size_t *taken)
{
    const unsigned char *bytes = (const unsigned char *)text;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t count = sequence_length(bytes[0]);
    uint32_t value;

    if (count == 0 || count > length)
        return false;
    value = count == 1 ? bytes[0] : bytes[0] & (0xffu >> (count + 1));
    for (size_t i = 1; i < count; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
        value = value << 6 | (bytes[i] & 0x3f);
    }
    if (value < least[count] || value > 0x10ffff ||
        (value >= 0xd800 && value < 0xe000))
        return false;
    *character = value;
    *taken = count;
    return true;
}

static void write_out(struct row_piece *piece, const char *format,
                      uint32_t value)
{
    piece->length = snprintf(piece->bytes, sizeof piece->bytes, format,
                             (unsigned)value);
    piece->width = piece->length;
}

struct row_piece row_piece(const char *text, size_t length, bool ascii)
{
    struct row_piece piece = {.taken = 1};
    uint32_t character;
    int width;

    if (!decode(text, length, &character, &piece.taken)) {
        write_out(&piece, "\\x%02x", (unsigned char)text[0]);
        return piece;
    }
    width = width_of((wchar_t)character);
    if (character == '\n')
        write_out(&piece, "\\n", 0);
    else if (character == '\t')
        write_out(&piece, "\\t", 0);
    else if (character == '\r')
        write_out(&piece, "\\r", 0);
    else if (character == 27)
        write_out(&piece, "\\e", 0);
    else if (character < 32 || (character >= 127 && character < 160))
        write_out(&piece, "\\x%02x", character);
    else if (width <= 0 || (ascii && character > 126))
        write_out(&piece, "\\u%04x", character);
    else {
        memcpy(piece.bytes, text, piece.taken);
        piece.length = (int)piece.taken;
        piece.width = width;
    }
    return piece;
}

int row_measure(const char *text, size_t length, bool ascii)
{
    int width = 0;

    for (size_t at = 0; at < length;) {
        struct row_piece piece = row_piece(text + at, length - at, ascii);

        width += piece.width;
        at += piece.taken;
    }
    return width;
}

static void append(struct row *row, const char *bytes, size_t length)
{
    if (row->length + length > row->room) {
        row->room = (row->length + length) * 2 + 256;
        row->bytes = realloc(row->bytes, row->room);
        if (row->bytes == NULL)
            die("out of memory");
    }
    memcpy(row->bytes + row->length, bytes, length);
    row->length += length;
}

void row_start(struct row *row)
{
    row->length = 0;
    row->column = 0;
    row->colored = false;
}

static void append_ellipsis(struct row *row)
{
    if (row->ascii)
        append(row, "~", 1);
    else
        append(row, "…", strlen("…"));
    row->column++;
}

/* Does the rest of a text fit into `room` columns?  Looks no further. */
static bool fits(const char *text, size_t length, int room, bool ascii)
{
    for (size_t at = 0; at < length;) {
        struct row_piece piece = row_piece(text + at, length - at, ascii);

        room -= piece.width;
        if (room < 0)
            return false;
        at += piece.taken;
    }
    return true;
}

int row_text(struct row *row, const char *text, size_t length, int limit)
{
    int start = row->column;
    bool whole;

    if (limit > row->width - row->column)
        limit = row->width - row->column;
    if (limit <= 0)
        return 0;
    whole = fits(text, length, limit, row->ascii);
    for (size_t at = 0; at < length;) {
        struct row_piece piece =
            row_piece(text + at, length - at, row->ascii);

        if (!whole &&
            row->column + piece.width > start + limit - 1) {
            append_ellipsis(row);
            break;
        }
        append(row, piece.bytes, (size_t)piece.length);
        row->column += piece.width;
        at += piece.taken;
    }
    return row->column - start;
}

int row_add(struct row *row, const char *text, int limit)
{
    return row_text(row, text, strlen(text), limit);
}

void row_fill(struct row *row, int column)
{
    if (column > row->width)
        column = row->width;
    for (; row->column < column; row->column++)
        append(row, " ", 1);
}

void row_color(struct row *row, const char *digits)
{
    if (!row->color || (*digits == '\0' && !row->colored))
        return;
    append(row, "\033[", 2);
    append(row, digits, strlen(digits));
    append(row, "m", 1);
    row->colored = *digits != '\0';
}

void row_print(struct row *row, FILE *out)
{
    row_color(row, "");
    while (row->length > 0 && row->bytes[row->length - 1] == ' ')
        row->length--;
    if (row->length > 0)
        fwrite(row->bytes, 1, row->length, out);
    putc('\n', out);
    row_start(row);
}

void row_free(struct row *row)
{
    free(row->bytes);
    row->bytes = NULL;
    row->room = row->length = 0;
}

/* Where to break so that the line has at most `room` columns. */
static size_t break_at(const char *text, int room, bool ascii)
{
    size_t length = strlen(text), at = 0, blank = 0;

    while (at < length) {
        struct row_piece piece = row_piece(text + at, length - at, ascii);

        room -= piece.width;
        if (room < 0)
            break;
        at += piece.taken;
        if (at == length || text[at] == ' ')
            blank = at;
    }
    if (at == 0)
        return length; /* no room for a single character */
    return blank > 0 ? blank : at;
}

void row_wrap(struct row *row, FILE *out, const char *color,
              const char *lead, const char *text)
{
    int indent = row_measure(lead, strlen(lead), row->ascii);
    size_t length;

    if (indent > row->width / 2)
        indent = row->width / 2;
    row_start(row);
    row_color(row, color);
    row_add(row, lead, row->width);
    row_color(row, "");
    do {
        row_fill(row, indent);
        length = break_at(text, row->width - row->column, row->ascii);
        row_text(row, text, length, row->width);
        row_print(row, out);
        text += length;
        text += strspn(text, " ");
    } while (*text != '\0');
}
