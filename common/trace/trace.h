/*
 * trace.h - the event log: what every actor did, in one total order.
 *
 * One memory mapping, shared by all processes and threads of the
 * program under study, at the same address in each.  Appending is
 * lock-free and allocates nothing: an actor takes the next index with
 * one atomic add, fills that event, and publishes it by storing its
 * kind last.  The index is the order.  Nothing in it points into
 * private memory, so it can be written to a file as it is and mapped
 * again to be read.
 *
 * Uses nothing of the harness; everything else in common/ uses it.
 *
 * The life of a trace: trace_create (before the program starts) ->
 * trace_append ... (by its actors) -> the program's end -> places are
 * added (show/places.c) and peers linked (judge/replay.c) ->
 * trace_save.  trace_open gives a saved one, read only.
 */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "kinds.h"

#define TRACE_VERSION 1
#define TRACE_ACTORS_MAX 4096
#define TRACE_EVENTS_DEFAULT (4u << 20)
#define TRACE_NONE UINT32_MAX /* "no event", "no actor" */

/*
 * One thing an actor did.  48 bytes.  `kind` is written last, with
 * release order: an event whose kind is still KIND_NONE was being
 * written when its actor was killed, and is skipped by readers.
 */
struct event {
    uint64_t time;   /* nanoseconds since the trace began */
    uint64_t object; /* object key, see below; 0: none */
    int64_t value;   /* depends on the kind, see the table */
    uint64_t pc;     /* return address in the program; 0: unknown */
    uint32_t peer;   /* the event that let this one go on, or TRACE_NONE */
    uint32_t text;   /* offset for trace_text; 0: none */
    uint16_t actor;
    uint16_t error; /* errno of the call; 0: it succeeded */
    uint16_t flags; /* EVENT_... */
    _Atomic uint8_t kind;
    uint8_t size; /* bytes accessed (memory) */
};

/*
 * What `value` (and object, text) hold, by kind:
 *
 * FORK SPAWN THREAD_CREATE  object: the child actor; value: its pid/tid
 * BEGIN          value: pid (process) or tid (thread); once more after
 *                EXEC if the new program is one that we can see
 * EXEC           text: the file
 * EXIT           value: exit code (0 to 255); recorded for the actor by
 *                who reaped it if it had become a program we cannot see
 * KILLED         value: signal; recorded for the actor by who learned it
 * REAP           object: the child actor; value: its wait status; error
 *                EAGAIN: none has ended yet, and WNOHANG was asked for
 * JOIN DETACH    object: the other thread
 * SET_NAME       object: the actor named; text: the name
 * WAIT           object: what for; value: the kind it waits to do
 * CONDITION_WAIT object: condition; value: key of the mutex released
 * CONDITION_WAKE the same; error: ETIMEDOUT, EINTR ...
 * BARRIER_INIT SEMAPHORE_INIT  value: count
 * BARRIER_LEAVE  value: 1 for the serial thread
 * ONCE           value: 1 if this actor ran the routine
 * SEMAPHORE_VALUE SEMAPHORE_OPEN  value: what was seen; a sem_open that
 *                made the semaphore is SEMAPHORE_INIT
 * LOCK_INIT      value: the LOCK_... sort
 * PIPE SOCKET_PAIR  value: fds[0] | fds[1] << 32.  Each is one object
 *                with two ends: what goes in at one comes out of the
 *                other.  SOCKET_PAIR text: its second socket's own key
 * OPEN DUP CLOSE value: the (new, closed) descriptor; OPEN text: path
 * READ WRITE     value: bytes done, 0 is end of file; text: the start
 *                of the data where it is text.  A write that had to
 *                wait halfway is several
 * POLL           object: the first that is ready; value: how many are
 * MAP UNMAP      value: bytes
 * SLEEP          value: nanoseconds asked for
 * KILL           object: target actor, 0 if unknown; value: signal
 * CRASH          value: signal
 * SAY ASSERT     text: the words
 * LOAD ... ATOMIC_CHANGE  value: the value read or written if
 *                EVENT_VALUE is set; size: bytes
 * ENTER LEAVE    pc: in the caller; value: an address in the callee
 * NEXT           where a run was stopped: what the actor is about to do;
 *                object, pc; value: that kind; EVENT_WAITED: it has to
 *                wait first
 * OBJECT_NAME    object: key; text: name; value: its rank, a name of
 *                higher rank is the better one for the same object
 */
enum {
    EVENT_VALUE = 1 << 0,     /* value holds the memory's value */
    EVENT_READ_END = 1 << 1,  /* of a pipe; of a pair: the first socket */
    EVENT_WRITE_END = 1 << 2, /* of a pipe; of a pair: the second */
    EVENT_TIMED = 1 << 3,     /* a wait that ends by itself in time */
    EVENT_OUTSIDE = 1 << 4,   /* a wait that somebody outside may end */
    EVENT_STDERR = 1 << 5,    /* SAY on standard error */
    EVENT_TRY = 1 << 6,       /* the call never waits (trylock ...) */
    EVENT_CUT = 1 << 7,       /* text is only the beginning */
    EVENT_CLOEXEC = 1 << 8,   /* OPEN, PIPE, DUP: closed by exec */
    EVENT_WAITED = 1 << 9,    /* this actor had to wait before it */
    EVENT_ANEW = 1 << 10      /* OBJECT_NAME: a new object is made here */
};

/* Sorts of lock (value of LOCK_INIT). */
enum lock_sort {
    LOCK_NORMAL,
    LOCK_RECURSIVE,
    LOCK_ERRORCHECK,
    LOCK_READ_WRITE,
    LOCK_SPIN,
    LOCK_FILE
};

/*
 * Object keys: 4 bits of class, then who it belongs to, then where it
 * is.  Equal keys are the same object, whatever process names it.
 */
enum object_class {
    OBJECT_NONE,
    OBJECT_PRIVATE, /* process (12 bits), address (48 bits) */
    OBJECT_SHARED,  /* region (20 bits), offset (40 bits) */
    OBJECT_FILE,    /* an open file, pipe, socket: a mixed dev and inode */
    OBJECT_ACTOR,   /* actor number; 0xffff: any child */
    OBJECT_TIME     /* the clock: what a sleeper waits for */
};
#define OBJECT_ANY_CHILD 0xffffu

static inline uint64_t object_key(enum object_class class, uint64_t where)
{
    return (uint64_t)class << 60 | (where & ((UINT64_C(1) << 60) - 1));
}

static inline enum object_class object_class(uint64_t key)
{
    return (enum object_class)(key >> 60);
}

static inline uint64_t object_where(uint64_t key)
{
    return key & ((UINT64_C(1) << 60) - 1);
}

/* What an actor is doing, for whoever watches the run from outside. */
enum actor_state {
    ACTOR_UNUSED,
    ACTOR_BORN, /* its creator has announced it; it has not begun */
    ACTOR_RUNNING,
    ACTOR_WAITING, /* until another actor lets it go on */
    ACTOR_WAITING_TIMED,
    ACTOR_WAITING_OUTSIDE,
    ACTOR_ENDED
};

/*
 * One process or thread.  Every field is written by its creator before
 * the actor begins, or by the actor itself, or once by who reaps it.
 */
struct actor {
    _Atomic uint32_t state; /* enum actor_state */
    uint16_t parent;        /* the actor that made it */
    uint16_t process;       /* the actor that is its process's first thread */
    int32_t pid;
    int32_t tid;
    _Atomic uint32_t wait;    /* its last waiting event, or TRACE_NONE */
    _Atomic uint64_t start;   /* an address in its first function */
    _Atomic uint32_t name;    /* offset for trace_text; 0: never named */
    _Atomic uint32_t display; /* its unique name, given at the end */
    uint64_t thread;          /* pthread_t, meaningful in its process */
    uint64_t routine;         /* thread: start routine and argument, */
    uint64_t argument;        /* meaningful in its process only */
    uint32_t birth;           /* thread: the THREAD_CREATE event */
    uint32_t unseen;          /* 1: it has become a foreign program */
};

/* A code address as the student wrote it.  Sorted by pc once sealed. */
struct place {
    uint64_t pc;
    uint32_t function; /* offsets for trace_text */
    uint32_t file;
    uint32_t line;
    uint32_t in_kit; /* 1: in a library of the chapters, not the program */
};

/* A source file's text, kept so that a saved trace can show its lines. */
struct source {
    uint32_t file; /* offsets for trace_text */
    uint32_t text;
    uint32_t length;
    uint32_t spare;
};

/* How the whole run ended, as seen from outside by who kept it. */
enum ending {
    ENDING_NONE,        /* still running, or nobody saw */
    ENDING_EXIT,        /* ending_value: exit code */
    ENDING_SIGNAL,      /* ending_value: signal */
    ENDING_DEADLOCK,    /* everybody waits */
    ENDING_TIMEOUT,     /* ending_value: milliseconds */
    ENDING_INTERRUPTED, /* ending_value: signal that the user sent */
    ENDING_LIVELOCK,    /* whoever could go on only spun */
    ENDING_STEPS,       /* ending_value: steps, more than allowed */
    ENDING_CHOICE,      /* the given choices were used up, as was asked */
    ENDING_MISFIT,      /* the given choices do not fit the program */
    ENDING_STUCK        /* ending_text: a call that takes no turns */
};

struct section {
    uint64_t offset; /* from the start of the trace */
    uint64_t count;  /* room, in items; in a saved trace: items */
};

struct trace {
    char magic[8]; /* TRACE_MAGIC */
    uint32_t version;
    uint32_t header_size;
    uint64_t size; /* bytes of the whole mapping or file */
    struct section events, actors, text, places, sources, symbols;
    struct section schedule; /* schedule/'s own room */
    uint64_t clock_start;     /* ticks when the trace began */
    uint64_t clock_begun;     /* CLOCK_MONOTONIC then, nanoseconds */
    double clock_nanoseconds; /* per tick */
    uint32_t sealed;          /* times are nanoseconds, names are given */
    uint32_t ending;          /* enum ending */
    int64_t ending_value;
    uint32_t ending_text;
    uint32_t left_behind; /* processes that outlived the first one */
    uint32_t title;       /* offsets: "ch02 race" */
    uint32_t expect;      /* the Expect: line's text */
    uint32_t schedule_text; /* the schedule string of a controlled run */
    uint32_t controlled;    /* 1: times are virtual */
    uint64_t virtual_time;  /* nanoseconds; who has the turn sets it */
    uint64_t runs_done;     /* where one trace serves for many runs */
    uint32_t place_count;
    uint32_t source_count;
    unsigned char note[64]; /* run/'s, for its keeper */
    uint32_t checksum;      /* saved: of the header with this field 0 */
    _Alignas(64) _Atomic uint64_t event_head; /* next index; may run past */
    _Alignas(64) _Atomic uint64_t text_head;
    _Atomic uint32_t actor_count;
    _Atomic uint32_t region_count; /* next number of a shared region */
};

/*
 * trace_create - make an empty trace for up to `events` events.
 *
 * The mapping is shared with every process forked from here on, at a
 * fixed address.  Memory is used as events come, see trace_prepare.  `events` 0
 * means TRACE_EVENTS_DEFAULT.
 * Returns the trace, owned by the caller until trace_close.  Dies with
 * a sentence if memory cannot be mapped.
 */
struct trace *trace_create(uint64_t events);

/*
 * trace_attach - map, in a program started by exec, the trace that its
 * parent's process had.
 *
 * Returns NULL if `descriptor` is not such a trace.
 */
struct trace *trace_attach(int descriptor);

/*
 * trace_prepare - have the kernel find memory for the next events.
 *
 * For whoever watches a run, now and then, so that its actors need not:
 * a fresh page costs them as much as what they write to it.
 */
void trace_prepare(struct trace *trace);

/*
 * trace_is_sound - is the trace that trace_create made still laid out as
 * it was made?  The program under study can write to all of it, by a
 * wild pointer; if this says no, nothing else may be called.
 */
bool trace_is_sound(const struct trace *trace);

/*
 * trace_reset - empty a trace for another run.
 *
 * Keeps the table of symbols, and of the texts those that were there
 * when text_head was `text_head`.  Requires that no actor runs.
 */
void trace_reset(struct trace *trace, uint64_t text_head);

/* The trace that this process made or attached; NULL if none. */
struct trace *trace_here(void);

/* The descriptor behind a trace of trace_create or trace_attach. */
int trace_descriptor(void);

/* trace_close - unmap a trace made by trace_create or trace_open. */
void trace_close(struct trace *trace);

/*
 * trace_append - add one event to the end of the order.
 *
 * `draft` gives every field but time; peer should be TRACE_NONE.
 * Lock-free, async-signal-safe, allocates nothing.
 * Returns its index, or TRACE_NONE if the trace is full.
 */
uint32_t trace_append(struct trace *trace, const struct event *draft);

/* The event at `index`, to be patched by the actor that appended it. */
struct event *trace_event(struct trace *trace, uint32_t index);

/* How many events there are; also while they are still being added. */
uint32_t trace_count(const struct trace *trace);

/* How many events found no room. */
uint64_t trace_lost(const struct trace *trace);

/*
 * trace_read - the event at `index` for a reader.
 *
 * Returns NULL if it is not there: index past the end, or an event
 * that its actor never finished writing, or one damaged in a file.
 */
const struct event *trace_read(const struct trace *trace, uint32_t index);

/* The kind of an event. */
static inline enum kind event_kind(const struct event *event)
{
    return (enum kind)atomic_load_explicit(&event->kind,
                                           memory_order_acquire);
}

/*
 * trace_add_text - keep a copy of `length` bytes and a final 0.
 *
 * Lock-free.  Returns the offset for trace_text, 0 if there is no room
 * or the length is 0.
 */
uint32_t trace_add_text(struct trace *trace, const char *bytes,
                        size_t length);

/* The text at `offset`; "" for 0 and for an offset that is damaged. */
const char *trace_text(const struct trace *trace, uint32_t offset);

/*
 * trace_add_actor - announce an actor, before it begins.
 *
 * Returns its number, or TRACE_NONE if there are TRACE_ACTORS_MAX.
 */
uint32_t trace_add_actor(struct trace *trace, uint32_t parent);

/* The actor with this number; NULL if there is none. */
struct actor *trace_actor(const struct trace *trace, uint32_t number);

/* How many actors there are. */
uint32_t trace_actor_count(const struct trace *trace);

/* An actor's name for people; unique once the trace is sealed. */
const char *trace_actor_name(const struct trace *trace, uint32_t number);

/*
 * trace_add_place, trace_add_source - for show/places.c, once the run
 * is over.  Places must be added in rising order of pc.
 * Return false if there is no room.
 */
bool trace_add_place(struct trace *trace, const struct place *place);
bool trace_add_source(struct trace *trace, const char *file,
                      const char *text, size_t length);

/* Where a pc lies; NULL if nobody knows. */
const struct place *trace_place(const struct trace *trace, uint64_t pc);

/*
 * trace_source_line - the text of a line of a source file, first is 1.
 *
 * Returns its start and sets *length (without the newline), or NULL.
 */
const char *trace_source_line(const struct trace *trace, const char *file,
                              uint32_t line, size_t *length);

/* The room for the table of symbols.h, in bytes, 0 without one. */
void *trace_symbols(const struct trace *trace, size_t *size);

/*
 * trace_seal - turn times into nanoseconds, once, after the run.
 *
 * Requires that no actor runs any more.
 */
void trace_seal(struct trace *trace);

/*
 * trace_save - write a sealed trace to a file.
 *
 * Returns 0, or -1 after it printed on stderr why not; no partial file
 * is left.
 */
int trace_save(const struct trace *trace, const char *path);

/*
 * trace_open - map a saved trace, read only.
 *
 * Returns NULL after it printed on stderr why the file is no whole
 * trace of this version.  The caller owns it until trace_close.
 */
struct trace *trace_open(const char *path);

/* Ticks of the clock that stamps events: cheap, monotonic. */
uint64_t trace_clock(void);

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t trace_nanoseconds(void);

#endif
