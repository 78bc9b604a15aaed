/*
 * record.h - what the wrappers write with.  For intercept/ only.
 *
 * The order of the trace must be an order that really was possible.  So
 * a call that takes something (a lock, a unit, a byte) is recorded after
 * it was made, and a call that gives something is recorded before it is
 * made, its result patched in afterwards.
 *
 * A call that may wait is first tried in a form that does not wait: if
 * that works it is one event.  If not, wait_begin records what the actor
 * waits for, the real call is made, and wait_end comes before the event
 * of the call itself.
 */
#ifndef INTERCEPT_RECORD_H
#define INTERCEPT_RECORD_H

#include "intercept/actor.h"
#include "intercept/object.h"

/*
 * record - append an event of the calling actor.
 *
 * Returns its index, TRACE_NONE when the trace is full.  errno is kept.
 */
uint32_t record(enum kind kind, uint64_t object, int64_t value,
                uint64_t pc);

/* The same with an errno value and EVENT_ flags. */
uint32_t record_call(enum kind kind, uint64_t object, int64_t value,
                     uint64_t pc, int error, unsigned flags);

/* The same for `size` bytes of memory. */
uint32_t record_access(enum kind kind, uint64_t object, int64_t value,
                       uint64_t pc, uint32_t size, unsigned flags);

/* The same with words; at most RECORD_TEXT_MAX bytes are kept. */
#define RECORD_TEXT_MAX 512
uint32_t record_text(enum kind kind, uint64_t object, int64_t value,
                     uint64_t pc, unsigned flags, const char *bytes,
                     size_t length);

/* record_result - fill in how a call that was recorded before came out. */
void record_result(uint32_t event, int64_t value, int error);

/* record_flush - read back the value of the last write to memory now:
 * before a call after which that memory may be gone (free, munmap). */
void record_flush(void);

/* record_name - an object's name where the program itself gives one (a
 * path, "/sem"); names from variables come by object_seen. */
void record_name(uint64_t object, const char *name);

/*
 * wait_begin - this actor is about to wait to do `kind` to `object`.
 *
 * flags: EVENT_TIMED if time ends the wait, EVENT_OUTSIDE if somebody
 * who is no actor may, 0 if only another actor can.
 * wait_end - it waits no more.  Both keep errno.
 */
void wait_begin(enum kind kind, uint64_t object, uint64_t pc,
                unsigned flags);
void wait_end(void);

/* state_waiting, state_running - the same without an event, where an
 * event of another kind (CONDITION_WAIT, SLEEP ...) begins the wait. */
void state_waiting(uint32_t event, unsigned flags);
void state_running(void);

#endif
