/*
 * replay.h - plays a trace and knows how everything stands.
 *
 * After each event: what every actor does or waits for, who holds and
 * who waits for every lock, semaphore, condition, barrier and pipe, and
 * which descriptors each process has.  What it needs grows with the
 * actors and objects, not with the events, so that any trace can be
 * played.
 *
 *     struct replay *replay = replay_new(trace);
 *     while (replay_next(replay) != TRACE_NONE) {
 *         ... how things stand before that event ...
 *         replay_step(replay);
 *         ... and after it ...
 *     }
 *     replay_free(replay);
 *
 * The order of a trace is one that was possible (intercept/record.h):
 * what gives is recorded before it is done, what takes after.  A trace
 * that lost events or was damaged is played as well as it can be.
 *
 * Used by the verdicts and by every view.  Uses trace/ and table.h.
 */
#ifndef JUDGE_REPLAY_H
#define JUDGE_REPLAY_H

#include "judge/table.h"
#include "trace/trace.h"

/* Somebody who has something: a lock, or units of a semaphore. */
struct replay_holder {
    uint16_t actor;
    bool reads;     /* a read lock */
    uint32_t depth; /* how often locked; units taken */
    uint32_t since; /* the event that took it first */
};

/* Something given that waits to be taken: bytes or units. */
struct replay_gift {
    uint32_t event;
    uint32_t left;
    uint16_t end; /* socket pair: the end it was written to */
};

struct replay_object {
    uint64_t key;
    enum kind_group group; /* of its first event: what it is */
    int64_t sort;          /* enum lock_sort, if it is a lock */
    bool is_pipe;       /* or a pair of sockets: */
    bool is_socket;     /* an "end" is then one of the two */
    bool is_known;      /* its making is in the trace */
    uint32_t destroyed; /* that event, TRACE_NONE if it lives */
    uint32_t given;     /* who gave last: UNLOCK, READ, ARRIVE ... */
    uint32_t freed;     /* lock: since this event nobody held it, once */
    uint32_t missed;    /* condition: the last signal, if nobody waited */
    uint32_t passes;    /* how often somebody took it, or came back from
                         * a wait on it */

    struct replay_holder *holders;
    size_t holder_count, holder_room;
    uint16_t *waiters; /* actors, first come first */
    size_t waiter_count, waiter_room;
    struct replay_gift *gifts; /* oldest first */
    size_t gift_count, gift_room;

    int64_t count;   /* semaphore: value; barrier: how many it takes */
    int64_t arrived; /* at the barrier, this time round */
    int64_t bytes;   /* in the pipe */
    /* Pipe: open descriptors, and what closed the last of each. */
    uint32_t readers, writers;
    uint32_t readers_end, writers_end;
};

/* A descriptor of a process; a closed one is remembered. */
struct replay_descriptor {
    int64_t number;
    uint64_t object;
    uint16_t flags;  /* EVENT_READ_END, _WRITE_END, _CLOEXEC */
    bool is_open;
    uint32_t opened; /* the events */
    uint32_t closed;
};

struct replay_actor {
    enum actor_state state;
    uint32_t birth; /* the event that made it; TRACE_NONE: none did */
    uint32_t end;   /* the event that ended it, TRACE_NONE if it lives */
    uint32_t taken; /* the REAP or JOIN that took note of the end */
    uint32_t last;  /* its last event */
    uint32_t kill;  /* the last KILL sent to it */
    uint32_t held;  /* how many locks it holds */

    /* While it waits (it keeps these when it is ended in a wait): */
    enum kind wait_kind; /* what it will do; KIND_NONE: not waiting */
    uint64_t wait_object;
    uint64_t wait_lock; /* CONDITION_WAIT: the lock it gave back */
    uint32_t wait_since;
    uint16_t wait_flags;
    uint32_t let_go; /* the event that lets it go on, if that is known */

    /* Of a process's first thread: the process's descriptors. */
    struct replay_descriptor *descriptors;
    size_t descriptor_count, descriptor_room;
};

struct replay {
    const struct trace *trace;
    uint32_t next; /* the event that replay_step will play */
    uint32_t peer; /* who let the event of the last step go on */
    uint32_t actor_count;
    struct replay_actor *actors;
    struct table objects; /* key -> struct replay_object */
};

/* replay_new - ready before the first event.  The trace must stay. */
struct replay *replay_new(const struct trace *trace);
void replay_free(struct replay *replay);

/* replay_copy - another one that stands where this one does. */
struct replay *replay_copy(const struct replay *replay);

/* The event that comes next; TRACE_NONE at the end of the trace. */
uint32_t replay_next(struct replay *replay);

/* replay_step - play that event.  Requires that there is one. */
void replay_step(struct replay *replay);

/* An actor; NULL if there is none of that number. */
const struct replay_actor *replay_actor(const struct replay *replay,
                                        uint32_t number);

/* The process that an actor belongs to, as its first thread's number. */
uint32_t replay_process(const struct replay *replay, uint32_t number);

/* An object; NULL if nothing was done to it yet.  Plain memory is no
 * object here. */
const struct replay_object *replay_object(const struct replay *replay,
                                          uint64_t key);

/* The actor's hold on an object; NULL if it has none. */
const struct replay_holder *
replay_holder(const struct replay_object *object, uint32_t actor);

/* A process's descriptor, open or closed; NULL if it never was one. */
const struct replay_descriptor *
replay_descriptor(const struct replay *replay, uint32_t process,
                  int64_t number);

/* Does the process have an end (EVENT_READ_END or EVENT_WRITE_END) of
 * the pipe open? */
bool replay_has_end(const struct replay *replay, uint32_t process,
                    uint64_t pipe, unsigned end);

/* Does the actor wait for something? */
static inline bool replay_waits(const struct replay_actor *actor)
{
    return actor->state == ACTOR_WAITING ||
           actor->state == ACTOR_WAITING_TIMED ||
           actor->state == ACTOR_WAITING_OUTSIDE;
}

/* The number of the actor that an OBJECT_ACTOR key means; TRACE_NONE if
 * it means no single one or is none. */
uint32_t replay_actor_of(const struct replay *replay, uint64_t key);

/*
 * replay_link - give every event its peer: the event that let it go on.
 *
 * A LOCK gets the UNLOCK before it, a READ the WRITE of its bytes or
 * the CLOSE that made the end of file, a JOIN the thread's end, and so
 * on; whether the actor did wait is told by EVENT_WAITED.  Requires a
 * trace that can be written, when its run is over.
 */
void replay_link(struct trace *trace);

#endif
