/*
 * build_trace.h - traces made by hand, for tests of what reads them.
 *
 * There is one trace at a time, `built`.  Every event comes a quarter of
 * a millisecond after the one before; call built_done before reading.
 * built_case makes a test case in which each test has a trace with main.
 */
#ifndef TESTS_BUILD_TRACE_H
#define TESTS_BUILD_TRACE_H

#include <check.h>
#include <string.h>

#include "judge/names.h"
#include "judge/replay.h"
#include "trace/trace.h"

#define BUILT_STEP 250000 /* nanoseconds */

static struct trace *built;

/* Objects to use, all in memory shared between processes. */
enum { A = 1, B, C, D, E };

static inline uint64_t thing(int number)
{
    return object_key(OBJECT_SHARED,
                      UINT64_C(7) << 40 | (uint64_t)number * 64);
}

static inline uint64_t child(uint32_t number)
{
    return object_key(OBJECT_ACTOR, number);
}

static inline void built_start(void)
{
    built = trace_create(1 << 16);
}

static inline void built_stop(void)
{
    trace_close(built);
    built = NULL;
}

/* An event to be filled in further. */
static inline struct event *did(uint32_t actor, enum kind kind,
                                uint64_t object, int64_t value)
{
    struct event draft = {.kind = (uint8_t)kind,
                          .actor = (uint16_t)actor,
                          .object = object,
                          .value = value,
                          .peer = TRACE_NONE};

    return trace_event(built, trace_append(built, &draft));
}

static inline struct event *said(uint32_t actor, enum kind kind,
                                 const char *text)
{
    struct event *event = did(actor, kind, 0, 0);

    event->text = trace_add_text(built, text, strlen(text));
    return event;
}

static inline void called(uint64_t object, const char *name)
{
    struct event *event = did(0, KIND_OBJECT_NAME, object, 0);

    event->text = trace_add_text(built, name, strlen(name));
}

/* The first actor, a process that is called main. */
static inline void built_main(void)
{
    trace_add_actor(built, 0);
    did(0, KIND_BEGIN, 0, 1000);
}

static inline uint32_t announced(uint32_t parent, const char *name)
{
    uint32_t number = trace_add_actor(built, parent);

    trace_actor(built, number)->name =
        trace_add_text(built, name, strlen(name));
    return number;
}

/* A process that `parent` forks. */
static inline uint32_t forked(uint32_t parent, const char *name)
{
    uint32_t number = announced(parent, name);

    did(parent, KIND_FORK, child(number), 1000 + number);
    did(number, KIND_BEGIN, 0, 1000 + number);
    return number;
}

/* A thread of the same process. */
static inline uint32_t spun(uint32_t parent, const char *name)
{
    uint32_t number = announced(parent, name);

    trace_actor(built, number)->process =
        trace_actor(built, parent)->process;
    did(parent, KIND_THREAD_CREATE, child(number), 1000 + number);
    did(number, KIND_BEGIN, 0, 1000 + number);
    return number;
}

static inline void placed(uint64_t pc, const char *function,
                          const char *file, uint32_t line, bool in_kit)
{
    struct place place = {
        .pc = pc, .line = line, .in_kit = in_kit};

    place.function = trace_add_text(built, function, strlen(function));
    place.file = trace_add_text(built, file, strlen(file));
    trace_add_place(built, &place);
}

static inline void built_done(void)
{
    for (uint32_t i = 0; i < trace_count(built); i++)
        trace_event(built, i)->time = (uint64_t)i * BUILT_STEP;
    built->sealed = 1;
    names_finish(built, NULL);
    for (uint32_t i = 0; i < trace_count(built); i++)
        trace_event(built, i)->time = (uint64_t)i * BUILT_STEP;
    replay_link(built);
}

static inline uint64_t fifo(void)
{
    return object_key(OBJECT_FILE, 77);
}

static inline void make_pipe(uint32_t actor)
{
    did(actor, KIND_PIPE, fifo(), 3 | INT64_C(4) << 32);
    called(fifo(), "fds");
}

static inline void name_things(void)
{
    called(thing(A), "a");
    called(thing(B), "b");
    placed(100, "main", "chapters/x/1_race.c", 10, false);
    placed(200, "main", "chapters/x/1_race.c", 20, false);
}

static inline uint32_t index_of(const struct event *event)
{
    return (uint32_t)(event - trace_event(built, 0));
}

static void built_setup(void)
{
    built_start();
    built_main();
}

static inline void built_case(Suite *suite, const char *name,
                              const TTest *const *tests, size_t count)
{
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, built_setup, built_stop);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}

#define BUILT_CASE(suite, name, ...)                                    \
    do {                                                                \
        const TTest *const tests[] = {__VA_ARGS__};                     \
        built_case(suite, name, tests, sizeof tests / sizeof tests[0]); \
    } while (0)

static inline int built_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failures;

    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}

#endif
