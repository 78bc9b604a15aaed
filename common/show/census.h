/*
 * census.h - which objects matter, and how they stood.
 *
 * For model.c only.
 */
#ifndef SHOW_CENSUS_H
#define SHOW_CENSUS_H

#include "show/model.h"

struct census;

/* census_new - count what the first `limit` events concern, and choose
 * the model's objects. */
struct census *census_new(struct model *model, uint32_t limit);
void census_free(struct census *census);

/*
 * census_look - after the replay has played an event.
 *
 * `position` is that of the event, or of the one shown before it.
 */
void census_look(struct census *census, const struct replay *replay,
                 uint32_t index, uint32_t position, bool shown);

#endif
