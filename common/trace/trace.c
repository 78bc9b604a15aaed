/*
 * trace.c - the shared mapping and appending to it.  See trace.h.
 *
 * The mapping is a memfd, so that it has no name that could be left
 * behind, and is mapped at one fixed address, so that a program that
 * was started by exec can map it where everybody else has it.
 */
#define _GNU_SOURCE /* memfd_create, MAP_FIXED_NOREPLACE */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "image.h"

/* Above what AddressSanitizer takes for its shadow, below the stacks. */
#define TRACE_ADDRESS ((void *)0x200000000000)

#define TEXT_MINIMUM (UINT64_C(16) << 20)
#define PLACES_MAX (UINT64_C(1) << 16)
#define SOURCES_MAX 256
#define SCHEDULE_SIZE (UINT64_C(8) << 20)
#define SYMBOLS_SIZE (UINT64_C(16) << 20)

/* Out of the way of the low numbers that the program will be given. */
#define DESCRIPTOR_LOW 900

/* Bytes of events for which memory is found ahead of time. */
#define AHEAD (UINT64_C(4) << 20)

static int descriptor = -1;
static uint64_t prepared; /* up to this byte of the descriptor */
static struct trace planned; /* what nobody may have written over */

uint64_t trace_clock(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return trace_nanoseconds();
#endif
}

uint64_t trace_nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t place_section(struct section *section, uint64_t at,
                              uint64_t count, size_t item)
{
    section->offset = (at + 63) & ~UINT64_C(63);
    section->count = count;
    return section->offset + count * item;
}

static struct trace plan(uint64_t events)
{
    struct trace plan = {.version = TRACE_VERSION,
                         .header_size = sizeof plan};
    uint64_t at = sizeof plan;
    uint64_t text = events * 8 > TEXT_MINIMUM ? events * 8 : TEXT_MINIMUM;

    memcpy(plan.magic, TRACE_MAGIC, sizeof plan.magic);
    if (text > UINT32_MAX)
        text = UINT32_MAX;
    at = place_section(&plan.actors, at, TRACE_ACTORS_MAX,
                       sizeof(struct actor));
    at = place_section(&plan.places, at, PLACES_MAX, sizeof(struct place));
    at = place_section(&plan.sources, at, SOURCES_MAX,
                       sizeof(struct source));
    at = place_section(&plan.symbols, at, SYMBOLS_SIZE, 1);
    at = place_section(&plan.schedule, at, SCHEDULE_SIZE, 1);
    at = place_section(&plan.text, at, text, 1);
    at = place_section(&plan.events, at, events, sizeof(struct event));
    plan.size = at;
    return plan;
}

static int make_memory(uint64_t size)
{
    int low = memfd_create("interleavings-trace", 0);
    int high;

    if (low < 0)
        die("cannot make the trace's memory:");
    high = fcntl(low, F_DUPFD, DESCRIPTOR_LOW);
    if (high < 0)
        high = low; /* fewer descriptors are allowed */
    else
        close(low);
    if (ftruncate(high, (off_t)size) < 0)
        die("cannot make a trace of %llu MB; try a smaller --events:",
            (unsigned long long)size >> 20);
    return high;
}

static struct trace *map_memory(int memory, uint64_t size)
{
    void *at = mmap(TRACE_ADDRESS, size, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
                    memory, 0);

    return at == MAP_FAILED ? NULL : at;
}

void trace_prepare(struct trace *trace)
{
    uint64_t next = trace->events.offset +
                    trace_count(trace) * sizeof(struct event);
    uint64_t end = next + AHEAD < trace->size ? next + AHEAD : trace->size;

    if (next < prepared)
        next = prepared;
    if (end > next &&
        fallocate(descriptor, 0, (off_t)next, (off_t)(end - next)) == 0)
        prepared = end;
}

struct trace *trace_create(uint64_t events)
{
    struct trace header;
    struct trace *trace;

    if (events == 0)
        events = TRACE_EVENTS_DEFAULT;
    if (events >= TRACE_NONE)
        die("a trace has room for at most %u events", TRACE_NONE - 1);
    header = plan(events);
    descriptor = make_memory(header.size);
    trace = map_memory(descriptor, header.size);
    if (trace == NULL)
        die("cannot map a trace of %llu MB; try a smaller --events:",
            (unsigned long long)header.size >> 20);
    memcpy(trace, &header, sizeof header);
    planned = header;
    atomic_store(&trace->text_head, 1); /* offset 0 is "no text" */
    prepared = 0;
    trace_prepare(trace);
    trace->clock_start = trace_clock();
    trace->clock_begun = trace_nanoseconds();
    return trace;
}

struct trace *trace_attach(int memory)
{
    struct stat about;
    struct trace *trace;

    if (fstat(memory, &about) < 0 || !S_ISREG(about.st_mode) ||
        (uint64_t)about.st_size < sizeof *trace)
        return NULL;
    trace = map_memory(memory, (uint64_t)about.st_size);
    if (trace == NULL)
        return NULL;
    if (memcmp(trace->magic, TRACE_MAGIC, sizeof trace->magic) != 0 ||
        trace->size != (uint64_t)about.st_size) {
        munmap(trace, (size_t)about.st_size);
        return NULL;
    }
    descriptor = memory;
    return trace;
}

static bool is_same(const struct section *one, const struct section *two)
{
    return one->offset == two->offset && one->count == two->count;
}

bool trace_is_sound(const struct trace *trace)
{
    return memcmp(trace->magic, planned.magic, sizeof planned.magic) == 0 &&
           trace->version == planned.version &&
           trace->header_size == planned.header_size &&
           trace->size == planned.size &&
           is_same(&trace->actors, &planned.actors) &&
           is_same(&trace->places, &planned.places) &&
           is_same(&trace->sources, &planned.sources) &&
           is_same(&trace->symbols, &planned.symbols) &&
           is_same(&trace->schedule, &planned.schedule) &&
           is_same(&trace->text, &planned.text) &&
           is_same(&trace->events, &planned.events) &&
           trace->place_count <= planned.places.count &&
           trace->source_count <= planned.sources.count;
}

void trace_reset(struct trace *trace, uint64_t text_head)
{
    memset(image_events(trace), 0,
           trace_count(trace) * sizeof(struct event));
    memset(image_actors(trace), 0,
           trace_actor_count(trace) * sizeof(struct actor));
    trace->event_head = 0;
    trace->actor_count = 0;
    trace->region_count = 0;
    trace->text_head = text_head;
    trace->place_count = trace->source_count = 0;
    trace->ending = ENDING_NONE;
    trace->ending_value = 0;
    trace->ending_text = trace->schedule_text = 0;
    trace->left_behind = trace->sealed = 0;
    trace->virtual_time = 0;
}

struct trace *trace_here(void)
{
    return descriptor < 0 ? NULL : TRACE_ADDRESS;
}

int trace_descriptor(void)
{
    return descriptor;
}

void trace_close(struct trace *trace)
{
    bool made = trace == TRACE_ADDRESS;

    munmap(trace, trace->size);
    if (made && descriptor >= 0) {
        close(descriptor);
        descriptor = -1;
    }
}

uint32_t trace_append(struct trace *trace, const struct event *draft)
{
    uint64_t index = atomic_fetch_add_explicit(&trace->event_head, 1,
                                               memory_order_relaxed);
    struct event *event;
    uint8_t kind = (uint8_t)draft->kind;

    if (index >= trace->events.count)
        return TRACE_NONE;
    event = image_events(trace) + index;
    event->time = trace->controlled ? trace->virtual_time : trace_clock();
    event->object = draft->object;
    event->value = draft->value;
    event->pc = draft->pc;
    event->peer = draft->peer;
    event->text = draft->text;
    event->actor = draft->actor;
    event->error = draft->error;
    event->flags = draft->flags;
    event->size = draft->size;
    atomic_store_explicit(&event->kind, kind, memory_order_release);
    return (uint32_t)index;
}

struct event *trace_event(struct trace *trace, uint32_t index)
{
    return image_events(trace) + index;
}

uint32_t trace_count(const struct trace *trace)
{
    uint64_t head = atomic_load(&trace->event_head);

    return (uint32_t)(head < trace->events.count ? head
                                                 : trace->events.count);
}

uint64_t trace_lost(const struct trace *trace)
{
    uint64_t head = atomic_load(&trace->event_head);

    return head > trace->events.count ? head - trace->events.count : 0;
}

const struct event *trace_read(const struct trace *trace, uint32_t index)
{
    const struct event *event;
    enum kind kind;

    if (index >= trace_count(trace))
        return NULL;
    event = image_events(trace) + index;
    kind = event_kind(event);
    if (kind == KIND_NONE || kind >= KIND_COUNT ||
        event->actor >= trace_actor_count(trace))
        return NULL;
    return event;
}

uint32_t trace_add_text(struct trace *trace, const char *bytes,
                        size_t length)
{
    uint64_t at;
    char *copy;

    if (length == 0 || length >= trace->text.count)
        return 0;
    at = atomic_fetch_add(&trace->text_head, length + 1);
    if (at + length + 1 > trace->text.count)
        return 0;
    copy = image_text(trace) + at;
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    return (uint32_t)at;
}

const char *trace_text(const struct trace *trace, uint32_t offset)
{
    return offset < trace->text.count ? image_text(trace) + offset : "";
}

uint32_t trace_add_actor(struct trace *trace, uint32_t parent)
{
    uint32_t number = atomic_fetch_add(&trace->actor_count, 1);
    struct actor *actor;

    if (number >= trace->actors.count) {
        atomic_fetch_sub(&trace->actor_count, 1);
        return TRACE_NONE;
    }
    actor = image_actors(trace) + number;
    actor->parent = (uint16_t)parent;
    actor->process = (uint16_t)number;
    actor->wait = TRACE_NONE;
    atomic_store(&actor->state, ACTOR_BORN);
    return number;
}

struct actor *trace_actor(const struct trace *trace, uint32_t number)
{
    return number < trace_actor_count(trace) ? image_actors(trace) + number
                                             : NULL;
}

uint32_t trace_actor_count(const struct trace *trace)
{
    uint32_t count = atomic_load(&trace->actor_count);

    return count < trace->actors.count ? count
                                       : (uint32_t)trace->actors.count;
}

const char *trace_actor_name(const struct trace *trace, uint32_t number)
{
    const struct actor *actor = trace_actor(trace, number);
    const char *name = "somebody";

    if (actor != NULL && actor->display != 0)
        name = trace_text(trace, actor->display);
    else if (actor != NULL && actor->name != 0)
        name = trace_text(trace, actor->name);
    return name;
}

void *trace_symbols(const struct trace *trace, size_t *size)
{
    *size = trace->symbols.count;
    return *size == 0 ? NULL : (char *)trace + trace->symbols.offset;
}
