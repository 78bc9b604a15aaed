/*
 * table.h - what a controlled run keeps in shared memory.  For the
 * files of schedule/ only.
 *
 * Whoever has the turn may read and write all of it; nobody else may
 * touch anything but the word that its own seat sleeps on.  So there is
 * no lock: the turn is the lock.
 */
#ifndef SCHEDULE_TABLE_H
#define SCHEDULE_TABLE_H

#include <stdatomic.h>

#include "intercept/gate.h"
#include "schedule/schedule.h"

enum seat_state {
    SEAT_EMPTY,
    SEAT_READY,    /* can go on */
    SEAT_BLOCKED,  /* until its object is touched or its deadline comes */
    SEAT_OUTSIDE,  /* until somebody outside does something */
    SEAT_SPINNING, /* could go on, to no end, until something changes */
    SEAT_GONE
};

#define SEAT_SEEN 16

/* One actor's place. */
struct seat {
    _Atomic uint32_t go; /* 1: it has the turn; its task sleeps on this */
    uint8_t state;
    uint8_t kind;       /* what it is about to do, or waits to do */
    uint8_t answer;     /* enum gate_answer, when a wait ends */
    uint8_t signalled;  /* a signal waits to be handled */
    bool hears;         /* a process that handles SIGCHLD */
    bool looked;        /* its last step changed nothing */
    uint32_t idle;      /* such steps in a row */
    uint64_t object;
    uint64_t pc;
    uint64_t deadline;  /* GATE_NEVER: none */
    uint64_t priority;  /* the strategy's own */
    uint32_t woken;  /* from conditions, without a signal */
    uint32_t seen_next;
    uint64_t seen[SEAT_SEEN]; /* the last different things looked at */
};

struct table {
    struct schedule_options options; /* `given` is the array below */
    uint64_t steps;
    uint64_t fruitless; /* steps since one changed something */
    uint64_t random;   /* state of the generator */
    uint32_t holder;   /* who has the turn */
    uint32_t seat_count; /* that may have been taken */
    bool first_is_away; /* the first process has become a program that
                           takes no turns */
    bool is_free;      /* so nobody has the turn */
    uint32_t departed; /* pid of a process that the kernel is ending */
    uint32_t departed_thread; /* tid, likewise, */
    uint32_t departed_from;   /* of this process */
    uint32_t stop;     /* enum schedule_stop */
    bool eager;        /* time may pass though somebody can go on */
    uint32_t change_count; /* pct: priority change points left */
    uint64_t change[16];   /* pct: at these choices */
    uint32_t row_of;       /* pct: who has gone on for the last */
    uint32_t row;          /* so many choices */
    uint32_t lowered;      /* pct: how often somebody was for that */
    uint32_t wanted;       /* STOP_MISFIT: who was to go */
    uint32_t choice_count;
    uint32_t first_pid;    /* the first process, ended by a stop */
    uint16_t candidates[TRACE_ACTORS_MAX]; /* for who chooses just now */
    struct seat seats[TRACE_ACTORS_MAX];
    uint16_t choices[SCHEDULE_CHOICES_MAX];
    uint16_t given[SCHEDULE_CHOICES_MAX];
};

/* One that waits for its time can go on, late or not, if all others
 * may be that slow: in an eager run they may. */
static inline bool seat_can_go(const struct table *table,
                               const struct seat *seat)
{
    return seat->state == SEAT_READY ||
           (table->eager && seat->state == SEAT_BLOCKED &&
            seat->deadline != GATE_NEVER);
}

/* The table in the trace's room for it. */
struct table *table_of(const struct trace *trace);

/*
 * strategy_begin - set up the options' strategy for a new run.
 * strategy_born - a new actor may be chosen from now on.
 * strategy_choose - one of `count` candidates (at least 2, rising),
 * of which `current` may be one.
 * strategy_stepped - `actor` will now do what its seat says.
 */
void strategy_begin(struct table *table);
void strategy_born(struct table *table, uint32_t actor);
uint32_t strategy_choose(struct table *table, const uint16_t *candidates,
                         uint32_t count, uint32_t current);
void strategy_stepped(struct table *table, uint32_t actor);

/* A number below `bound`, the same for the same seed (splitmix64). */
uint64_t strategy_random(struct table *table, uint64_t bound);

/*
 * carrier_pass - let `to` go on; carrier_wait - sleep until this actor
 * may; carrier_departed - wait until the kernel has ended a process;
 * carrier_thread_departed - the same for a thread, of any process.
 */
void carrier_pass(struct seat *to);
void carrier_wait(struct seat *seat);
void carrier_departed(int pid);
void carrier_thread_departed(int pid, int tid);

#endif
