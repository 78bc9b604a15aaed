/*
 * check_columns.c - what a run looks like: show/story, lanes, row and
 * columns.
 *
 * The golden screens are tests/screens/NAME-WIDTH.txt.  To look at new
 * ones before keeping them, run this with SCREENS=write.
 */
#define _GNU_SOURCE /* open_memstream, memmem */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "build_trace.h"
#include "judge/expect.h"
#include "judge/verdict.h"
#include "show/columns.h"
#include "show/row.h"

/* ---- the screens ---- */

static char *drawn(const struct columns_options *options)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    columns_print(out, built, options);
    fclose(out);
    return text;
}

/* A text's lines are never wider than `width`. */
static void check_widths(const char *text, int width)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");

        ck_assert_int_le(row_measure(text, length, false), width);
        text += length + (text[length] == '\n');
    }
}

static void write_screen(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void compare_screen(const char *path, const char *text)
{
    char kept[65536];
    FILE *file = fopen(path, "r");
    size_t length;

    ck_assert_msg(file != NULL, "there is no %s", path);
    length = fread(kept, 1, sizeof kept - 1, file);
    kept[length] = '\0';
    fclose(file);
    ck_assert_str_eq(text, kept);
}

static void check_text(const char *name, char *text, int width)
{
    char path[128];
    const char *mode = getenv("SCREENS");

    check_widths(text, width);
    snprintf(path, sizeof path, "tests/screens/%s-%d.txt", name, width);
    if (mode != NULL && strcmp(mode, "write") == 0)
        write_screen(path, text);
    else
        compare_screen(path, text);
    free(text);
}

static void check_screen(const char *name, int width)
{
    struct columns_options options = {.width = width};

    check_text(name, drawn(&options), width);
}

static void check_screens(const char *name)
{
    built_done();
    check_screen(name, 80);
    check_screen(name, 200);
}

/* ---- programs ---- */

static const char race_source[] = "int counter;\n"
                                  "static void *add(void *nothing)\n"
                                  "{\n"
                                  "    counter++;\n"
                                  "    pthread_mutex_lock(&lock);\n"
                                  "    pthread_mutex_unlock(&lock);\n"
                                  "}\n";

static void place_race(void)
{
    placed(40, "add", "chapters/ch00-x/1_race.c", 4, false);
    placed(50, "add", "chapters/ch00-x/1_race.c", 5, false);
    placed(60, "add", "chapters/ch00-x/1_race.c", 6, false);
    trace_add_source(built, "chapters/ch00-x/1_race.c", race_source,
                     sizeof race_source - 1);
    called(thing(A), "counter");
    called(thing(B), "lock");
}

static void touched(uint32_t actor, enum kind kind, int64_t value)
{
    struct event *event = did(actor, kind, thing(A), value);

    event->size = 4;
    event->flags = EVENT_VALUE;
    event->pc = 40;
}

static void at(struct event *event, uint64_t pc, unsigned flags)
{
    event->pc = pc;
    event->flags = (uint16_t)flags;
}

static void contend(uint32_t one, uint32_t two)
{
    at(did(one, KIND_LOCK, thing(B), 0), 50, 0);
    at(did(two, KIND_WAIT, thing(B), KIND_LOCK), 50, 0);
    did(one, KIND_SLEEP, object_key(OBJECT_TIME, 0), 20000000);
    did(one, KIND_SLEEP_END, object_key(OBJECT_TIME, 0), 0);
    at(did(one, KIND_UNLOCK, thing(B), 0), 60, 0);
    at(did(two, KIND_LOCK, thing(B), 0), 50, EVENT_WAITED);
    at(did(two, KIND_UNLOCK, thing(B), 0), 60, 0);
}

static void race(void)
{
    uint32_t one = spun(0, "adder"), two = spun(0, "adder");

    place_race();
    for (int i = 0; i < 5; i++) {
        touched(one, KIND_LOAD, i);
        touched(one, KIND_STORE, i + 1);
    }
    touched(two, KIND_LOAD, 5);
    touched(one, KIND_LOAD, 5);
    touched(two, KIND_STORE, 6);
    touched(one, KIND_STORE, 6);
    contend(one, two);
    did(0, KIND_WAIT, child(one), KIND_JOIN);
    did(one, KIND_THREAD_END, 0, 0);
    did(0, KIND_JOIN, child(one), 0)->flags = EVENT_WAITED;
    did(two, KIND_THREAD_END, 0, 0);
    did(0, KIND_JOIN, child(two), 0);
    did(0, KIND_EXIT, 0, 0);
}

START_TEST(screen_of_a_race)
{
    race();
    check_screens("race");
}
END_TEST

/* Alone, memory is nobody's business. */
START_TEST(private_memory_is_left_out)
{
    struct columns_options options = {.width = 80};
    char *text;

    touched(0, KIND_STORE, 1);
    called(thing(A), "counter");
    built_done();
    text = drawn(&options);
    ck_assert_ptr_null(strstr(text, "counter"));
    free(text);
}
END_TEST

static void pipe_to(uint32_t *reader, uint32_t *writer)
{
    uint64_t fds = object_key(OBJECT_FILE, 5);

    did(0, KIND_PIPE, fds, 3 | INT64_C(4) << 32);
    called(fds, "fds");
    *reader = forked(0, "太白");
    *writer = forked(0, "egon");
}

static void say(uint32_t actor, enum kind kind, uint64_t object,
                int64_t value, const char *text)
{
    struct event *event = did(actor, kind, object, value);

    event->text = trace_add_text(built, text, strlen(text));
}

static void eat(uint32_t reader, uint32_t writer)
{
    uint64_t fds = object_key(OBJECT_FILE, 5);

    did(reader, KIND_CLOSE, fds, 4);
    did(reader, KIND_WAIT, fds, KIND_READ);
    say(writer, KIND_WRITE, fds, 6, "苹果");
    did(reader, KIND_READ, fds, 6)->flags = EVENT_WAITED;
    say(reader, KIND_SAY, 0, 0, "太白 ate 苹果 and 包子\n");
    say(reader, KIND_SAY, 0, 0, "\033[31mred\a\tx\xff \xe2\x80\xae");
    did(writer, KIND_EXIT, 0, 0);
    did(0, KIND_REAP, child(writer), 0);
    did(reader, KIND_WAIT, fds, KIND_READ);
    did(0, KIND_CLOSE, fds, 4);
    did(reader, KIND_READ, fds, 0)->flags = EVENT_WAITED;
    did(0, KIND_KILL, child(reader), SIGTERM);
    did(0, KIND_WAIT, child(reader), KIND_REAP);
    did(reader, KIND_KILLED, 0, SIGTERM);
    did(0, KIND_REAP, child(reader), SIGTERM)->flags = EVENT_WAITED;
    did(0, KIND_REAP, child(OBJECT_ANY_CHILD), 0)->error = ECHILD;
}

START_TEST(screen_with_wide_characters)
{
    uint32_t reader, writer;

    pipe_to(&reader, &writer);
    eat(reader, writer);
    check_screens("wide");
}
END_TEST

START_TEST(screen_in_ascii)
{
    struct columns_options options = {.width = 80, .ascii = true};
    uint32_t reader, writer;
    char *text;

    pipe_to(&reader, &writer);
    eat(reader, writer);
    built_done();
    text = drawn(&options);
    for (const char *at = text; *at != '\0'; at++)
        ck_assert_int_gt(*at, 0);
    check_text("ascii", text, 80);
}
END_TEST

/* Twenty cars, a light and main. */
static void traffic(void)
{
    uint32_t light = forked(0, "light"), cars[20];

    called(thing(A), "green.was_set");
    called(thing(B), "green.lock");
    for (int i = 0; i < 20; i++) {
        char name[16];

        snprintf(name, sizeof name, "car %d", i + 1);
        cars[i] = forked(0, name);
        did(cars[i], KIND_LOCK, thing(B), 0);
        did(cars[i], KIND_CONDITION_WAIT, thing(A), (int64_t)thing(B));
    }
    did(light, KIND_LOCK, thing(B), 0);
    did(light, KIND_BROADCAST, thing(A), 0);
    did(light, KIND_UNLOCK, thing(B), 0);
    for (int i = 0; i < 20; i++) {
        did(cars[i], KIND_CONDITION_WAKE, thing(A), (int64_t)thing(B));
        did(cars[i], KIND_UNLOCK, thing(B), 0);
        did(cars[i], KIND_EXIT, 0, 0);
    }
    did(0, KIND_EXIT, 0, 0);
}

START_TEST(screen_of_twenty_cars)
{
    traffic();
    check_screens("traffic");
}
END_TEST

/* More actors than the width has lanes, but few at a time. */
START_TEST(screen_with_lanes_used_again)
{
    for (int i = 0; i < 40; i++) {
        uint32_t one = forked(0, "short");

        did(one, KIND_EXIT, 0, i);
        did(0, KIND_REAP, child(one), i << 8);
    }
    check_screens("again");
}
END_TEST

START_TEST(screen_with_a_shared_lane)
{
    for (int i = 0; i < 40; i++)
        forked(0, "long");
    for (uint32_t i = 1; i <= 40; i++)
        did(i, KIND_EXIT, 0, 0);
    check_screens("crowd");
}
END_TEST

/* ---- the kit ---- */

static void in_kit(struct event *event)
{
    event->pc = 900;
}

static void kit(void)
{
    uint32_t one = forked(0, "consumer");

    placed(500, "main", "chapters/ch05-x/1_x.c", 50, false);
    placed(900, "queue_get", "chapters/kit/queue.c", 90, true);
    called(thing(A), "queue->lock");
    called(thing(B), "queue->not_empty");
    did(one, KIND_ENTER, 0, 900)->pc = 500;
    in_kit(did(one, KIND_ENTER, 0, 900));
    in_kit(did(one, KIND_LOCK, thing(A), 0));
    in_kit(did(one, KIND_CONDITION_WAIT, thing(B), (int64_t)thing(A)));
    in_kit(did(0, KIND_LOCK, thing(A), 0));
    in_kit(did(0, KIND_SIGNAL, thing(B), 0));
    in_kit(did(0, KIND_UNLOCK, thing(A), 0));
    in_kit(
        did(one, KIND_CONDITION_WAKE, thing(B), (int64_t)thing(A)));
    in_kit(did(one, KIND_UNLOCK, thing(A), 0));
    did(one, KIND_LEAVE, 0, 900);
    did(one, KIND_EXIT, 0, 0);
}

START_TEST(screen_of_the_kit)
{
    kit();
    check_screens("kit");
}
END_TEST

START_TEST(screen_inside_the_kit)
{
    struct columns_options options = {.width = 80, .inside = true};

    kit();
    built_done();
    check_text("inside", drawn(&options), 80);
}
END_TEST

/* ---- every kind, every width ---- */

static void one_of_each(void)
{
    uint32_t one = forked(0, "one");

    for (int kind = KIND_NONE + 1; kind < KIND_COUNT; kind++) {
        did(one, (enum kind)kind, thing(A), kind);
        did(0, (enum kind)kind, child(one), kind)->error = EINVAL;
    }
}

START_TEST(every_width_is_kept)
{
    struct columns_options options = {.width = 40 + _i * 7,
                                      .ascii = _i % 2,
                                      .inside = _i % 3 == 0};
    char *text;

    one_of_each();
    built_done();
    text = drawn(&options);
    check_widths(text, options.width);
    free(text);
}
END_TEST

START_TEST(screen_of_every_kind)
{
    one_of_each();
    check_screens("kinds");
}
END_TEST

START_TEST(color_changes_nothing_else)
{
    struct columns_options plain = {.width = 80};
    struct columns_options color = {.width = 80, .color = true};
    char *one, *two, *to;

    race();
    built_done();
    one = drawn(&plain);
    two = to = drawn(&color);
    ck_assert_ptr_nonnull(strstr(two, "\033["));
    for (const char *from = two; *from != '\0'; from++) {
        if (*from == '\033')
            from = strchr(from, 'm');
        else
            *to++ = *from;
    }
    *to = '\0';
    /* blanks before a color's end are not cut */
    ck_assert_str_eq(one, two);
    free(one);
    free(two);
}
END_TEST

/* ---- the last lines ---- */

static char *closing(const char *expected, bool *met)
{
    static const char *const suggestions[] = {
        "./ch02 locked", "./ch02 race --timeline", NULL};
    struct columns_options options = {.width = 80};
    struct verdict verdict;
    struct expect expect;
    char problem[300];
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    built_done();
    verdict = judge(built);
    ck_assert(expect_parse(expected, &expect, problem, sizeof problem));
    *met = columns_verdict(out, &verdict, &expect, suggestions, &options);
    fclose(out);
    return text;
}

START_TEST(last_lines)
{
    bool met;

    said(0, KIND_ASSERT, "the number of tickets that were sold is at "
                         "most the number of tickets that there are");
    check_text("verdict", closing("sometimes assertion: a race", &met),
               80);
    ck_assert(met);
}
END_TEST

START_TEST(last_lines_of_a_surprise)
{
    bool met;

    said(0, KIND_ASSERT, "a");
    check_text("surprise", closing("always ok: all is well", &met), 80);
    ck_assert(!met);
}
END_TEST

START_TEST(last_lines_of_good_luck)
{
    bool met;

    check_text("luck", closing("sometimes assertion: a race", &met), 80);
    ck_assert(met);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("columns");
    TCase *widths = tcase_create("widths");

    BUILT_CASE(suite, "screens",
        screen_of_a_race, private_memory_is_left_out,
        screen_with_wide_characters, screen_in_ascii,
        screen_of_twenty_cars, screen_with_lanes_used_again,
        screen_with_a_shared_lane, screen_of_the_kit,
        screen_inside_the_kit, screen_of_every_kind,
        color_changes_nothing_else, last_lines,
        last_lines_of_a_surprise, last_lines_of_good_luck);
    tcase_add_checked_fixture(widths, built_setup, built_stop);
    tcase_add_loop_test(widths, every_width_is_kept, 0, 24);
    suite_add_tcase(suite, widths);
    return suite;
}

int main(void)
{
    return built_run(suite());
}
