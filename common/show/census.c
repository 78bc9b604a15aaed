/*
 * census.c - see census.h.
 *
 * Every object is counted first; those on which actors waited come
 * first, then those that many events concern.  Then, as the trace is
 * played, each of the chosen gets a sample whenever an event concerned
 * it and left it otherwise than it was.
 *
 * A conflict is a write by an actor that read before, and did not read
 * again since another wrote: what that one wrote is lost.  Of memory and
 * of files alike.
 */
#include "show/census.h"

#include <stdlib.h>

#include "trace/fail.h"

struct tally {
    uint64_t key;
    enum object_sort sort;
    uint32_t first; /* event */
    uint32_t last;
    uint64_t uses, waits;
    uint16_t actor; /* the first that used it */
    bool several;   /* actors */
};

/* What each actor last read of an object, and who wrote it last. */
struct access {
    uint32_t *read;     /* event, by actor; TRACE_NONE: nothing */
    uint32_t written;   /* event */
    uint16_t writer;
};

struct census {
    struct model *model;
    struct table tallies; /* while counting */
    struct table chosen;  /* key -> object's index + 1 */
    struct access *accesses; /* by object */
};

/* ---- counting ---- */

static bool sort_of(const struct event *event, enum object_sort *sort)
{
    enum kind kind = event_kind(event);

    if (kind == KIND_WAIT && event->value > 0 && event->value < KIND_COUNT)
        kind = (enum kind)event->value;
    switch (kind_info[kind].group) {
    case GROUP_LOCK: *sort = SORT_LOCK; return true;
    case GROUP_SEMAPHORE: *sort = SORT_SEMAPHORE; return true;
    case GROUP_CONDITION: *sort = SORT_CONDITION; return true;
    case GROUP_MEMORY: *sort = SORT_MEMORY; return true;
    case GROUP_DATA:
        *sort = kind == KIND_PIPE || kind == KIND_SOCKET_PAIR ? SORT_PIPE
                                                              : SORT_FILE;
        return kind != KIND_MAP && kind != KIND_UNMAP;
    default: return false;
    }
}

static void count_event(struct census *census, uint32_t index,
                        const struct event *event)
{
    enum object_sort sort;
    struct tally **slot;

    if (event->object == 0 || !sort_of(event, &sort))
        return;
    if (sort == SORT_MEMORY &&
        !worth_is_shared(&census->model->worth, event->object))
        return;
    slot = (struct tally **)table_slot(&census->tallies, event->object);
    if (*slot == NULL) {
        *slot = calloc(1, sizeof **slot);
        if (*slot == NULL)
            die("out of memory");
        **slot = (struct tally){.key = event->object,
                                .sort = sort,
                                .first = index,
                                .actor = event->actor};
    }
    (*slot)->uses++;
    (*slot)->last = index;
    (*slot)->several |= (*slot)->actor != event->actor;
    (*slot)->waits += worth_ends_wait(event) ||
                      event_kind(event) == KIND_WAIT;
}

/* What nobody shares is of no interest; a wait counts for many uses. */
static uint64_t rank_of(const struct tally *tally)
{
    uint64_t rank = tally->uses + tally->waits * 1000;

    if (!tally->several && tally->waits == 0)
        return 0;
    return tally->sort == SORT_MEMORY || tally->sort == SORT_FILE
               ? rank
               : rank + 10000;
}

static int compare_ranks(const void *one, const void *other)
{
    const struct model_object *a = one, *b = other;

    if (a->rank != b->rank)
        return a->rank < b->rank ? 1 : -1;
    return a->named_at < b->named_at ? -1 : a->named_at > b->named_at;
}

static void choose(struct census *census)
{
    struct model *model = census->model;
    struct model_object *all =
        calloc(census->tallies.count + 1, sizeof *all);
    uint32_t count = 0;
    struct tally *tally;
    size_t cursor = 0;

    if (all == NULL)
        die("out of memory");
    while ((tally = table_next(&census->tallies, &cursor)) != NULL) {
        uint64_t rank = rank_of(tally);

        if (rank > 0)
            all[count++] = (struct model_object){.key = tally->key,
                                                 .sort = tally->sort,
                                                 .named_at = tally->last,
                                                 .rank = rank,
                                                 .most = 1};
        free(tally);
    }
    table_clear(&census->tallies);
    qsort(all, count, sizeof *all, compare_ranks);
    model->object_count = count < MODEL_OBJECTS ? count : MODEL_OBJECTS;
    model->objects = all;
    for (uint32_t i = 0; i < model->object_count; i++)
        *table_slot(&census->chosen, all[i].key) =
            (void *)(uintptr_t)(i + 1);
}

static void start_accesses(struct census *census)
{
    const struct model *model = census->model;

    census->accesses =
        calloc(model->object_count + 1, sizeof *census->accesses);
    if (census->accesses == NULL)
        die("out of memory");
    for (uint32_t i = 0; i < model->object_count; i++) {
        struct access *access = census->accesses + i;

        access->written = TRACE_NONE;
        if (model->objects[i].sort != SORT_MEMORY &&
            model->objects[i].sort != SORT_FILE)
            continue;
        access->read =
            malloc((model->actor_count + 1) * sizeof *access->read);
        if (access->read == NULL)
            die("out of memory");
        for (uint32_t j = 0; j <= model->actor_count; j++)
            access->read[j] = TRACE_NONE;
    }
}

struct census *census_new(struct model *model, uint32_t limit)
{
    struct census *census = calloc(1, sizeof *census);

    if (census == NULL)
        die("out of memory");
    census->model = model;
    for (uint32_t i = 0; i < limit; i++) {
        const struct event *event = trace_read(model->trace, i);

        if (event != NULL)
            count_event(census, i, event);
    }
    choose(census);
    start_accesses(census);
    return census;
}

void census_free(struct census *census)
{
    for (uint32_t i = 0; i < census->model->object_count; i++)
        free(census->accesses[i].read);
    free(census->accesses);
    table_clear(&census->chosen);
    free(census);
}

/* ---- samples ---- */

static bool is_write(enum kind kind)
{
    return kind == KIND_STORE || kind == KIND_ATOMIC_STORE ||
           kind == KIND_ATOMIC_CHANGE || kind == KIND_WRITE;
}

static bool is_access(enum kind kind)
{
    return is_write(kind) || kind == KIND_LOAD ||
           kind == KIND_ATOMIC_LOAD || kind == KIND_READ;
}

static struct model_sample stand_of(const struct replay_object *object)
{
    struct model_sample sample = {.flags = SAMPLE_KNOWN,
                                  .owner = UINT16_MAX};

    if (object == NULL)
        return (struct model_sample){.owner = UINT16_MAX};
    sample.waiters = object->waiter_count > 255
                         ? 255
                         : (uint8_t)object->waiter_count;
    if (object->holder_count > 0)
        sample.owner = object->holders[0].actor;
    sample.readers = (uint16_t)object->readers;
    sample.writers = (uint16_t)object->writers;
    if (object->is_pipe)
        sample.value = object->bytes;
    else if (object->group == GROUP_SEMAPHORE)
        sample.value = object->count;
    else if (object->group == GROUP_LOCK)
        sample.value = (int64_t)object->holder_count;
    else
        sample.value = object->arrived;
    return sample;
}

static bool is_same(const struct model_sample *one,
                    const struct model_sample *other)
{
    return one->owner == other->owner && one->waiters == other->waiters &&
           one->value == other->value && one->readers == other->readers &&
           one->writers == other->writers &&
           ((one->flags ^ other->flags) & ~SAMPLE_TOUCHED) == 0;
}

static void add_sample(struct model_object *object,
                       const struct model_sample *sample, bool always)
{
    struct model_sample *last =
        object->count == 0 ? NULL : object->samples + object->count - 1;

    if (last != NULL && !always && is_same(last, sample))
        return;
    if (sample->value > object->most)
        object->most = sample->value;
    if (last != NULL && last->at == sample->at) {
        unsigned kept = last->flags & (SAMPLE_TOUCHED | SAMPLE_CONFLICT);

        *last = *sample;
        last->flags |= (uint8_t)kept;
        return;
    }
    object->samples =
        array_grow(object->samples, &object->room, object->count + 1,
                   sizeof *object->samples);
    object->samples[object->count++] = *sample;
}

static void add_conflict(struct model *model,
                         const struct model_conflict *conflict)
{
    model->conflicts =
        array_grow(model->conflicts, &model->conflict_room,
                   model->conflict_count + 1, sizeof *model->conflicts);
    model->conflicts[model->conflict_count++] = *conflict;
}

/* Returns whether this write loses another's. */
static bool note_access(struct census *census, struct access *access,
                        uint32_t index, uint32_t position,
                        const struct event *event)
{
    struct model_conflict conflict = {position, access->written,
                                      access->read[event->actor]};
    enum kind kind = event_kind(event);
    bool lost = false;

    if (!is_write(kind)) {
        access->read[event->actor] = index;
        return false;
    }
    if (kind != KIND_ATOMIC_CHANGE && conflict.seen != TRACE_NONE &&
        conflict.lost != TRACE_NONE && conflict.lost > conflict.seen &&
        access->writer != event->actor) {
        add_conflict(census->model, &conflict);
        lost = true;
    }
    access->written = index;
    access->writer = event->actor;
    /* Its own write is as good as a look. */
    if (conflict.seen != TRACE_NONE)
        access->read[event->actor] = index;
    return lost;
}

static void look_at_access(struct census *census, uint32_t number,
                           uint32_t index, uint32_t position, bool shown,
                           const struct event *event)
{
    struct model_object *object = census->model->objects + number;
    enum kind kind = event_kind(event);
    struct model_sample sample = {.at = position,
                                  .owner = event->actor,
                                  .value = event->value};

    if (!is_access(kind) || event->error != 0)
        return;
    if (shown)
        sample.flags |= SAMPLE_TOUCHED;
    if (is_write(kind))
        sample.flags |= SAMPLE_WRITES;
    if (event->flags & EVENT_VALUE || object->sort == SORT_FILE)
        sample.flags |= SAMPLE_KNOWN;
    if (note_access(census, census->accesses + number, index, position,
                    event))
        sample.flags |= SAMPLE_CONFLICT;
    add_sample(object, &sample, true);
}

static void look_at(struct census *census, const struct replay *replay,
                    uint64_t key, uint32_t index, uint32_t position,
                    bool shown)
{
    uintptr_t number = (uintptr_t)table_find(&census->chosen, key);
    const struct event *event = trace_read(replay->trace, index);
    struct model_object *object;
    struct model_sample sample;

    if (number == 0)
        return;
    object = census->model->objects + number - 1;
    if (object->sort == SORT_MEMORY || object->sort == SORT_FILE) {
        look_at_access(census, (uint32_t)number - 1, index, position,
                       shown, event);
        return;
    }
    sample = stand_of(replay_object(replay, key));
    sample.at = position;
    if (shown)
        sample.flags |= SAMPLE_TOUCHED;
    add_sample(object, &sample, shown);
}

/* Births and ends change who has which pipe open, and which locks. */
static void look_at_all(struct census *census,
                        const struct replay *replay, uint32_t position)
{
    for (uint32_t i = 0; i < census->model->object_count; i++) {
        struct model_object *object = census->model->objects + i;
        struct model_sample sample;

        if (object->sort == SORT_MEMORY || object->sort == SORT_FILE)
            continue;
        sample = stand_of(replay_object(replay, object->key));
        sample.at = position;
        add_sample(object, &sample, false);
    }
}

void census_look(struct census *census, const struct replay *replay,
                 uint32_t index, uint32_t position, bool shown)
{
    const struct event *event = trace_read(replay->trace, index);
    enum kind kind = event_kind(event);

    if (kind_info[kind].group == GROUP_LIFE) {
        look_at_all(census, replay, position);
        return;
    }
    if (event->object != 0)
        look_at(census, replay, event->object, index, position, shown);
    if (kind == KIND_CONDITION_WAIT || kind == KIND_CONDITION_WAKE)
        look_at(census, replay, (uint64_t)event->value, index, position,
                false);
}
