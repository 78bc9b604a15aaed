/*
 * export_picture.h - between the files that draw the SVG; see
 * export_svg.c, which plans the picture.  export_draw.c draws it.
 *
 * All lengths are in the picture's own units, a pixel of a browser.
 */
#ifndef SHOW_EXPORT_PICTURE_H
#define SHOW_EXPORT_PICTURE_H

#include "show/export_parts.h"
#include "show/list.h"

#define PICTURE_FONT 13.0
#define PICTURE_CELL (0.62 * PICTURE_FONT) /* a character of ASCII */
#define PICTURE_ROW 22.0
#define PICTURE_LANE 26.0  /* from lane to lane, without text between */
#define PICTURE_MARK 10.0  /* from the edge of a cell to its lane */
#define PICTURE_LABEL 14.0 /* from a lane to the text beside it */
#define PICTURE_GAP 18.0
#define PICTURE_MARGIN 16.0
#define PICTURE_SLANT 0.7072    /* sine of 45 degrees */
#define PICTURE_NARROWEST 760.0 /* the key at the bottom needs that */

enum picture_state {
    PICTURE_ABSENT,
    PICTURE_RUNS,
    PICTURE_HOLDS,
    PICTURE_WAITS,
    PICTURE_WAITS_HOLDING,
    PICTURE_SLEEPS
};

/* A state of an actor, from one row to another; -1 is above the first. */
struct stretch {
    uint32_t actor;
    enum picture_state state;
    int from, to;
};

struct picture_row {
    uint32_t first, last; /* events */
    uint32_t giver;       /* event, or TRACE_NONE */
    uint16_t actor;
    enum kind kind;
    bool is_setup;
    uint64_t time;
    char *full, *brief;
    char *text; /* what is seen of them */
    char *place, *source;
};

struct picture_actor {
    bool seen;
    int lane;
    char *name; /* cut, if it is long */
    char *whole_name;
    uint32_t stretch; /* its last one's index + 1 */
};

struct picture {
    struct export *export;
    FILE *out;
    struct picture_actor *actors;
    uint32_t actor_count, lane_count;
    struct list rows, stretches;
    uint32_t missing; /* rows that are too many */
    uint32_t next;    /* the event of the first of those */

    double width;
    double top;             /* of the first row */
    double numbers, times;  /* right edges; times 0: none */
    double *lanes, *widths; /* by lane: where it is drawn */
    double sentences;       /* 0: texts stand beside their lanes */
    double end;             /* of what the actors do */
    double places, sources;
};

/* What a text needs at most. */
double picture_width(const char *text);

void picture_draw(struct picture *picture);

#endif
