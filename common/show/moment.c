/*
 * moment.c - see moment.h.
 */
#include "show/moment.h"

/* The last stop at or before an event; NULL if there is none. */
static const struct model_stop *stop_before(const struct model *model,
                                            uint32_t event)
{
    size_t low = 0, high = model->stop_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (model->stops[middle].event <= event)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NULL : model->stops + low - 1;
}

/* Stands at `event` or before it, as near as can be had. */
static void go_near(struct moment *moment, uint32_t event)
{
    const struct model *model = moment->model;
    const struct model_stop *stop = stop_before(model, event);
    uint32_t at = stop == NULL ? 0 : stop->event;

    if (moment->replay != NULL && moment->replay->next <= event &&
        moment->replay->next >= at)
        return;
    replay_free(moment->replay);
    moment->replay = stop == NULL ? replay_new(model->trace)
                                  : replay_copy(stop->replay);
}

static const struct replay *play_to(struct moment *moment, uint32_t event)
{
    go_near(moment, event);
    while (replay_next(moment->replay) < event)
        replay_step(moment->replay);
    return moment->replay;
}

const struct replay *moment_before(struct moment *moment,
                                   uint32_t position)
{
    const struct model *model = moment->model;

    return play_to(moment, position < model->count
                               ? model->events[position]
                               : trace_count(model->trace));
}

const struct replay *moment_after(struct moment *moment, uint32_t position)
{
    const struct model *model = moment->model;

    return play_to(moment, position < model->count
                               ? model->events[position] + 1
                               : trace_count(model->trace));
}

void moment_free(struct moment *moment)
{
    replay_free(moment->replay);
    moment->replay = NULL;
}
