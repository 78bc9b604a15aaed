/*
 * palette.c - see palette.h.
 *
 * The safe palette's colors are those of Okabe and Ito ("Color Universal
 * Design", 2008), lightened where a dark paper asks for it.  Contrast is
 * that of WCAG 2.1, section 1.4.3.
 */
#include "show/palette.h"

#include <math.h>
#include <string.h>

struct colors {
    const char *name;
    uint32_t paper, paper_cursor, paper_chosen, paper_here;
    uint32_t ink_here;
    uint32_t inks[STYLE_COUNT];
};

static const struct colors palettes[PALETTE_COUNT] = {
    [PALETTE_DARK] =
        {"dark", 0x14171c, 0x343c4a, 0x1e232b, 0xf2d479, 0x14171c,
         {[STYLE_PLAIN] = 0xd7dce4, [STYLE_DIM] = 0xa3adbc,
          [STYLE_TITLE] = 0xffffff, [STYLE_NAME] = 0xe8ecf2,
          [STYLE_GOOD] = 0x84d992, [STYLE_BAD] = 0xff8f87,
          [STYLE_KEY] = 0xf2d479, [STYLE_RUNS] = 0x7fd08d,
          [STYLE_HOLDS] = 0x7cc4ff, [STYLE_WAITS] = 0xffb066,
          [STYLE_WAITS_HOLDING] = 0xff93a8, [STYLE_SLEEPS] = 0xa5afca,
          [STYLE_READY] = 0xc9d17a, [STYLE_LINK] = 0xd3a5f5,
          [STYLE_EVENT] = 0xe8ecf2, [STYLE_LIFE] = 0xffffff,
          [STYLE_SYNC] = 0x9fd6ff, [STYLE_DATA] = 0x8be0d4,
          [STYLE_SAY] = 0xf2d479, [STYLE_MEMORY] = 0xe6b8ff,
          [STYLE_ALARM] = 0xff9a92, [STYLE_FOUND] = 0xffe066,
          [STYLE_VALUE] = 0xb9d8c2, [STYLE_LIT] = 0xffffff}},
    [PALETTE_LIGHT] =
        {"light", 0xffffff, 0xd6e0ee, 0xf0f3f7, 0x1f4e8c, 0xffffff,
         {[STYLE_PLAIN] = 0x20262e, [STYLE_DIM] = 0x56606d,
          [STYLE_TITLE] = 0x000000, [STYLE_NAME] = 0x11161c,
          [STYLE_GOOD] = 0x0b5f22, [STYLE_BAD] = 0xa3120c,
          [STYLE_KEY] = 0x7a4100, [STYLE_RUNS] = 0x0d5c24,
          [STYLE_HOLDS] = 0x0a4a94, [STYLE_WAITS] = 0x8a3d00,
          [STYLE_WAITS_HOLDING] = 0x9c1040, [STYLE_SLEEPS] = 0x4d557a,
          [STYLE_READY] = 0x525a00, [STYLE_LINK] = 0x6a1b9a,
          [STYLE_EVENT] = 0x11161c, [STYLE_LIFE] = 0x000000,
          [STYLE_SYNC] = 0x0a4a94, [STYLE_DATA] = 0x00565a,
          [STYLE_SAY] = 0x6d4700, [STYLE_MEMORY] = 0x6a1b9a,
          [STYLE_ALARM] = 0xa3120c, [STYLE_FOUND] = 0x7a4100,
          [STYLE_VALUE] = 0x2b5238, [STYLE_LIT] = 0x000000}},
    [PALETTE_CONTRAST] =
        {"contrast", 0x000000, 0x2a2a2a, 0x161616, 0xffff00, 0x000000,
         {[STYLE_PLAIN] = 0xffffff, [STYLE_DIM] = 0xd0d0d0,
          [STYLE_TITLE] = 0xffffff, [STYLE_NAME] = 0xffffff,
          [STYLE_GOOD] = 0x66ff66, [STYLE_BAD] = 0xff9999,
          [STYLE_KEY] = 0xffff00, [STYLE_RUNS] = 0x66ff66,
          [STYLE_HOLDS] = 0x66d9ff, [STYLE_WAITS] = 0xffc04d,
          [STYLE_WAITS_HOLDING] = 0xffa3c4, [STYLE_SLEEPS] = 0xd0d0d0,
          [STYLE_READY] = 0xe6e68a, [STYLE_LINK] = 0xe6b3ff,
          [STYLE_EVENT] = 0xffffff, [STYLE_LIFE] = 0xffffff,
          [STYLE_SYNC] = 0x99e6ff, [STYLE_DATA] = 0x80ffee,
          [STYLE_SAY] = 0xffff66, [STYLE_MEMORY] = 0xf0ccff,
          [STYLE_ALARM] = 0xff9999, [STYLE_FOUND] = 0xffff00,
          [STYLE_VALUE] = 0xffffff, [STYLE_LIT] = 0xffffff}},
    [PALETTE_SAFE] =
        {"safe", 0x10151c, 0x333d4c, 0x1b222c, 0xf0e442, 0x10151c,
         {[STYLE_PLAIN] = 0xd7dce4, [STYLE_DIM] = 0xa6b0c0,
          [STYLE_TITLE] = 0xffffff, [STYLE_NAME] = 0xe8ecf2,
          [STYLE_GOOD] = 0x7cc9f5, [STYLE_BAD] = 0xff9a4d,
          [STYLE_KEY] = 0xf0e442, [STYLE_RUNS] = 0xd7dce4,
          [STYLE_HOLDS] = 0x6fc3f2, [STYLE_WAITS] = 0xf0b44a,
          [STYLE_WAITS_HOLDING] = 0xe9a3cb, [STYLE_SLEEPS] = 0xa6b0c0,
          [STYLE_READY] = 0xf0e442, [STYLE_LINK] = 0xe9a3cb,
          [STYLE_EVENT] = 0xffffff, [STYLE_LIFE] = 0xffffff,
          [STYLE_SYNC] = 0x8fd3fa, [STYLE_DATA] = 0x5fd6b3,
          [STYLE_SAY] = 0xf0e442, [STYLE_MEMORY] = 0xf2c1dd,
          [STYLE_ALARM] = 0xff9a4d, [STYLE_FOUND] = 0xf0e442,
          [STYLE_VALUE] = 0xb9d8e8, [STYLE_LIT] = 0xffffff}},
};

/* Black 0, red 1, green 2, yellow 3, blue 4, magenta 5, cyan 6, white 7;
 * yellow and blue are too faint on one paper or the other. */
static const uint8_t eights[STYLE_COUNT] = {
    [STYLE_PLAIN] = 7, [STYLE_DIM] = 7, [STYLE_TITLE] = 7,
    [STYLE_NAME] = 7, [STYLE_GOOD] = 2, [STYLE_BAD] = 1,
    [STYLE_KEY] = 6, [STYLE_RUNS] = 2, [STYLE_HOLDS] = 6,
    [STYLE_WAITS] = 3, [STYLE_WAITS_HOLDING] = 1, [STYLE_SLEEPS] = 7,
    [STYLE_READY] = 2, [STYLE_LINK] = 5, [STYLE_EVENT] = 7,
    [STYLE_LIFE] = 7, [STYLE_SYNC] = 6, [STYLE_DATA] = 6,
    [STYLE_SAY] = 3, [STYLE_MEMORY] = 5, [STYLE_ALARM] = 1,
    [STYLE_FOUND] = 3, [STYLE_VALUE] = 7, [STYLE_LIT] = 7};

static bool is_bold(enum style style)
{
    return style == STYLE_TITLE || style == STYLE_NAME ||
           style == STYLE_LIFE || style == STYLE_ALARM ||
           style == STYLE_BAD || style == STYLE_FOUND ||
           style == STYLE_KEY || style == STYLE_LIT ||
           style == STYLE_HOLDS;
}

struct look palette_look(enum palette palette, enum style style,
                         unsigned marks)
{
    const struct colors *colors = palettes + palette;
    struct look look = {.ink = colors->inks[style],
                        .paper = colors->paper,
                        .eight = eights[style],
                        .bold = is_bold(style) || marks & CELL_BOLD,
                        .underlined = style == STYLE_FOUND};

    if (palette == PALETTE_LIGHT && look.eight == 7)
        look.eight = 0;
    if (marks & CELL_CHOSEN)
        look.paper = colors->paper_chosen;
    if (marks & CELL_CURSOR || style == STYLE_LIT)
        look.paper = colors->paper_cursor;
    look.reversed = style == STYLE_LIT;
    if (marks & CELL_HERE) {
        look.ink = colors->ink_here;
        look.paper = colors->paper_here;
        look.bold = look.reversed = true;
    }
    return look;
}

const char *palette_name(enum palette palette)
{
    return palettes[palette].name;
}

enum palette palette_named(const char *name)
{
    int i = 0;

    while (i < PALETTE_COUNT && strcmp(palettes[i].name, name) != 0)
        i++;
    return (enum palette)i;
}

static double linear(uint32_t channel)
{
    double value = (channel & 0xff) / 255.0;

    return value <= 0.03928 ? value / 12.92
                            : pow((value + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t color)
{
    return 0.2126 * linear(color >> 16) + 0.7152 * linear(color >> 8) +
           0.0722 * linear(color);
}

double palette_contrast(uint32_t one, uint32_t other)
{
    double a = luminance(one), b = luminance(other);

    return a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
}
