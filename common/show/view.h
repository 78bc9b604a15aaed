/*
 * view.h - what part of a model is shown, and how: the timeline's state.
 *
 * All that a key or the mouse can change.  Nothing here knows a
 * terminal, so a test can press keys and look at the frame that follows.
 *
 * The lanes lie on an axis of columns: in *order*, where each event has
 * a column (or several, or several events share one), or in *time*.
 *
 * Used by the timeline and screen.c.  Uses model.h and palette.h.
 */
#ifndef SHOW_VIEW_H
#define SHOW_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "show/model.h"
#include "show/palette.h"

#define VIEW_LEAST_ROWS 15
#define VIEW_LEAST_COLUMNS 60
#define VIEW_MOST_COLUMNS 1000
#define VIEW_MOST_ROWS 400
#define VIEW_TYPED 64

enum axis { AXIS_ORDER, AXIS_TIME };

/* An axis in *units*: nanoseconds, or sixteenths of an event. */
#define VIEW_UNITS 16

/* Columns after the last event, for those who wait for ever. */
#define VIEW_TAIL 10

enum { LANE_PINNED = 1 << 0, LANE_HIDDEN = 1 << 1 };

enum row_sort { ROW_LANE, ROW_FUNCTION, ROW_OBJECT, ROW_SPACE };

struct view_row {
    enum row_sort sort;
    uint32_t number; /* the actor, or the object's index */
};

/* Where everything stands; view_layout makes it. */
struct view_layout {
    int label;        /* columns of the names at the left */
    int left, width;  /* of the lanes */
    int top, count;   /* of the rows of lanes and objects */
    struct view_row rows[VIEW_MOST_ROWS];
    uint32_t lanes, lanes_shown;
    int lane_height;
    int source, source_rows; /* its title's row; rows below it, or 0 */
    int detail;       /* two rows */
    int keys;         /* the last row */
};

struct view {
    int rows, columns;
    bool ascii;
    enum axis axis;
    uint64_t cell[2]; /* by axis: units a column */
    uint64_t left[2]; /* by axis: the first column, counted from the
                         beginning */
    uint32_t cursor;  /* position of the chosen event */
    uint16_t actor;   /* the chosen lane */
    uint32_t top;     /* the first lane shown */
    uint8_t lanes[TRACE_ACTORS_MAX]; /* LANE_... by actor */

    bool source, objects, functions, big, predict, help;
    enum palette palette;

    bool playing;
    int speed;     /* 2 to the power of this, events a second */
    double owed;   /* events to go on by, less than one */

    bool marked;
    uint32_t mark; /* position */

    bool typing;   /* what to find, into `typed` */
    char typed[VIEW_TYPED], found[VIEW_TYPED];
    int search;    /* still looking: 1 forward, -1 back */
    uint32_t search_at;
    char message[160]; /* until the next key */
    bool dragging;
    int drag_column;
    struct view_layout layout; /* of the last frame */
};

/* Keys are characters, or one of these. */
enum view_key {
    VIEW_LEFT = 0x110000,
    VIEW_RIGHT,
    VIEW_UP,
    VIEW_DOWN,
    VIEW_PAGE_LEFT, /* with shift, or page up */
    VIEW_PAGE_RIGHT,
    VIEW_HOME,
    VIEW_END,
    VIEW_BACKSPACE,
    VIEW_ENTER,
    VIEW_ESCAPE
};

/* What the screen is to do after a key. */
enum view_wish {
    VIEW_DRAW,
    VIEW_QUIT,
    VIEW_REBUILD,    /* make another model: `functions` has changed */
    VIEW_EXPORT_SVG, /* of what is seen */
    VIEW_EXPORT_TEXT
};

enum view_button { BUTTON_PRESS, BUTTON_DRAG, BUTTON_RELEASE,
                   BUTTON_WHEEL_UP, BUTTON_WHEEL_DOWN };

/* view_start - at the beginning of the model, all of it in sight if
 * there is room for that with a column an event. */
void view_start(struct view *view, const struct model *model);

/* view_size - the terminal has another size. */
void view_size(struct view *view, const struct model *model, int rows,
               int columns);

/* view_move - another model of the same trace is shown from now on. */
void view_move(struct view *view, const struct model *from,
               const struct model *to);

/* view_key - a key was pressed. */
enum view_wish view_key(struct view *view, const struct model *model,
                        int key);

/* view_mouse - a button, at that row and column; `zoom`: with control. */
void view_mouse(struct view *view, const struct model *model, int row,
                int column, enum view_button button, bool zoom);

/* view_tick - that many seconds have passed.  Returns whether something
 * is to be drawn anew.  To be called soon again while view->search is
 * not 0. */
bool view_tick(struct view *view, const struct model *model,
               double seconds);

/* view_layout - share the rows and columns out. */
void view_layout(struct view *view, const struct model *model);

/* ---- the axis ---- */

/* The first position in a column of the axis, or after it;
 * model->count if there is none. */
uint32_t view_first(const struct view *view, const struct model *model,
                    uint64_t column);

/* The axis's column of a position. */
uint64_t view_column(const struct view *view, const struct model *model,
                     uint32_t position);

/* view_go - choose an event, and have it in sight. */
void view_go(struct view *view, const struct model *model,
             uint32_t position);

/* view_fit - have all of it in sight. */
void view_fit(struct view *view, const struct model *model);

/* view_zoom - by a factor of two, nearer if `in`, around the chosen
 * event. */
void view_zoom(struct view *view, const struct model *model, bool in);

/* view_pan - by so many columns. */
void view_pan(struct view *view, const struct model *model,
              int64_t columns);

#endif
