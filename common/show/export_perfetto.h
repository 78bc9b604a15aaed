/*
 * export_perfetto.h - between the files that write trace event JSON; see
 * export_perfetto.c.
 */
#ifndef SHOW_EXPORT_PERFETTO_H
#define SHOW_EXPORT_PERFETTO_H

#include "show/export_parts.h"
#include "show/list.h"
#include "show/worth.h"

/* An actor as a thread of the JSON. */
struct track {
    int64_t pid, tid;
    bool named;     /* it does something */
    bool alive;     /* its life's slice is open */
    bool waits;     /* so is that of a wait, the innermost */
    uint32_t depth; /* so many functions are open in it */
};

/* That somebody has, or once had, a lock. */
struct hold {
    uint64_t key;
    uint16_t actor;
    bool open;
};

struct counter {
    uint64_t key;
    char *name;
    int64_t pid;
};

struct writer {
    struct export *export;
    const struct trace *trace;
    FILE *out;
    struct replay *replay;
    struct worth worth;
    struct track *tracks;
    struct list holds, counters;
    struct table known;  /* key -> its counter's index + 1 */
    struct table takers; /* event + 1 -> last event + 1 it let go on */
    struct table others; /* taker + 1 -> the one before it */
    uint64_t now;        /* nanoseconds; never goes back */
    uint64_t step;       /* STEP, or 0 if time is real */
    bool some;           /* there is an element already */
};

/* ---- export_json.c ---- */

/* "text", with the quotes. */
void perfetto_string(struct writer *writer, const char *text);

/* ,"name":"text" */
void perfetto_member(struct writer *writer, const char *name,
                     const char *text);

/* The head of an element, which is to be ended by "}". */
void perfetto_begin(struct writer *writer, char phase, int64_t pid,
                    int64_t tid);

/* The same with a time, on an actor's thread. */
void perfetto_begin_at(struct writer *writer, char phase, uint32_t actor,
                       uint64_t time);

/* The end of an actor's innermost slice. */
void perfetto_end(struct writer *writer, uint32_t actor, uint64_t time);

/* Gives every track its numbers. */
void perfetto_number(struct writer *writer);

/* Writes what processes and threads are called. */
void perfetto_names(struct writer *writer);

/* ---- export_objects.c ---- */

/* Who holds the object, or any object, may have changed at an event. */
void perfetto_follow_holds(struct writer *writer, uint64_t key,
                           uint32_t index);
void perfetto_follow_all_holds(struct writer *writer, uint32_t index);

/* The run is over; who still holds something never gave it back. */
void perfetto_end_holds(struct writer *writer);

/* An event that has been played may have changed a counter. */
void perfetto_count(struct writer *writer, uint32_t index,
                    const struct event *event);

#endif
