/*
 * timeline.h - a trace as a picture of lanes: cells from a model and a
 * view.
 *
 *     a lane          where it does nothing        with --ascii
 *     runs            ─                            -
 *     holds a lock    ━                            =
 *     waits           ┄ and for what               .
 *     waits, holding  ┅ and for what               :
 *     may go on       ╌ (it was let, or is new)    _
 *     sleeps          z
 *
 * An event has its kind's glyph; several that share a cell are ░ for 2
 * or 3, ▒ up to 15, ▓ for more (+ * # with --ascii).  Who lets whom go
 * on is a line from lane to lane, as is a birth.
 *
 * Used by screen.c, the exports and the tests.  Uses view.h, moment.h,
 * cells.h, sentence.h.
 */
#ifndef SHOW_TIMELINE_H
#define SHOW_TIMELINE_H

#include "show/cells.h"
#include "show/moment.h"
#include "show/view.h"

/*
 * timeline_draw - paint the view on the grid, of the view's size.
 *
 * Changes only view->layout and where the moment stands: the same model
 * and view are always the same picture.  A model that is not whole says
 * so, with `percent` of it read.
 */
void timeline_draw(struct grid *grid, struct view *view,
                   const struct model *model, struct moment *moment,
                   int percent);

/* The sentence about an event, as in the detail line:
 * "buyer 2 waits for lock, main holds it"; with `future` also what comes
 * of it: "; woken by main at 41". */
void timeline_sentence(const struct model *model, struct moment *moment,
                       uint32_t position, bool ascii, bool future,
                       char *text, size_t size);

#endif
