/*
 * model.h - what the timeline knows of a trace, found out once.
 *
 * The events worth showing are numbered from 0: their *positions*.  For
 * each actor there is the list of its positions and the state that it
 * was in after each, with summaries of 64, 4096 and 262144 of them, so
 * that any stretch can be drawn without looking at every event; for the
 * objects that matter most, how they stood after each event that
 * concerned them.  All of it together is about a third of the trace.
 *
 * A model never changes once it is there: it can be made by another
 * thread while a smaller one, of the trace's beginning, is shown.
 *
 * Used by the timeline and the exports.  Uses judge/, worth.h, trace/.
 */
#ifndef SHOW_MODEL_H
#define SHOW_MODEL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "judge/names.h"
#include "judge/replay.h"
#include "judge/verdict.h"
#include "show/worth.h"
#include "trace/trace.h"

#define MODEL_LEVELS 3
#define MODEL_OBJECTS 64

enum lane_state {
    LANE_NONE,  /* not there yet, or no more */
    LANE_READY, /* it was let go on, or is announced, but does not yet */
    LANE_SLEEPS,
    LANE_RUNS,
    LANE_HOLDS, /* runs, with a lock or more */
    LANE_WAITS,
    LANE_WAITS_HOLDING
};

#define LANE_ALARM 0x80 /* something alarming happened with the event */

struct model_lane {
    bool is_thread;  /* of the process whose lane comes before it */
    uint32_t count;
    uint32_t *at;    /* positions of its events */
    uint8_t *states; /* after each, see model_lane_state; LANE_ALARM */
    uint8_t *masks[MODEL_LEVELS]; /* of 64, 4096 ... of them together */
    uint32_t born;   /* position at which it is announced; or 0 */
    uint32_t end;    /* position at which it ended; TRACE_NONE: never */
    size_t at_room, states_room;
};

/* How an object stood after an event. */
struct model_sample {
    uint32_t at;       /* position */
    uint16_t owner;    /* lock: who holds it; memory: who touched it */
    uint8_t waiters;   /* at most 255 */
    uint8_t flags;     /* SAMPLE_... */
    int64_t value;     /* lock: holders; semaphore: value; pipe: bytes;
                          memory: its value */
    uint16_t readers, writers; /* open ends of a pipe */
};

enum {
    SAMPLE_WRITES = 1 << 0,   /* memory, file: a write */
    SAMPLE_KNOWN = 1 << 1,    /* value is known */
    SAMPLE_CONFLICT = 1 << 2, /* it overwrites what it has not seen */
    SAMPLE_TOUCHED = 1 << 3   /* the event at that position did it */
};

enum object_sort {
    SORT_LOCK,
    SORT_SEMAPHORE,
    SORT_PIPE,
    SORT_CONDITION, /* or a barrier */
    SORT_FILE,
    SORT_MEMORY
};

struct model_object {
    uint64_t key;
    enum object_sort sort;
    uint32_t named_at;  /* an event when it has its name */
    uint64_t rank;
    int64_t most;       /* the largest value, at least 1 */
    struct model_sample *samples;
    size_t count, room;
};

/* A write that overwrites another's, not having read it. */
struct model_conflict {
    uint32_t position; /* of the write */
    uint32_t lost;     /* event: the write that is lost */
    uint32_t seen;     /* event: what this actor had read before it */
};

/* Somebody let somebody else go on, who had waited for it, or began. */
struct model_link {
    uint32_t giver; /* positions */
    uint32_t taker;
};

struct model_stop {
    uint32_t event;
    struct replay *replay; /* before that event */
};

struct model {
    const struct trace *trace;
    bool inside;
    bool whole; /* all of the trace, and judged */
    struct names *names;
    struct verdict verdict;
    struct worth worth;

    uint32_t count;   /* positions */
    uint32_t *events; /* by position */
    uint64_t *times;  /* by position; never falls */

    uint32_t actor_count;
    struct model_lane *lanes; /* by actor */
    uint32_t row_count;
    uint16_t *rows;           /* actors as they stand one below another */

    uint32_t object_count;
    struct model_object *objects; /* the most important first */
    struct model_conflict *conflicts;
    size_t conflict_count, conflict_room;
    struct model_link *links; /* rising by giver, then by taker */
    size_t link_count, link_room;
    uint32_t *alarms; /* positions: misuse, conflict, crash, verdict */
    size_t alarm_count, alarm_room;

    struct model_stop *stops; /* for moment.h */
    size_t stop_count, stop_room;
};

/* What a model being made by another thread tells. */
struct model_progress {
    _Atomic uint32_t done; /* events, of two rounds */
    atomic_bool stop;      /* set it, and model_new returns NULL soon */
};

/*
 * model_new - find out all about the first `limit` events of a finished
 * trace, which must stay; TRACE_NONE means all.
 *
 * With `inside` nothing is left out, see worth.h.  `progress` may be
 * NULL.  End with model_free.
 */
struct model *model_new(const struct trace *trace, bool inside,
                        uint32_t limit, struct model_progress *progress);
void model_free(struct model *model);

/* The event at a position; NULL outside. */
const struct event *model_event(const struct model *model,
                                uint32_t position);

/* The position of an event, or of the next one shown; model->count if
 * there is none. */
uint32_t model_position(const struct model *model, uint32_t event);

/* The first position at or after that time. */
uint32_t model_at_time(const struct model *model, uint64_t time);

/* How many of a lane's events come before that position. */
uint32_t model_before(const struct model_lane *lane, uint32_t position);

/* The state of an actor just after the event at that position. */
enum lane_state model_state(const struct model *model, uint32_t actor,
                            uint32_t position);

/* The state after a lane's event. */
static inline enum lane_state
model_lane_state(const struct model_lane *lane, uint32_t index)
{
    return (enum lane_state)(lane->states[index] & ~LANE_ALARM);
}

/* The states after a lane's events from `first` up to, not with, `end`,
 * as bits 1 << enum lane_state; and LANE_ALARM. */
unsigned model_mask(const struct model_lane *lane, uint32_t first,
                    uint32_t end);

/* The sample in force at a position; NULL before the first. */
const struct model_sample *
model_sample(const struct model_object *object, uint32_t position);

/* The conflict at a position; NULL if there is none. */
const struct model_conflict *model_conflict(const struct model *model,
                                            uint32_t position);

/* Whom the event at a position lets go on: the first of *count links;
 * NULL if nobody. */
const struct model_link *model_links(const struct model *model,
                                     uint32_t position, size_t *count);

/* Who let the event at a position go on, as a position; TRACE_NONE if
 * nobody did, or it is not shown. */
uint32_t model_giver(const struct model *model, uint32_t position);

/* Is there something alarming from `first` up to, not with, `end`? */
bool model_alarms(const struct model *model, uint32_t first, uint32_t end);

#endif
