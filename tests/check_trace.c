/*
 * check_trace.c - the event log while a program runs: trace/.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace/trace.h"

enum { PROCESSES = 8, THREADS = 8, EACH = 1000 };

struct crowd {
    pthread_barrier_t start;
    uint32_t index[PROCESSES * THREADS][EACH]; /* what append returned */
};

static struct crowd *crowd;
static struct trace *crowded;

static void *append_many(void *number)
{
    uint32_t actor = (uint32_t)(uintptr_t)number;
    char text[32];

    pthread_barrier_wait(&crowd->start);
    for (int i = 0; i < EACH; i++) {
        struct event draft = {.kind = KIND_SAY,
                              .actor = (uint16_t)actor,
                              .value = i,
                              .peer = TRACE_NONE};
        int length = snprintf(text, sizeof text, "%u says %d", actor, i);

        draft.text = trace_add_text(crowded, text, (size_t)length);
        crowd->index[actor][i] = trace_append(crowded, &draft);
    }
    return NULL;
}

static void append_by_threads(uint32_t process)
{
    pthread_t threads[THREADS];

    for (uint32_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, append_many,
                       (void *)(uintptr_t)(process * THREADS + i));
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    _exit(0);
}

static void make_crowd(void)
{
    pthread_barrierattr_t attributes;

    crowd = mmap(NULL, sizeof *crowd, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_barrierattr_init(&attributes);
    pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&crowd->start, &attributes, PROCESSES * THREADS);
    crowded = trace_create(PROCESSES * THREADS * EACH);
    for (int i = 0; i < PROCESSES * THREADS; i++)
        ck_assert_uint_eq(trace_add_actor(crowded, 0), (uint32_t)i);
    for (uint32_t i = 0; i < PROCESSES; i++)
        if (fork() == 0)
            append_by_threads(i);
    for (int i = 0; i < PROCESSES; i++) {
        int status;

        ck_assert_int_gt(wait(&status), 0);
        ck_assert_int_eq(status, 0);
    }
}

START_TEST(nothing_is_lost_and_each_keeps_its_order)
{
    int64_t next[PROCESSES * THREADS] = {0};
    char text[32];

    make_crowd();
    ck_assert_uint_eq(trace_count(crowded), PROCESSES * THREADS * EACH);
    ck_assert_uint_eq(trace_lost(crowded), 0);
    for (uint32_t i = 0; i < trace_count(crowded); i++) {
        const struct event *event = trace_read(crowded, i);

        ck_assert_ptr_nonnull(event);
        ck_assert_int_eq(event->value, next[event->actor]);
        ck_assert_uint_eq(crowd->index[event->actor][event->value], i);
        next[event->actor]++;
        snprintf(text, sizeof text, "%u says %d", event->actor,
                 (int)event->value);
        ck_assert_str_eq(trace_text(crowded, event->text), text);
    }
    for (int i = 0; i < PROCESSES * THREADS; i++)
        ck_assert_int_eq(next[i], EACH);
    trace_close(crowded);
}
END_TEST

START_TEST(a_full_trace_counts_what_it_loses)
{
    struct trace *trace = trace_create(10);
    struct event draft = {.kind = KIND_YIELD};

    trace_add_actor(trace, 0);
    for (uint32_t i = 0; i < 10; i++)
        ck_assert_uint_eq(trace_append(trace, &draft), i);
    for (uint32_t i = 0; i < 15; i++)
        ck_assert_uint_eq(trace_append(trace, &draft), TRACE_NONE);
    ck_assert_uint_eq(trace_count(trace), 10);
    ck_assert_uint_eq(trace_lost(trace), 15);
    ck_assert_ptr_nonnull(trace_read(trace, 9));
    ck_assert_ptr_null(trace_read(trace, 10));
    trace_close(trace);
}
END_TEST

START_TEST(an_unfinished_event_is_skipped)
{
    struct trace *trace = trace_create(10);
    struct event draft = {.kind = KIND_YIELD};

    trace_add_actor(trace, 0);
    trace_append(trace, &draft);
    atomic_fetch_add(&trace->event_head, 1); /* killed right after this */
    trace_append(trace, &draft);
    ck_assert_uint_eq(trace_count(trace), 3);
    ck_assert_ptr_nonnull(trace_read(trace, 0));
    ck_assert_ptr_null(trace_read(trace, 1));
    ck_assert_ptr_nonnull(trace_read(trace, 2));
    trace_close(trace);
}
END_TEST

START_TEST(an_event_of_no_known_actor_is_skipped)
{
    struct trace *trace = trace_create(10);
    struct event draft = {.kind = KIND_YIELD, .actor = 1};

    trace_add_actor(trace, 0);
    trace_append(trace, &draft);
    ck_assert_ptr_null(trace_read(trace, 0));
    trace_close(trace);
}
END_TEST

START_TEST(texts_end_when_there_is_no_room)
{
    static char large[1 << 20];
    struct trace *trace = trace_create(1);
    uint32_t at = 1, last = 0, count = 0;

    memset(large, 'x', sizeof large);
    while ((at = trace_add_text(trace, large, sizeof large)) != 0) {
        last = at;
        count++;
    }
    ck_assert_uint_eq(count, trace->text.count / (sizeof large + 1));
    ck_assert_uint_eq(strlen(trace_text(trace, last)), sizeof large);
    ck_assert_str_eq(trace_text(trace, 0), "");
    ck_assert_str_eq(trace_text(trace, UINT32_MAX), "");
    ck_assert_uint_eq(trace_add_text(trace, "", 0), 0);
    ck_assert_uint_eq(trace_add_text(trace, large, trace->text.count), 0);
    trace_close(trace);
}
END_TEST

START_TEST(actors_end_when_there_are_too_many)
{
    struct trace *trace = trace_create(1);

    for (uint32_t i = 0; i < TRACE_ACTORS_MAX; i++)
        ck_assert_uint_eq(trace_add_actor(trace, i / 2), i);
    for (int i = 0; i < 3; i++)
        ck_assert_uint_eq(trace_add_actor(trace, 0), TRACE_NONE);
    ck_assert_uint_eq(trace_actor_count(trace), TRACE_ACTORS_MAX);
    ck_assert_uint_eq(trace_actor(trace, 4095)->parent, 2047);
    ck_assert_ptr_null(trace_actor(trace, TRACE_ACTORS_MAX));
    ck_assert_str_eq(trace_actor_name(trace, TRACE_NONE), "somebody");
    trace_close(trace);
}
END_TEST

START_TEST(few_descriptors_are_enough)
{
    const struct rlimit few = {64, 64};
    struct trace *trace;
    struct event draft = {.kind = KIND_YIELD};

    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    trace = trace_create(10);
    trace_add_actor(trace, 0);
    trace_append(trace, &draft);
    ck_assert_ptr_nonnull(trace_read(trace, 0));
    trace_close(trace);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace");
    TCase *tests = tcase_create("appending");
    SRunner *runner;
    int failures;

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, nothing_is_lost_and_each_keeps_its_order);
    tcase_add_test(tests, a_full_trace_counts_what_it_loses);
    tcase_add_test(tests, an_unfinished_event_is_skipped);
    tcase_add_test(tests, an_event_of_no_known_actor_is_skipped);
    tcase_add_test(tests, texts_end_when_there_is_no_room);
    tcase_add_test(tests, actors_end_when_there_are_too_many);
    tcase_add_test(tests, few_descriptors_are_enough);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
