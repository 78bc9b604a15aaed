/*
 * schedule.c - a controlled run is set up before it begins, and asked
 * about when it is over.  See schedule.h; what happens in between is
 * turn.c.
 */
#include <string.h>

#include "schedule/table.h"
#include "trace/fail.h"

#define STEPS_DEFAULT 1000000

struct table *table_of(const struct trace *trace)
{
    return (struct table *)((char *)trace + trace->schedule.offset);
}

void schedule_prepare(struct trace *trace,
                      const struct schedule_options *options)
{
    struct table *new = table_of(trace);
    uint32_t count = options->given_count;

    ENSURE(trace->schedule.count >= sizeof *new);
    ENSURE(count <= SCHEDULE_CHOICES_MAX);
    memset(new->seats, 0, new->seat_count * sizeof *new->seats);
    memset(new, 0, offsetof(struct table, candidates));
    new->options = *options;
    new->options.given = NULL;
    if (count > 0)
        memcpy(new->given, options->given, count * sizeof *new->given);
    if (new->options.steps == 0)
        new->options.steps = STEPS_DEFAULT;
    trace->controlled = options->strategy != STRATEGY_KERNEL;
    trace->virtual_time = 0;
    strategy_begin(new);
}

bool schedule_is_controlled(const struct trace *trace)
{
    return trace->schedule.count >= sizeof(struct table) &&
           table_of(trace)->options.strategy != STRATEGY_KERNEL;
}

enum schedule_stop schedule_stopped(const struct trace *trace)
{
    return (enum schedule_stop)table_of(trace)->stop;
}

struct schedule_options schedule_options(const struct trace *trace)
{
    return table_of(trace)->options;
}

uint32_t schedule_holder(const struct trace *trace)
{
    return table_of(trace)->holder;
}

uint64_t schedule_steps(const struct trace *trace)
{
    return table_of(trace)->steps;
}

bool schedule_was_eager(const struct trace *trace)
{
    return table_of(trace)->eager;
}

uint32_t schedule_choice_count(const struct trace *trace)
{
    return table_of(trace)->choice_count;
}

uint32_t schedule_choice(const struct trace *trace, uint32_t index)
{
    return table_of(trace)->choices[index];
}

struct schedule_next schedule_next(const struct trace *trace,
                                   uint32_t actor)
{
    const struct seat *seat = &table_of(trace)->seats[actor];
    struct schedule_next next = {
        .can_go = seat_can_go(table_of(trace), seat),
        .ended = seat->state == SEAT_GONE || seat->state == SEAT_EMPTY,
        .kind = (enum kind)seat->kind,
        .object = seat->object,
        .pc = seat->pc,
        .deadline = seat->deadline,
    };

    return next;
}

uint32_t schedule_misfit(const struct trace *trace, uint32_t *wanted)
{
    *wanted = table_of(trace)->wanted;
    return table_of(trace)->choice_count;
}
