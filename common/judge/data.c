/*
 * data.c - the part of the replay that knows descriptors and pipes.
 * See replay.h.
 *
 * A pair of sockets is one object like a pipe; its first socket counts
 * as the read end, its second as the write end, and what is written to
 * one is read from the other.
 *
 * A pipe's reader comes to the end of file when no process has its
 * write end open any more, so each process's open descriptors are
 * counted, through fork, dup, exec and the process's end.
 */
#include <string.h>

#include "judge/state.h"

#define ENDS (EVENT_READ_END | EVENT_WRITE_END)

static struct replay_descriptor *
find_descriptor(const struct replay *replay, uint32_t process,
                int64_t number)
{
    const struct replay_actor *actor = replay_actor(replay, process);

    for (size_t i = 0; actor != NULL && i < actor->descriptor_count; i++)
        if (actor->descriptors[i].number == number)
            return actor->descriptors + i;
    return NULL;
}

const struct replay_descriptor *
replay_descriptor(const struct replay *replay, uint32_t process,
                  int64_t number)
{
    return find_descriptor(replay, process, number);
}

bool replay_has_end(const struct replay *replay, uint32_t process,
                    uint64_t pipe, unsigned end)
{
    const struct replay_actor *actor = replay_actor(replay, process);

    for (size_t i = 0; actor != NULL && i < actor->descriptor_count; i++) {
        const struct replay_descriptor *descriptor =
            actor->descriptors + i;

        if (descriptor->is_open && descriptor->object == pipe &&
            (descriptor->flags & end) != 0)
            return true;
    }
    return false;
}

static struct replay_object *pipe_of(struct replay *replay, uint64_t key)
{
    struct replay_object *object = table_find(&replay->objects, key);

    return object != NULL && object->is_pipe ? object : NULL;
}

static void close_one(struct replay *replay,
                      struct replay_descriptor *descriptor,
                      uint32_t index)
{
    struct replay_object *pipe = pipe_of(replay, descriptor->object);

    if (!descriptor->is_open)
        return;
    descriptor->is_open = false;
    descriptor->closed = index;
    if (pipe == NULL)
        return;
    if (descriptor->flags & EVENT_WRITE_END && --pipe->writers == 0)
        pipe->writers_end = index;
    if (descriptor->flags & EVENT_READ_END && --pipe->readers == 0)
        pipe->readers_end = index;
}

static void open_one(struct replay *replay, uint32_t process,
                     int64_t number, uint64_t object, unsigned flags,
                     uint32_t index)
{
    struct replay_actor *actor = replay->actors + process;
    struct replay_descriptor *descriptor =
        find_descriptor(replay, process, number);
    struct replay_object *pipe = pipe_of(replay, object);

    if (descriptor == NULL) {
        actor->descriptors = array_grow(
            actor->descriptors, &actor->descriptor_room,
            actor->descriptor_count + 1, sizeof *actor->descriptors);
        descriptor = actor->descriptors + actor->descriptor_count++;
        memset(descriptor, 0, sizeof *descriptor);
    }
    close_one(replay, descriptor, index); /* dup2 closes what was there */
    *descriptor = (struct replay_descriptor){
        .number = number,
        .object = object,
        .flags = (uint16_t)(flags & (ENDS | EVENT_CLOEXEC)),
        .is_open = true,
        .opened = index,
        .closed = TRACE_NONE};
    if (pipe != NULL) {
        pipe->writers += (flags & EVENT_WRITE_END) != 0;
        pipe->readers += (flags & EVENT_READ_END) != 0;
    }
}

static void step_pipe(struct replay *replay, uint32_t index,
                      const struct event *event)
{
    uint32_t process = replay_process(replay, event->actor);
    struct replay_object *pipe =
        state_object(replay, event->object, GROUP_DATA);
    unsigned inherit = event->flags & EVENT_CLOEXEC;
    bool both = event_kind(event) == KIND_SOCKET_PAIR;

    if (pipe == NULL)
        return;
    pipe->is_pipe = true;
    pipe->is_socket = both;
    pipe->is_known = true;
    pipe->readers = pipe->writers = 0;
    pipe->gift_count = 0;
    pipe->bytes = 0;
    open_one(replay, process, event->value & 0xffffffff, event->object,
             inherit | EVENT_READ_END, index);
    open_one(replay, process, event->value >> 32 & 0xffffffff,
             event->object, inherit | EVENT_WRITE_END, index);
}

static void step_close(struct replay *replay, uint32_t index,
                       const struct event *event)
{
    uint32_t process = replay_process(replay, event->actor);

    /* One that we did not see opened is remembered, too. */
    if (find_descriptor(replay, process, event->value) == NULL)
        open_one(replay, process, event->value, event->object, 0, index);
    close_one(replay, find_descriptor(replay, process, event->value),
              index);
}

/* No call moves more at once. */
static uint32_t bytes_of(const struct event *event)
{
    return event->value < 0             ? 0
           : event->value < UINT32_MAX ? (uint32_t)event->value
                                        : UINT32_MAX;
}

static void step_read(struct replay *replay, uint32_t index,
                      const struct event *event)
{
    struct replay_object *pipe = pipe_of(replay, event->object);
    uint32_t bytes = bytes_of(event);
    bool by_writer = pipe != NULL && pipe->is_socket &&
                     event->flags & EVENT_WRITE_END;

    if (pipe == NULL)
        return;
    if (bytes == 0) { /* whoever could have written is gone */
        if ((by_writer ? pipe->readers : pipe->writers) == 0)
            replay->peer =
                by_writer ? pipe->readers_end : pipe->writers_end;
        return;
    }
    replay->peer = state_take(
        pipe, bytes, by_writer ? EVENT_READ_END : EVENT_WRITE_END);
    pipe->bytes = pipe->bytes > bytes ? pipe->bytes - bytes : 0;
    pipe->given = index;
}

static void step_write(struct replay *replay, uint32_t index,
                       const struct event *event)
{
    struct replay_object *pipe = pipe_of(replay, event->object);
    uint32_t bytes = bytes_of(event);

    if (pipe == NULL || bytes == 0)
        return;
    if (event->flags & EVENT_WAITED)
        replay->peer = pipe->given;
    state_give(pipe, index, bytes,
               pipe->is_socket ? event->flags & ENDS : EVENT_WRITE_END);
    pipe->bytes += bytes;
}

/* What is there to read was written by somebody. */
static void step_poll(struct replay *replay, const struct event *event)
{
    const struct replay_object *pipe = pipe_of(replay, event->object);

    if (pipe == NULL || event->value <= 0)
        return;
    if (pipe->gift_count > 0)
        replay->peer = pipe->gifts[0].event;
    else if (pipe->writers == 0)
        replay->peer = pipe->writers_end;
}

void data_step(struct replay *replay, uint32_t index,
               const struct event *event)
{
    if (event->error != 0)
        return;
    switch (event_kind(event)) {
    case KIND_PIPE:
    case KIND_SOCKET_PAIR:
        step_pipe(replay, index, event);
        break;
    case KIND_OPEN:
    case KIND_DUP:
        open_one(replay, replay_process(replay, event->actor),
                 event->value, event->object, event->flags, index);
        break;
    case KIND_CLOSE:
        step_close(replay, index, event);
        break;
    case KIND_READ:
        step_read(replay, index, event);
        break;
    case KIND_WRITE:
        step_write(replay, index, event);
        break;
    case KIND_POLL:
        step_poll(replay, event);
        break;
    default:
        break;
    }
}

void data_fork(struct replay *replay, uint32_t parent, uint32_t child,
               uint32_t index)
{
    const struct replay_actor *from = replay->actors + parent;

    for (size_t i = 0; i < from->descriptor_count; i++)
        if (from->descriptors[i].is_open)
            open_one(replay, child, from->descriptors[i].number,
                     from->descriptors[i].object,
                     from->descriptors[i].flags, index);
}

void data_close_all(struct replay *replay, uint32_t process,
                    uint32_t index, bool exec)
{
    struct replay_actor *actor = replay->actors + process;

    for (size_t i = 0; i < actor->descriptor_count; i++)
        if (!exec || actor->descriptors[i].flags & EVENT_CLOEXEC)
            close_one(replay, actor->descriptors + i, index);
}
