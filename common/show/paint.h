/*
 * paint.h - between the files that paint the timeline only.
 *
 * timeline.c paints the frame around, timeline_lanes.c the lanes
 * and what links them, timeline_objects.c the objects, timeline_source.c
 * the source and who stands where, timeline_help.c the help.
 */
#ifndef SHOW_PAINT_H
#define SHOW_PAINT_H

#include "judge/phrase.h"
#include "show/find.h"
#include "show/sentence.h"
#include "show/timeline.h"

struct paint {
    struct grid *grid;
    const struct model *model;
    struct moment *moment;
    const struct view *view;
    const struct view_layout *layout;
    struct find find;
    bool finds;    /* there is something to find */
    uint32_t end;  /* positions from here on are not to be seen */
    int tail;      /* the column where even endless waits end */
    int percent;
    uint32_t first[VIEW_MOST_COLUMNS + 2]; /* by column: its first
                                              position */
};

/* The column of a position, -1 if it is out of sight. */
int paint_column(const struct paint *paint, uint32_t position);

/* The character for one of two drawings. */
static inline const char *paint_glyph(const struct paint *paint,
                                      const char *drawn,
                                      const char *ascii)
{
    return paint->view->ascii ? ascii : drawn;
}

static inline int paint_least(int one, int other)
{
    return one < other ? one : other;
}

/* The style of an event of that kind. */
enum style paint_style(enum kind kind);

/* What a wait is for: the name of an object or an actor. */
const char *paint_awaited(const struct paint *paint, uint64_t object,
                          enum kind kind, uint32_t index);

void paint_lane(struct paint *paint, int row, uint32_t actor);
void paint_functions(struct paint *paint, int row, uint32_t actor);
void paint_links(struct paint *paint);
void paint_object(struct paint *paint, int row, uint32_t number);
void paint_source(struct paint *paint);
void paint_help(struct paint *paint);

/* Where an actor stands in the program's own files after a position;
 * NULL if that is not known. */
const struct place *paint_stand(const struct paint *paint, uint32_t actor,
                                uint32_t position);

/* "12.345 ms" */
void paint_time(uint64_t nanoseconds, char *text, size_t size);

#endif
