/*
 * control.c - see control.h.
 */
#include "run/control.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trace/fail.h"

#define STRATEGY_USUAL STRATEGY_POS
#define DEPTH_USUAL 3
#define DEPTH_MAX 16
#define REPLAY_LONGEST 300 /* that anybody would want to paste */

enum {
    KEY_SEED = 512,
    KEY_STRATEGY,
    KEY_DEPTH,
    KEY_ROUND_ROBIN,
    KEY_REPLAY,
    KEY_STEP,
    KEY_RUNS,
    KEY_UNTIL_FAILURE,
    KEY_STEPS,
    KEY_TIME,
    KEY_SPURIOUS
};

/* clang-format off */
static const struct argp_option table[] = {
    {0, 0, 0, 0, "Who goes next (without any of these the kernel decides, "
     "and time is real):", 4},
    {"seed", KEY_SEED, "N", 0,
     "The run that number N stands for: the same each time", 4},
    {"replay", KEY_REPLAY, "STRING", 0,
     "The run with exactly this schedule, as another run has printed it", 4},
    {"step", KEY_STEP, 0, 0,
     "Ask at each choice; with --replay, after its last one", 4},
    {"round-robin", KEY_ROUND_ROBIN, 0, 0, "Each goes one step in turn", 4},
    {"runs", KEY_RUNS, "N", 0,
     "N runs with N seeds; then a table of what they came to", 4},
    {"until-failure", KEY_UNTIL_FAILURE, 0, 0,
     "With --runs: no more after the first that is not ok", 4},
    {"strategy", KEY_STRATEGY, "NAME", 0,
     "How a seed decides: pos (partial order sampling), pct "
     "(probabilistic concurrency testing) or walk (anybody, with equal "
     "chance); pos without this option", 4},
    {"depth", KEY_DEPTH, "D", 0,
     "With pct: how many things must happen in the wrong order for the "
     "failure (3)", 4},
    {"time", KEY_TIME, "HOW", 0,
     "patient: time passes only when nobody can go on; eager: also while "
     "others could, as if they were slow; else a seed decides", 4},
    {"spurious", KEY_SPURIOUS, 0, 0,
     "Let waits on a condition end without a signal, as POSIX allows", 4},
    {"steps", KEY_STEPS, "N", 0,
     "More than N steps are a livelock (1000000)", 4},
    {0}};
/* clang-format on */

static uint64_t whole(struct argp_state *state, const char *name,
                      const char *from, uint64_t low, uint64_t high)
{
    char *end;
    uintmax_t number;

    errno = 0;
    number = strtoumax(from, &end, 10);
    if (*from < '0' || *from > '9' || *end != '\0' || errno != 0 ||
        number < low || number > high)
        argp_error(state, "--%s takes a whole number from %" PRIu64 " to %"
                   PRIu64 ", not \"%s\"", name, low, high, from);
    return number;
}

static const char *const strategy_names[] = {
    "kernel", "walk", "pct", "pos", "round-robin", "stay"};

const char *control_strategy_name(enum strategy strategy)
{
    return strategy_names[strategy];
}

static enum strategy strategy_named(struct argp_state *state,
                                    const char *name)
{
    static const enum strategy choice[] = {STRATEGY_WALK, STRATEGY_PCT,
                                           STRATEGY_POS};

    for (size_t i = 0; i < sizeof choice / sizeof *choice; i++)
        if (strcmp(strategy_names[choice[i]], name) == 0)
            return choice[i];
    argp_error(state, "--strategy takes walk, pct or pos, not \"%s\"", name);
    return STRATEGY_KERNEL;
}

static enum schedule_time time_named(struct argp_state *state,
                                     const char *name)
{
    if (strcmp(name, "eager") == 0)
        return TIME_EAGER;
    if (strcmp(name, "patient") != 0)
        argp_error(state, "--time takes patient or eager, not \"%s\"", name);
    return TIME_PATIENT;
}

static error_t take(int key, char *value, struct argp_state *state)
{
    struct control *control = state->input;
    struct schedule_options *options = &control->options;

    switch (key) {
    case KEY_SEED:
        options->seed = whole(state, "seed", value, 0, UINT64_MAX);
        control->seed_given = true;
        break;
    case KEY_STRATEGY:
        options->strategy = strategy_named(state, value);
        control->strategy_given = true;
        break;
    case KEY_DEPTH:
        options->depth =
            (uint32_t)whole(state, "depth", value, 1, DEPTH_MAX);
        break;
    case KEY_ROUND_ROBIN: control->round_robin = true; break;
    case KEY_REPLAY: control->replay = value; break;
    case KEY_STEP: control->step = true; break;
    case KEY_RUNS:
        control->runs = whole(state, "runs", value, 1, 1000000000);
        break;
    case KEY_UNTIL_FAILURE: control->until_failure = true; break;
    case KEY_STEPS:
        options->steps = whole(state, "steps", value, 1, UINT32_MAX);
        break;
    case KEY_TIME: options->time = time_named(state, value); break;
    case KEY_SPURIOUS: options->spurious = true; break;
    case ARGP_KEY_INIT: options->time = TIME_EITHER; break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

const struct argp control_argp = {.options = table, .parser = take};

bool control_is_asked(const struct control *control)
{
    return control->options.strategy != STRATEGY_KERNEL;
}

static void check_together(const struct control *control)
{
    const struct schedule_options *options = &control->options;

    if (control->until_failure && control->runs == 0)
        die("--until-failure needs --runs N: how many at the most?");
    if (options->depth != 0 && options->strategy != STRATEGY_PCT)
        die("--depth belongs to --strategy pct");
    if (control->replay != NULL &&
        (control->seed_given || control->strategy_given ||
         control->runs > 0 || control->round_robin))
        die("--replay says the whole schedule: no other option decides "
            "then who goes next, but --step after its end");
    if (control->replay != NULL && options->time != TIME_EITHER)
        die("--replay says how time passes, too: it takes no --time");
    if (control->step && (control->runs > 0 || control->seed_given ||
                          control->strategy_given ||
                          control->round_robin))
        die("--step asks you who goes next: neither a seed nor a strategy "
            "does then");
    if (control->round_robin &&
        (control->seed_given || control->runs > 0))
        die("--round-robin is one run only: it takes no seed and no --runs");
    if (control->round_robin && control->strategy_given)
        die("--round-robin is a strategy of its own: it takes no "
            "--strategy");
}

/* Nobody should believe that these have been heeded. */
static void check_controlled(const struct schedule_options *options)
{
    if (options->strategy == STRATEGY_KERNEL &&
        (options->time != TIME_EITHER || options->spurious ||
         options->steps != 0))
        die("--time, --spurious and --steps are for a schedule that is "
            "not the kernel's: give --seed N, for example");
}

static void read_replay(struct control *control, uint16_t *choices)
{
    const char *wrong;
    bool eager;
    int count = schedule_parse(control->replay, choices,
                               SCHEDULE_CHOICES_MAX, &eager,
                               &control->replay_sum, &wrong);

    if (count < 0)
        die("--replay %s: %s", control->replay, wrong);
    control->options.given = choices;
    control->options.given_count = (uint32_t)count;
    control->options.time = eager ? TIME_EAGER : TIME_PATIENT;
    control->options.strategy = STRATEGY_STAY;
}

void control_check(struct control *control, uint16_t *choices)
{
    struct schedule_options *options = &control->options;

    check_together(control);
    if (control->round_robin)
        options->strategy = STRATEGY_ROUND_ROBIN;
    if (control->replay != NULL)
        read_replay(control, choices);
    if (control->step) {
        options->strategy = STRATEGY_STAY;
        options->stop_after_given = true;
        options->given = choices;
        if (options->time == TIME_EITHER)
            options->time = TIME_PATIENT;
    }
    if (options->strategy == STRATEGY_ROUND_ROBIN &&
        options->time == TIME_EITHER)
        options->time = TIME_PATIENT;
    if (options->strategy == STRATEGY_KERNEL &&
        (control->seed_given || control->runs > 0))
        options->strategy = STRATEGY_USUAL;
    check_controlled(options);
    if (control->strategy_given && !control->seed_given)
        options->seed = 1;
    if (control->runs > 0 && !control->seed_given)
        options->seed = 1;
    if (options->depth == 0)
        options->depth = DEPTH_USUAL;
}

size_t control_schedule(const struct trace *trace,
                        const struct variant *variant, char *out,
                        size_t size)
{
    uint32_t count = schedule_choice_count(trace);
    uint16_t *choices = malloc((count + 1) * sizeof *choices);
    size_t length;

    if (choices == NULL)
        die("out of memory");
    for (uint32_t i = 0; i < count; i++)
        choices[i] = (uint16_t)schedule_choice(trace, i);
    length = schedule_print(choices, count, schedule_was_eager(trace),
                            (uint16_t)variant->sum, out, size);
    free(choices);
    return length;
}

/* All that a seed's run depends on. */
bool control_seed(const struct control *control, char *out, size_t size)
{
    const struct schedule_options *options = &control->options;
    enum strategy strategy = options->strategy;
    int length;

    if (strategy != STRATEGY_WALK && strategy != STRATEGY_PCT &&
        strategy != STRATEGY_POS)
        return false;
    length = snprintf(out, size, "--seed %" PRIu64 "%s%s%s%s",
                      options->seed,
                      strategy == STRATEGY_USUAL ? "" : " --strategy ",
                      strategy == STRATEGY_USUAL ? ""
                                                 : strategy_names[strategy],
                      options->time == TIME_EITHER    ? ""
                      : options->time == TIME_PATIENT ? " --time patient"
                                                      : " --time eager",
                      options->spurious ? " --spurious" : "");
    if (strategy == STRATEGY_PCT && options->depth != DEPTH_USUAL)
        snprintf(out + length, size - (size_t)length, " --depth %u",
                 options->depth);
    return true;
}

void control_short(const struct trace *trace,
                   const struct control *control,
                   const struct variant *variant, char *out, size_t size)
{
    char string[REPLAY_LONGEST + 1];

    if (control_schedule(trace, variant, string, sizeof string) <=
            REPLAY_LONGEST ||
        !control_seed(control, out, size))
        snprintf(out, size, "--replay %s%s", string,
                 control->options.spurious ? " --spurious" : "");
}
