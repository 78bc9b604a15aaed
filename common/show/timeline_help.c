/*
 * timeline_help.c - what the keys do and the signs mean, over the lanes.
 */
#include "show/paint.h"

static const char *const keys[][2] = {
    {"right left", "the next event, the one before (also l h, n below)"},
    {"space < >", "play and pause; slower, faster"},
    {". ,", "the chosen actor's next event, the one before"},
    {"] [", "along a hand-off: whom it lets go on, who let it"},
    {"v V", "the next conflict, misuse or verdict; the one before"},
    {"home end", "the first event, the last (also g G)"},
    {"up down", "choose a lane   p pins it on top, x hides it, X shows all"},
    {"a d", "move left, right (also with shift and arrows; page up, down)"},
    {"w s + -", "nearer, farther   f all of it"},
    {"t", "the axis: in order (a column an event), or in time"},
    {"/ n N", "find by actor, object or kind (\"buyer 2 lock\"); next, last"},
    {"m", "mark this event, then see how far others are from it"},
    {"c o i", "the source, the objects, functions and what is inside"},
    {"b r", "big, for the back of the room; predict: Enter reveals"},
    {"C A", "colors; characters of ASCII only"},
    {"e E", "write what is seen to a file, as SVG, as text"},
    {"mouse", "click chooses, wheel moves (with control: zooms), drag"},
    {"q", "end   control-Z sets it aside, control-L paints it anew"}};

static const char signs[] =
    "─ runs  ━ holds a lock  ┄ waits  ┅ waits and holds  z sleeps  "
    "╌ could go on  ░▒▓ several events";
static const char signs_ascii[] =
    "- runs  = holds a lock  . waits  : waits and holds  z sleeps  "
    "_ could go on  +*# several events";

void paint_help(struct paint *paint)
{
    int count = (int)(sizeof keys / sizeof keys[0]);
    int rows = count + 2, width = paint->view->columns;
    int top = paint->view->rows > rows + 3 ? 1 : 0;

    for (int i = 0; i < rows && top + i < paint->layout->keys; i++) {
        grid_fill(paint->grid, top + i, 0, width, STYLE_PLAIN, " ");
        if (i < count) {
            grid_put(paint->grid, top + i, 1, 11, STYLE_KEY, keys[i][0]);
            grid_put(paint->grid, top + i, 13, width - 13, STYLE_PLAIN,
                     keys[i][1]);
        }
    }
    grid_put(paint->grid, top + count + 1, 1, width - 1, STYLE_DIM,
             paint->view->ascii ? signs_ascii : signs);
}
