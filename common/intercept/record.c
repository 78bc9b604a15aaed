/*
 * record.c - see record.h.
 */
#include "intercept/record.h"

#include <errno.h>
#include <string.h>

#include "intercept/name.h"

/* The value of the last announced write, now that it has been made. */
static void finish_store(void)
{
    struct event *event = trace_event(self.trace, self.store);
    int64_t value = 0;

    memcpy(&value, (const void *)(uintptr_t)self.store_address,
           self.store_size);
    event->value = value;
    event->flags |= EVENT_VALUE;
    self.store = TRACE_NONE;
}

void record_flush(void)
{
    if (is_actor() && self.store != TRACE_NONE)
        finish_store();
}

static uint32_t append(struct event *draft)
{
    if (self.store != TRACE_NONE)
        finish_store();
    draft->actor = (uint16_t)self.number;
    draft->peer = TRACE_NONE;
    return trace_append(self.trace, draft);
}

uint32_t record(enum kind kind, uint64_t object, int64_t value,
                uint64_t pc)
{
    struct event draft = {.kind = (uint8_t)kind,
                          .object = object,
                          .value = value,
                          .pc = pc};

    return append(&draft);
}

uint32_t record_call(enum kind kind, uint64_t object, int64_t value,
                     uint64_t pc, int error, unsigned flags)
{
    struct event draft = {.kind = (uint8_t)kind,
                          .object = object,
                          .value = value,
                          .pc = pc,
                          .error = (uint16_t)error,
                          .flags = (uint16_t)flags};

    return append(&draft);
}

uint32_t record_access(enum kind kind, uint64_t object, int64_t value,
                       uint64_t pc, uint32_t size, unsigned flags)
{
    struct event draft = {.kind = (uint8_t)kind,
                          .object = object,
                          .value = value,
                          .pc = pc,
                          .flags = (uint16_t)flags,
                          .size = (uint8_t)size};

    return append(&draft);
}

uint32_t record_text(enum kind kind, uint64_t object, int64_t value,
                     uint64_t pc, unsigned flags, const char *bytes,
                     size_t length)
{
    struct event draft = {.kind = (uint8_t)kind,
                          .object = object,
                          .value = value,
                          .pc = pc,
                          .flags = (uint16_t)flags};

    if (length > RECORD_TEXT_MAX) {
        length = RECORD_TEXT_MAX;
        draft.flags |= EVENT_CUT;
    }
    draft.text = trace_add_text(self.trace, bytes, length);
    return append(&draft);
}

void record_result(uint32_t event, int64_t value, int error)
{
    if (event == TRACE_NONE)
        return;
    trace_event(self.trace, event)->value = value;
    trace_event(self.trace, event)->error = (uint16_t)error;
}

void record_name(uint64_t object, const char *name)
{
    record_text(KIND_OBJECT_NAME, object, NAME_BY_PROGRAM, 0, 0, name,
                strlen(name));
}

void state_waiting(uint32_t event, unsigned flags)
{
    atomic_store(&self.actor->wait, event);
    atomic_store(&self.actor->state,
                 flags & EVENT_TIMED     ? ACTOR_WAITING_TIMED
                 : flags & EVENT_OUTSIDE ? ACTOR_WAITING_OUTSIDE
                                         : ACTOR_WAITING);
}

void state_running(void)
{
    atomic_store(&self.actor->state, ACTOR_RUNNING);
}

void wait_begin(enum kind kind, uint64_t object, uint64_t pc,
                unsigned flags)
{
    int error = errno;

    state_waiting(record_call(KIND_WAIT, object, kind, pc, 0, flags),
                  flags);
    errno = error;
}

void wait_end(void)
{
    state_running();
}
