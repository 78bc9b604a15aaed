/*
 * settings.h - how the user last had the timeline.
 *
 * A plain text in $XDG_CONFIG_HOME/interleavings/timeline, or below
 * ~/.config: a line "palette dark" each.  What is not there is as usual.
 *
 * Used by watch.c.  Uses view.h and trace/whole.h.
 */
#ifndef SHOW_SETTINGS_H
#define SHOW_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "show/view.h"

/*
 * settings_load - take over what the file says, if there is one.
 *
 * A damaged file changes nothing: returns false and writes a sentence.
 */
bool settings_load(struct view *view, char *problem, size_t size);

/* settings_save - for the next time.  If it cannot be written, nothing
 * happens. */
void settings_save(const struct view *view);

#endif
