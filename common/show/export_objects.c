/*
 * export_objects.c - the objects in trace event JSON: who holds them,
 * and their values.  See export_perfetto.c.
 */
#define _POSIX_C_SOURCE 200809L /* strdup */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/export_perfetto.h"
#include "trace/fail.h"

/* ---- holds ---- */

static void put_hold(struct writer *writer, const struct hold *hold,
                     size_t number, uint32_t index)
{
    perfetto_begin_at(writer, hold->open ? 'b' : 'e', hold->actor,
                      writer->now);
    fprintf(writer->out, ",\"cat\":\"hold\",\"id\":%zu,\"name\":", number);
    perfetto_string(writer,
                    names_object(writer->export->names, hold->key, index));
    if (hold->open) {
        fputs(",\"args\":{\"held by\":", writer->out);
        perfetto_string(writer,
                        trace_actor_name(writer->trace, hold->actor));
        putc('}', writer->out);
    }
    putc('}', writer->out);
}

static bool is_held(const struct writer *writer, const struct hold *hold)
{
    const struct replay_object *object = replay_object(writer->replay,
                                                       hold->key);

    return object != NULL && replay_holder(object, hold->actor) != NULL;
}

static void begin_hold(struct writer *writer, uint64_t key, uint16_t actor,
                       uint32_t index)
{
    struct hold new = {.key = key, .actor = actor, .open = true};

    for (size_t i = 0; i < writer->holds.count; i++) {
        struct hold *hold = LIST_ITEM(writer->holds, struct hold, i);

        if (hold->key != key || hold->actor != actor)
            continue;
        if (!hold->open) {
            hold->open = true;
            put_hold(writer, hold, i + 1, index);
        }
        return;
    }
    list_add(&writer->holds, &new, 1, sizeof new);
    put_hold(writer, &new, writer->holds.count, index);
}

/* Brings the holds of one object up to date. */
void perfetto_follow_holds(struct writer *writer, uint64_t key,
                           uint32_t index)
{
    const struct replay_object *object = replay_object(writer->replay, key);

    if (object == NULL ||
        (object->group != GROUP_LOCK && object->sort != LOCK_FILE))
        return;
    for (size_t i = 0; i < writer->holds.count; i++) {
        struct hold *hold = LIST_ITEM(writer->holds, struct hold, i);

        if (hold->key != key || !hold->open || is_held(writer, hold))
            continue;
        hold->open = false;
        put_hold(writer, hold, i + 1, index);
    }
    for (size_t i = 0; i < object->holder_count; i++)
        begin_hold(writer, key, object->holders[i].actor, index);
}

void perfetto_follow_all_holds(struct writer *writer, uint32_t index)
{
    const struct replay_object *object;
    size_t cursor = 0;

    while ((object = table_next(&writer->replay->objects, &cursor)) != NULL)
        perfetto_follow_holds(writer, object->key, index);
}

void perfetto_end_holds(struct writer *writer)
{
    for (size_t i = 0; i < writer->holds.count; i++) {
        struct hold *hold = LIST_ITEM(writer->holds, struct hold, i);

        if (!hold->open)
            continue;
        hold->open = false;
        put_hold(writer, hold, i + 1, trace_count(writer->trace));
    }
}

/* ---- counters ---- */

/* What belongs to one process is drawn there, the rest with the first. */
static int64_t owner_of(const struct writer *writer, uint64_t key,
                        uint32_t actor)
{
    uint32_t process = object_class(key) == OBJECT_PRIVATE
                           ? replay_process(writer->replay, actor)
                           : 0;

    return writer->tracks[process].pid;
}

static bool is_name_used(const struct writer *writer, const char *name,
                         int64_t pid)
{
    for (size_t i = 0; i < writer->counters.count; i++) {
        const struct counter *each = LIST_ITEM(writer->counters,
                                               struct counter, i);

        if (each->pid == pid && strcmp(each->name, name) == 0)
            return true;
    }
    return false;
}

static const struct counter *counter_of(struct writer *writer,
                                        uint32_t index, const char *what)
{
    const struct event *event = trace_read(writer->trace, index);
    void **slot = table_slot(&writer->known, event->object);
    struct counter new = {.key = event->object};
    char name[200];

    if (*slot == NULL) {
        const char *object = names_object(writer->export->names,
                                          event->object, index);

        new.pid = owner_of(writer, event->object, event->actor);
        snprintf(name, sizeof name, "%.100s%s", object, what);
        for (int i = 2; is_name_used(writer, name, new.pid); i++)
            snprintf(name, sizeof name, "%.100s%s (%d)", object, what, i);
        new.name = strdup(name);
        if (new.name == NULL)
            die("out of memory");
        *slot = (void *)(uintptr_t)(list_add(&writer->counters, &new, 1,
                                             sizeof new) +
                                    1);
    }
    return LIST_ITEM(writer->counters, struct counter,
                     (uintptr_t)*slot - 1);
}

static void put_counter(struct writer *writer, uint32_t index,
                        const char *what, const char *value)
{
    const struct counter *counter = counter_of(writer, index, what);

    perfetto_begin(writer, 'C', counter->pid, counter->pid);
    fprintf(writer->out, ",\"ts\":%" PRIu64 ".%03u", writer->now / 1000,
            (unsigned)(writer->now % 1000));
    perfetto_member(writer, "name", counter->name);
    fprintf(writer->out, ",\"args\":{\"value\":%s}}", value);
}

static void count_memory(struct writer *writer, uint32_t index,
                         const struct event *event)
{
    enum kind kind = event_kind(event);
    bool reads = kind == KIND_LOAD || kind == KIND_ATOMIC_LOAD;
    char value[32];
    struct phrase phrase = phrase_in(value, sizeof value);

    if (!worth_is_shared(&writer->worth, event->object) ||
        !(event->flags & EVENT_VALUE) ||
        (reads && table_find(&writer->known, event->object) != NULL))
        return;
    if (sentence_write_value(&phrase, event->value, event->size, ""))
        put_counter(writer, index, "", value);
}

void perfetto_count(struct writer *writer, uint32_t index,
                    const struct event *event)
{
    enum kind_group group = kind_info[event_kind(event)].group;
    const struct replay_object *object = replay_object(writer->replay,
                                                       event->object);
    char value[32];

    if (group == GROUP_MEMORY)
        count_memory(writer, index, event);
    if (object == NULL || event->error != 0)
        return;
    if (group == GROUP_SEMAPHORE && object->is_known) {
        snprintf(value, sizeof value, "%" PRId64, object->count);
        put_counter(writer, index, ": value", value);
    } else if (group == GROUP_DATA && object->is_pipe) {
        snprintf(value, sizeof value, "%" PRId64, object->bytes);
        put_counter(writer, index, ": bytes", value);
    }
}
