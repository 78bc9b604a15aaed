/*
 * case.h - between the files that come to a verdict only.
 *
 * verdict.c plays the trace and decides; endless.c, starve.c and leak.c
 * each know one way in which a run goes wrong without any single wrong
 * step.
 */
#ifndef JUDGE_CASE_H
#define JUDGE_CASE_H

#include "judge/misuse.h"
#include "judge/names.h"
#include "judge/phrase.h"
#include "judge/replay.h"
#include "judge/verdict.h"

struct starve;

/* What is found on the way through the trace. */
struct case_file {
    const struct trace *trace;
    const struct names *names;
    struct replay *replay;
    bool told;                 /* there are names: sentences are wanted */
    uint32_t assertion, crash; /* the first of each; or TRACE_NONE */
    uint32_t misuse, misuses;
    uint32_t leaked_lock;      /* the first EXIT with one; or TRACE_NONE */
    uint64_t leaked_key;
    uint32_t leaked_since;     /* the event that locked it */
    struct starve *starve;
    char misuse_sentence[MISUSE_SENTENCE];
    uint32_t stop; /* how things stood there is what matters */
};

/* " at race.c:12" of an event, if there is one. */
void case_add_place(const struct case_file *file, struct phrase *phrase,
                    uint32_t index);

/* ---- endless.c: ENDING_LIVELOCK and ENDING_STEPS ---- */

/*
 * endless_say_spinning - "spinner reads flag again and again at x.c:20,
 * and nobody is left to write it".  Returns an event that shows it,
 * TRACE_NONE if nobody spins.
 */
uint32_t endless_say_spinning(const struct case_file *file,
                              struct phrase *phrase);

/*
 * endless_say_repeating - "polite 1 and polite 2 repeat the same 6
 * steps: polite 1 locks a; polite 2 locks b; ..." if the run's last
 * events are the same few, three times over.  Returns whether they are.
 */
bool endless_say_repeating(const struct case_file *file,
                           struct phrase *phrase);

/*
 * endless_starved - in a run without an end: an actor that could have
 * gone on, but for STARVE_HELD events, and STARVE_HELD_EACH for each
 * actor, it was others who did.  TRACE_NONE if there is none.
 */
#define STARVE_HELD 10000
#define STARVE_HELD_EACH 100
uint32_t endless_starved(const struct case_file *file);

/* ---- starve.c: who waits in vain while others pass ---- */

#define STARVE_PASSES 1500 /* of others, while it waits */
#define STARVE_WAITS 100   /* its own, each in vain */

/* starve_new - NULL for a trace too short to starve anybody. */
struct starve *starve_new(const struct replay *replay);
void starve_free(struct starve *starve);

/* Before the replay plays the event. */
void starve_look(struct starve *starve, uint32_t index,
                 const struct event *event);

/* The event at which somebody was starved; TRACE_NONE: nobody was. */
uint32_t starve_found(const struct starve *starve);

/* "writer waits on changed over and over at x.c:56, while reader 1 and
 * reader 2 pass it more than 1500 times" */
void starve_say(const struct case_file *file, struct phrase *phrase);

/* ---- leak.c: what is left when a process ends ---- */

/* Before the replay plays a process's EXIT. */
void leak_look(struct case_file *file, uint32_t index,
               const struct event *event);

/* leak_say - append what was leaked.  Returns the event that shows it,
 * TRACE_NONE if nothing was. */
uint32_t leak_say(const struct case_file *file, struct phrase *phrase);

#endif
