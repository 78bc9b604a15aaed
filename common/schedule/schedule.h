/*
 * schedule.h - who goes next, decided by the harness.
 *
 * Three parts that do not know each other's insides: the mechanism
 * (turn.c: one actor has the turn; blocking; virtual time), the policy
 * (strategy.c: which of those who can go on goes on) and the carrier
 * (carrier.c: how the turn reaches another task of the kernel).  What
 * was decided can be written as a short string (string.c) and done
 * again.
 *
 * Used by run/.  Uses intercept/ (its gate) and
 * trace/.
 */
#ifndef SCHEDULE_SCHEDULE_H
#define SCHEDULE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/trace.h"

enum strategy {
    STRATEGY_KERNEL,      /* nothing is decided here */
    STRATEGY_WALK,        /* any who can, with equal chance */
    STRATEGY_PCT,         /* probabilistic concurrency testing */
    STRATEGY_POS,         /* partial order sampling */
    STRATEGY_ROUND_ROBIN, /* each a step, in turn */
    STRATEGY_STAY         /* the same actor as long as it can */
};

/* Why a controlled run was stopped before its program ended. */
enum schedule_stop {
    STOP_NONE,
    STOP_DEADLOCK,  /* nobody can ever go on */
    STOP_LIVELOCK,  /* all who are left only spin */
    STOP_STEPS,     /* more steps than allowed */
    STOP_CHOICE,    /* the given choices are used up, as was asked */
    STOP_MISFIT,    /* the given choices do not fit this program */
    STOP_FULL       /* more choices than can be kept */
};

/*
 * When time passes.  Patient: only when nobody can go on, so that all
 * work takes no time.  Eager: also while somebody could go on; a sleeper
 * is then one more who can be chosen, for nothing says that the others
 * are fast.  Either: the seed decides, eager in one run of four.
 */
enum schedule_time { TIME_PATIENT, TIME_EAGER, TIME_EITHER };

#define SCHEDULE_CHOICES_MAX (1u << 20) /* above the default of steps */

/* What the user asked for; set before the program starts. */
struct schedule_options {
    enum strategy strategy;
    uint64_t seed;
    uint32_t depth;         /* pct: number of bugs' ordering points + 1 */
    enum schedule_time time;
    uint64_t steps;         /* the most steps of a run; 0: a default */
    bool spurious;          /* conditions may wake without a signal */
    bool stop_after_given;  /* STOP_CHOICE when the given ones are used */
    const uint16_t *given;  /* actors to choose first, in order */
    uint32_t given_count;
};

/*
 * schedule_prepare - set up a controlled run in the trace's shared room.
 *
 * Before the program is forked, and again before each further run.
 */
void schedule_prepare(struct trace *trace,
                      const struct schedule_options *options);

/*
 * schedule_start - put this process, which is to become the first
 * actor, under control.  Does nothing for STRATEGY_KERNEL.
 *
 * Called in the program's first process, before intercept_start; also
 * after an exec.
 */
void schedule_start(struct trace *trace);

/* What schedule_prepare was given (without the given choices). */
struct schedule_options schedule_options(const struct trace *trace);

/* Who has the turn. */
uint32_t schedule_holder(const struct trace *trace);

/* Is this trace's run controlled? */
bool schedule_is_controlled(const struct trace *trace);

/* Why the run was stopped. */
enum schedule_stop schedule_stopped(const struct trace *trace);

/* Was time eager?  To be given again with the choices. */
bool schedule_was_eager(const struct trace *trace);

/* How many steps there were, and how many of them were real choices. */
uint64_t schedule_steps(const struct trace *trace);
uint32_t schedule_choice_count(const struct trace *trace);

/* Choice number `index`: the actor that was chosen. */
uint32_t schedule_choice(const struct trace *trace, uint32_t index);

/* What an actor is about to do, or is blocked on, where a run stopped. */
struct schedule_next {
    bool can_go;
    bool ended;
    enum kind kind;
    uint64_t object;
    uint64_t pc;
    uint64_t deadline; /* GATE_NEVER: none */
};
struct schedule_next schedule_next(const struct trace *trace,
                                   uint32_t actor);

/* STOP_MISFIT: the choice that did not fit, and who was to go. */
uint32_t schedule_misfit(const struct trace *trace, uint32_t *wanted);

/*
 * schedule_print - the choices as a string: "a3b2c", three actors with
 * one, three and two choices, then '.', a version and the checksum
 * `sum` that identifies the program; '~' before it all if time was
 * eager.
 *
 * Returns the length, as snprintf does.
 */
size_t schedule_print(const uint16_t *choices, uint32_t count, bool eager,
                      uint16_t sum, char *out, size_t size);

/*
 * schedule_parse - the reverse.
 *
 * Writes at most `room` choices.  Returns how many, or -1 after it set
 * *wrong to a sentence that says what is wrong with the string.
 */
int schedule_parse(const char *string, uint16_t *choices, uint32_t room,
                   bool *eager, uint16_t *sum, const char **wrong);

#endif
