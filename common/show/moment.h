/*
 * moment.h - how everything stood at a position of a model.
 *
 * Plays the trace to there: from where it stands, or from the last of
 * the model's stops before it.
 *
 * Used by the timeline.  Uses model.h and judge/replay.h.
 */
#ifndef SHOW_MOMENT_H
#define SHOW_MOMENT_H

#include "show/model.h"

struct moment {
    const struct model *model;
    struct replay *replay; /* NULL at first */
};

/*
 * moment_before, moment_after - the replay as it stood just before, or
 * just after, the event at that position.
 *
 * Good until the next call.  A moment that is all zeros but for `model`
 * may be used; end it with moment_free.
 */
const struct replay *moment_before(struct moment *moment,
                                   uint32_t position);
const struct replay *moment_after(struct moment *moment,
                                  uint32_t position);
void moment_free(struct moment *moment);

#endif
