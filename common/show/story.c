/*
 * story.c - see story.h.
 */
#include "show/story.h"

#include <stdlib.h>
#include <string.h>

#include "show/worth.h"
#include "trace/fail.h"

#define RUN_OBJECTS 6 /* in one line; the rest is counted */

/* What a run of accesses did to one object. */
struct use {
    uint64_t key;
    uint32_t reads, writes, changes;
    bool has_first, has_last;
    int64_t first, last; /* first value read, last value seen */
    uint8_t size;
};

struct run {
    uint32_t first, last; /* events; first TRACE_NONE: no run */
    uint16_t actor;
    struct use uses[RUN_OBJECTS];
    uint32_t use_count;
    uint32_t others; /* accesses to further objects */
};

struct story {
    const struct trace *trace;
    const struct names *names;
    struct replay *replay;
    struct worth worth;
    bool ascii;
    bool must_step; /* the last line's event is still to be played */
    struct run run;
};

static bool is_memory(const struct event *event)
{
    return kind_info[event_kind(event)].group == GROUP_MEMORY;
}

struct story *story_new(const struct trace *trace,
                        const struct names *names, bool inside,
                        bool ascii)
{
    struct story *story = calloc(1, sizeof *story);

    if (story == NULL)
        die("out of memory");
    story->trace = trace;
    story->names = names;
    story->worth = worth_new(trace, inside, TRACE_NONE);
    story->ascii = ascii;
    story->replay = replay_new(trace);
    story->run.first = TRACE_NONE;
    return story;
}

void story_free(struct story *story)
{
    if (story == NULL)
        return;
    replay_free(story->replay);
    worth_free(&story->worth);
    free(story);
}

const struct replay *story_replay(const struct story *story)
{
    return story->replay;
}

bool story_is_setup(enum kind kind)
{
    switch (kind) {
    case KIND_LOCK_INIT:
    case KIND_LOCK_DESTROY:
    case KIND_CONDITION_INIT:
    case KIND_CONDITION_DESTROY:
    case KIND_BARRIER_INIT:
    case KIND_BARRIER_DESTROY:
    case KIND_SEMAPHORE_INIT:
    case KIND_SEMAPHORE_DESTROY:
    case KIND_SEMAPHORE_VALUE:
    case KIND_SEMAPHORE_OPEN:
    case KIND_SEMAPHORE_CLOSE:
    case KIND_SEMAPHORE_UNLINK:
    case KIND_SET_NAME:
    case KIND_DETACH:
    case KIND_MAP:
    case KIND_UNMAP:
    case KIND_OPEN:
    case KIND_SLEEP_END:
    case KIND_ENTER:
    case KIND_LEAVE:
        return true;
    default:
        return false;
    }
}

/* ---- runs of accesses ---- */

static struct use *find_use(struct run *run, uint64_t key)
{
    for (uint32_t i = 0; i < run->use_count; i++)
        if (run->uses[i].key == key)
            return run->uses + i;
    if (run->use_count == RUN_OBJECTS)
        return NULL;
    run->uses[run->use_count] = (struct use){.key = key};
    return run->uses + run->use_count++;
}

static void note_value(struct use *use, const struct event *event,
                       bool reads)
{
    if (!(event->flags & EVENT_VALUE)) {
        use->has_last = false;
        return;
    }
    if (reads && use->reads + use->writes + use->changes == 0) {
        use->has_first = true;
        use->first = event->value;
    }
    use->has_last = true;
    use->last = event->value;
    use->size = event->size;
}

static void add_access(struct run *run, uint32_t index,
                       const struct event *event)
{
    struct use *use = find_use(run, event->object);
    enum kind kind = event_kind(event);
    bool reads = kind == KIND_LOAD || kind == KIND_ATOMIC_LOAD;

    run->last = index;
    if (use == NULL) {
        run->others++;
        return;
    }
    note_value(use, event, reads);
    if (reads)
        use->reads++;
    else if (kind == KIND_ATOMIC_CHANGE)
        use->changes++;
    else
        use->writes++;
}

static void start_run(struct run *run, uint32_t index,
                      const struct event *event)
{
    *run = (struct run){.first = index,
                        .last = index,
                        .actor = event->actor};
}

static void add_count(struct phrase *out, const char **separator,
                      uint32_t count, const char *one)
{
    if (count == 0)
        return;
    phrase_add(out, "%s%u %s%s", *separator, count, one,
               count == 1 ? "" : "s");
    *separator = ", ";
}

/* "reads x: 5" */
static void add_single(struct phrase *out, const struct use *use,
                       const char *name)
{
    phrase_add(out, "%s %.100s",
               use->reads > 0    ? "reads"
               : use->writes > 0 ? "writes"
                                 : "changes",
               name);
    if (use->has_last)
        sentence_write_value(out, use->last, use->size, ": ");
}

/* "x 0 -> 41: 41 reads, 41 writes" */
static void add_several(struct phrase *out, const struct use *use,
                        const char *name)
{
    const char *separator = ": ";

    phrase_add(out, "%.100s", name);
    if (use->writes + use->changes > 0) {
        if (use->has_first)
            sentence_write_value(out, use->first, use->size, " ");
        if (use->has_last)
            sentence_write_value(out, use->last, use->size, " -> ");
    } else if (use->has_last)
        sentence_write_value(out, use->last, use->size, " = ");
    add_count(out, &separator, use->reads, "read");
    add_count(out, &separator, use->writes, "write");
    add_count(out, &separator, use->changes, "change");
}

/* "x 0 -> 41, 82x" */
static void add_briefly(struct phrase *out, const struct use *use,
                        const char *name)
{
    phrase_add(out, "%.100s", name);
    if (use->writes + use->changes > 0 && use->has_first)
        sentence_write_value(out, use->first, use->size, " ");
    if (use->has_last)
        sentence_write_value(
            out, use->last, use->size,
            use->writes + use->changes > 0 ? " -> " : " = ");
    phrase_add(out, ", %ux", use->reads + use->writes + use->changes);
}

static void describe_run(const struct story *story, bool brief, char *text)
{
    const struct run *run = &story->run;
    struct phrase out = phrase_in(text, STORY_TEXT);

    for (uint32_t i = 0; i < run->use_count; i++) {
        const struct use *use = run->uses + i;
        const char *name =
            names_object(story->names, use->key, run->last);

        phrase_add(&out, "%s", i == 0 ? "" : "; ");
        if (use->reads + use->writes + use->changes == 1)
            add_single(&out, use, name);
        else if (brief)
            add_briefly(&out, use, name);
        else
            add_several(&out, use, name);
    }
    if (run->others > 0)
        phrase_add(&out, "; and %u more accesses", run->others);
}

static bool finish_run(struct story *story, struct story_line *line)
{
    struct run *run = &story->run;

    line->first = run->first;
    line->last = run->last;
    line->actor = run->actor;
    line->kind = event_kind(trace_read(story->trace, run->first));
    for (uint32_t i = 0; i < run->use_count; i++)
        if (run->uses[i].writes + run->uses[i].changes > 0)
            line->kind = run->uses[i].changes > 0 ? KIND_ATOMIC_CHANGE
                                                  : KIND_STORE;
    line->is_setup = false;
    describe_run(story, true, line->brief);
    describe_run(story, false, line->full);
    run->first = TRACE_NONE;
    return true;
}

/* ---- lines ---- */

static void describe_call(const struct story *story,
                          const struct event *event, char *text)
{
    const char *name =
        sentence_function(story->trace, (uint64_t)event->value);
    struct phrase out = phrase_in(text, STORY_TEXT);

    phrase_add(&out, "%.100s(...)", name == NULL ? "a call" : name);
}

static bool finish_event(struct story *story, uint32_t index,
                         struct story_line *line)
{
    const struct event *event = trace_read(story->trace, index);
    struct sentence_scene scene = {.trace = story->trace,
                                   .names = story->names,
                                   .replay = story->replay,
                                   .ascii = story->ascii};
    struct phrase brief = phrase_in(line->brief, STORY_TEXT);
    struct phrase full = phrase_in(line->full, STORY_TEXT);

    line->first = line->last = index;
    line->actor = event->actor;
    line->kind = event_kind(event);
    line->is_setup = story_is_setup(line->kind);
    story->must_step = true;
    if (worth_is_kit_call(&story->worth, event) && !story->worth.inside) {
        line->is_setup = false;
        describe_call(story, event, line->full);
        strcpy(line->brief, line->full);
        return true;
    }
    sentence_write(&brief, &scene, index, true);
    sentence_write(&full, &scene, index, false);
    return true;
}

bool story_next(struct story *story, struct story_line *line)
{
    uint32_t index;

    if (story->must_step)
        replay_step(story->replay);
    story->must_step = false;
    while ((index = replay_next(story->replay)) != TRACE_NONE) {
        const struct event *event = trace_read(story->trace, index);

        if (!worth_shows(&story->worth, index, event)) {
            replay_step(story->replay);
            continue;
        }
        if (story->run.first != TRACE_NONE &&
            (!is_memory(event) || event->actor != story->run.actor))
            return finish_run(story, line);
        if (!is_memory(event))
            return finish_event(story, index, line);
        if (story->run.first == TRACE_NONE)
            start_run(&story->run, index, event);
        add_access(&story->run, index, event);
        replay_step(story->replay);
    }
    return story->run.first != TRACE_NONE && finish_run(story, line);
}
