/*
 * control.h - options of a controlled run: who decides who goes next.
 *
 * Used by run/options.c, session.c, many.c and step.c.  Uses argp and
 * schedule/.
 */
#ifndef RUN_CONTROL_H
#define RUN_CONTROL_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/variants.h"
#include "schedule/schedule.h"

struct control {
    struct schedule_options options; /* strategy, seed, depth, ... */
    const char *replay;  /* a schedule string, or NULL */
    uint16_t replay_sum; /* of the program that it was made with */
    uint64_t runs;       /* 0: one run, shown whole */
    bool until_failure;  /* the runs end with the first that fails */
    bool round_robin;
    bool step;           /* the user is asked at each choice */
    bool strategy_given; /* by name */
    bool seed_given;
};

/* Its part of the command line; the parser's input is a struct control. */
extern const struct argp control_argp;

/*
 * control_check - what does not go together is said, with exit status 2;
 * what follows from what is filled in.
 *
 * A schedule string is read here: `choices` gets what it holds and must
 * stay, with room for SCHEDULE_CHOICES_MAX.
 */
void control_check(struct control *control, uint16_t *choices);

/* Is any of it asked for?  Else the kernel schedules. */
bool control_is_asked(const struct control *control);

/*
 * control_schedule - the schedule string of a run that has ended.
 *
 * Returns its length, as snprintf.
 */
size_t control_schedule(const struct trace *trace,
                        const struct variant *variant, char *out,
                        size_t size);

/*
 * control_short - how the user can have this very run again: the options
 * of --replay, or of --seed if that would be too long to paste.
 */
void control_short(const struct trace *trace,
                   const struct control *control,
                   const struct variant *variant, char *out, size_t size);

/* control_seed - the options that name the run by its seed; false if it
 * has none. */
bool control_seed(const struct control *control, char *out, size_t size);

/* "walk", "pct" ... */
const char *control_strategy_name(enum strategy strategy);

#endif
