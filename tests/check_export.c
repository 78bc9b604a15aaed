/*
 * check_export.c - exports of traces made by hand: each format keeps its
 * rules, and all of them tell the same.
 */
#define _GNU_SOURCE /* open_memstream, memmem */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "build_trace.h"
#include "exports.h"
#include "show/columns.h"
#include "show/export.h"

static char *exported(enum export_format format, bool inside)
{
    struct export_options options = {
        .format = format, .inside = inside, .to = TRACE_NONE};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    export_write(out, built, &options);
    fclose(out);
    return text;
}

static void ck_part(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no \"%s\" in:\n%s", part,
                  text);
}

/* ---- the same in all of them ---- */

/* The last lines of the columns view, which are those of the story. */
static size_t column_lines(bool inside, char ***lines, char **text)
{
    struct columns_options options = {.width = 1000, .inside = inside};
    size_t size = 0, count = 0;
    FILE *out = open_memstream(text, &size);

    columns_print(out, built, &options);
    fclose(out);
    *lines = calloc(size + 1, sizeof **lines);
    for (char *line = strtok(*text, "\n"); line != NULL;
         line = strtok(NULL, "\n"))
        (*lines)[count++] = line;
    return count;
}

static bool starts_in(const char *line, const char *words)
{
    char start[16];

    snprintf(start, sizeof start, "%s", words);
    return strstr(line, start) != NULL;
}

/* Do the columns have a line for each, in that order, full or brief? */
static void ck_columns(const struct json_reader *reader, bool inside)
{
    char **lines, *text;
    size_t count = column_lines(inside, &lines, &text);
    size_t heading = count - reader->story.count;

    ck_assert_uint_ge(heading, 2);
    ck_assert_uint_le(heading, 5); /* the key, names of lanes */
    for (size_t i = 0; i < reader->story.count; i++)
        ck_assert_msg(starts_in(lines[heading + i],
                                reader->sentences.lines[i].words) ||
                          starts_in(lines[heading + i],
                                    reader->briefs.lines[i].words),
                      "\"%s\" is not in \"%s\"",
                      reader->sentences.lines[i].words, lines[heading + i]);
    free(lines);
    free(text);
}

static struct json_reader *ck_all_same(bool inside)
{
    char *text = exported(EXPORT_TEXT, inside);
    char *svg = exported(EXPORT_SVG, inside);
    char *json = exported(EXPORT_PERFETTO, inside);
    struct story_told told = read_text(text), drawn = read_svg(svg);
    struct json_reader *reader = read_json(json);

    ck_same_story(&told, &drawn);
    ck_same_story(&told, &reader->story);
    ck_columns(reader, inside);
    told_free(&told);
    told_free(&drawn);
    free(text);
    free(svg);
    free(json);
    return reader;
}

static void story_of_locks(void)
{
    uint32_t one = spun(0, "one"), two = forked(0, "two");

    name_things();
    did(0, KIND_LOCK_INIT, thing(A), LOCK_NORMAL);
    did(one, KIND_LOCK, thing(A), 0);
    did(one, KIND_LOCK, thing(B), 0);
    did(two, KIND_WAIT, thing(A), KIND_LOCK);
    did(one, KIND_UNLOCK, thing(A), 0);
    did(two, KIND_LOCK, thing(A), 0)->flags = EVENT_WAITED;
    did(one, KIND_UNLOCK, thing(B), 0);
    did(two, KIND_UNLOCK, thing(A), 0);
    did(one, KIND_THREAD_END, 0, 0);
    did(0, KIND_JOIN, child(one), 0);
    did(two, KIND_EXIT, 0, 3);
    did(0, KIND_REAP, child(two), 3 << 8);
    did(0, KIND_EXIT, 0, 0);
    built_done();
}

START_TEST(locks_are_told_alike)
{
    struct json_reader *reader;

    story_of_locks();
    reader = ck_all_same(false);
    /* a by one, b by one, a by two */
    ck_assert_uint_eq(reader->hold_count, 3);
    /* two births, a lock, a join, a reap */
    ck_assert_uint_eq(reader->arrow_count, 5);
    json_free(reader);
}
END_TEST

START_TEST(controlled_runs_are_told_alike)
{
    struct json_reader *reader;

    story_of_locks();
    for (uint32_t i = 0; i < trace_count(built); i++)
        trace_event(built, i)->time = 0;
    built->controlled = 1;
    reader = ck_all_same(false);
    ck_assert_uint_eq(reader->instants, 0); /* all have room */
    ck_assert_uint_eq(reader->arrow_count, 5);
    json_free(reader);
}
END_TEST

START_TEST(time_runs_a_microsecond_an_event)
{
    char *json;

    did(0, KIND_YIELD, 0, 0);
    did(0, KIND_YIELD, 0, 0);
    built_done();
    trace_event(built, 0)->time = 0;
    trace_event(built, 1)->time = 0;
    trace_event(built, 2)->time = 5000;
    built->controlled = 1;
    json = exported(EXPORT_PERFETTO, false);
    ck_part(json, "\"ts\":1.000,\"cat\":\"event\",\"name\":\"yields\"");
    ck_part(json, "\"ts\":7.000,\"cat\":\"event\",\"name\":\"yields\"");
    free(json);
}
END_TEST

START_TEST(real_time_never_goes_back)
{
    char *json;
    struct json_reader *reader;

    did(0, KIND_YIELD, 0, 0);
    did(0, KIND_YIELD, 0, 0);
    built_done();
    trace_event(built, 0)->time = 0;
    trace_event(built, 1)->time = 9001;
    trace_event(built, 2)->time = 8000;
    json = exported(EXPORT_PERFETTO, false);
    reader = read_json(json);
    ck_part(json, "\"ts\":9.001,\"name\":\"yields\"");
    ck_assert_ptr_null(strstr(json, "\"ts\":8.0"));
    json_free(reader);
    free(json);
}
END_TEST

START_TEST(objects_are_told_alike)
{
    uint32_t two = forked(0, "two");
    struct json_reader *reader;

    name_things();
    called(thing(C), "c");
    make_pipe(0);
    did(0, KIND_SEMAPHORE_INIT, thing(B), 1);
    did(two, KIND_SEMAPHORE_WAIT, thing(B), 0);
    did(0, KIND_WAIT, thing(B), KIND_SEMAPHORE_WAIT);
    did(two, KIND_SEMAPHORE_POST, thing(B), 0);
    did(0, KIND_SEMAPHORE_WAIT, thing(B), 0)->flags = EVENT_WAITED;
    did(0, KIND_WRITE, fifo(), 7);
    did(two, KIND_READ, fifo(), 7);
    for (uint32_t i = 0; i < 2; i++) {
        struct event *event = did(i == 0 ? 0 : two, KIND_STORE, thing(C),
                                  -5);

        event->flags = EVENT_VALUE;
        event->size = 4;
    }
    did(two, KIND_SLEEP, object_key(OBJECT_TIME, 0), 1000);
    did(two, KIND_SLEEP_END, object_key(OBJECT_TIME, 0), 0);
    built_done();
    reader = ck_all_same(false);
    /* the semaphore 4 times, the pipe 3, the variable 2 */
    ck_assert_uint_eq(reader->counters, 9);
    json_free(reader);
}
END_TEST

START_TEST(a_counter_goes_below_zero)
{
    uint32_t two = forked(0, "two");
    char *json;

    name_things();
    for (uint32_t i = 0; i < 2; i++) {
        struct event *event = did(i == 0 ? 0 : two, KIND_STORE, thing(A),
                                  0xfffffffb);

        event->flags = EVENT_VALUE;
        event->size = 4;
    }
    built_done();
    json = exported(EXPORT_PERFETTO, false);
    ck_part(json, "\"name\":\"a\",\"args\":{\"value\":-5}");
    free(json);
}
END_TEST

START_TEST(waits_on_conditions_release_the_lock)
{
    uint32_t one = spun(0, "one");
    struct json_reader *reader;

    name_things();
    did(one, KIND_LOCK, thing(A), 0);
    did(one, KIND_CONDITION_WAIT, thing(B), (int64_t)thing(A));
    did(0, KIND_LOCK, thing(A), 0);
    did(0, KIND_SIGNAL, thing(B), 0);
    did(0, KIND_UNLOCK, thing(A), 0);
    did(one, KIND_CONDITION_WAKE, thing(B), (int64_t)thing(A));
    built_done();
    reader = ck_all_same(false);
    ck_assert_uint_eq(reader->hold_count, 2);
    ck_assert_uint_eq(reader->arrow_count, 2); /* birth, signal */
    json_free(reader);
}
END_TEST

START_TEST(calls_nest)
{
    struct json_reader *reader;
    uint32_t one = spun(0, "one");

    placed(500, "inner", "chapters/x/1_race.c", 30, false);
    did(0, KIND_LEAVE, 0, 500); /* of what was entered unseen */
    did(0, KIND_ENTER, 0, 500)->pc = 100;
    did(0, KIND_ENTER, 0, 500)->pc = 100;
    did(0, KIND_WAIT, child(one), KIND_JOIN);
    did(one, KIND_ENTER, 0, 500);
    did(one, KIND_THREAD_END, 0, 0);
    did(0, KIND_JOIN, child(one), 0)->flags = EVENT_WAITED;
    did(0, KIND_LEAVE, 0, 500);
    did(0, KIND_EXIT, 0, 0); /* in a function */
    built_done();
    reader = ck_all_same(false);
    json_free(reader);
    reader = ck_all_same(true);
    json_free(reader);
}
END_TEST

/* ---- texts that do harm ---- */

START_TEST(any_text_is_written_safely)
{
    struct json_reader *reader;
    uint32_t evil = forked(0, "<b>&\"\\ \t\033[2J");
    char *json;

    said(0, KIND_SAY, "a\"b\\c\nd\te\033[2J\x01<script>&amp;]]>");
    said(evil, KIND_SAY, "\xff\xfe broken \xe4\xb8");
    said(evil, KIND_SAY, "太白 made 苹果0");
    said(evil, KIND_SAY,
         "\xef\xbf\xbe\xef\xbf\xbf\xed\xa0\x80\xe2\x80\xae");
    called(thing(A), "\"]}<&>");
    did(0, KIND_LOCK, thing(A), 0);
    built_done();
    reader = ck_all_same(false);
    json_free(reader);
    json = exported(EXPORT_PERFETTO, false);
    ck_part(json, "太白 made 苹果0");
    for (const char *at = json; *at != '\0'; at++)
        ck_assert((unsigned char)*at >= ' ' || *at == '\n');
    free(json);
}
END_TEST

START_TEST(ascii_is_all_there_is)
{
    struct export_options options = {.ascii = true, .to = TRACE_NONE};

    forked(0, "太白");
    said(1, KIND_SAY, "苹果");
    built_done();
    for (int format = EXPORT_SVG; format <= EXPORT_TEXT; format++) {
        char *text = NULL;
        size_t size = 0;
        FILE *out = open_memstream(&text, &size);

        options.format = (enum export_format)format;
        export_write(out, built, &options);
        fclose(out);
        for (size_t i = 0; i < size; i++)
            ck_assert_int_lt((unsigned char)text[i], 0x80);
        free(text);
    }
}
END_TEST

START_TEST(a_long_text_stays_in_the_picture)
{
    char text[1001];
    struct json_reader *reader;

    for (int i = 0; i + 3 < 1000; i += 3)
        memcpy(text + i, "果", 4);
    for (uint32_t i = 0; i < 9; i++)
        said(forked(0, text), KIND_SAY, text);
    built->title = trace_add_text(built, text, 999);
    built_done();
    reader = ck_all_same(false);
    json_free(reader);
}
END_TEST

/* ---- odd traces ---- */

START_TEST(an_empty_trace_is_exported)
{
    struct json_reader *reader;

    built_stop();
    built_start();
    built_done();
    reader = ck_all_same(false);
    ck_assert_uint_eq(reader->story.count, 0);
}
END_TEST

START_TEST(two_of_one_number_are_kept_apart)
{
    uint32_t one = forked(0, "one"), two = forked(0, "two");
    struct json_reader *reader;

    for (uint32_t i = 0; i < trace_count(built); i++)
        if (trace_event(built, i)->actor != 0)
            trace_event(built, i)->value = 77;
    did(one, KIND_YIELD, 0, 0);
    did(two, KIND_YIELD, 0, 0);
    built_done();
    reader = ck_all_same(false);
    ck_assert_uint_eq(reader->thread_count, 3);
    json_free(reader);
}
END_TEST

/* Any events at all; the numbers are always the same ones. */
static void build_nonsense(uint32_t seed)
{
    uint32_t actors[6] = {0};

    for (int i = 1; i < 6; i++)
        actors[i] = i % 2 == 1 ? spun(0, "thread") : forked(0, "child");
    srand(seed);
    for (int i = 0; i < 400; i++) {
        uint64_t objects[] = {thing(A),
                              thing(B),
                              thing(C),
                              fifo(),
                              child((uint32_t)rand() % 6),
                              0};
        struct event *event = did(
            actors[rand() % 6], (enum kind)(1 + rand() % (KIND_COUNT - 1)),
            objects[rand() % 6], rand() % 50);

        event->flags = (uint16_t)(rand() & rand());
        event->error = (uint16_t)(rand() % 4 == 0 ? rand() % 140 : 0);
        event->size = (uint8_t)(1 << rand() % 4);
    }
    built_done();
    for (uint32_t i = 0; i < trace_count(built); i++)
        if (rand() % 8 == 0)
            trace_event(built, i)->peer = (uint32_t)rand() %
                                          trace_count(built);
}

START_TEST(nonsense_keeps_the_rules)
{
    char *text, *svg, *json;
    struct story_told told, drawn;
    struct json_reader *reader;

    build_nonsense((uint32_t)_i / 2);
    built->controlled = (uint32_t)_i % 2;
    text = exported(EXPORT_TEXT, true);
    svg = exported(EXPORT_SVG, true);
    json = exported(EXPORT_PERFETTO, true);
    told = read_text(text);
    drawn = read_svg(svg);
    reader = read_json(json);
    ck_same_story(&told, &drawn);
    ck_same_story(&told, &reader->story);
    told_free(&told);
    told_free(&drawn);
    json_free(reader);
    free(text);
    free(svg);
    free(json);
}
END_TEST

/* ---- parts of a run ---- */

static char *part(uint32_t from, uint32_t to, uint32_t *missing)
{
    struct export_options options = {
        .format = EXPORT_SVG, .from = from, .to = to};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    *missing = export_write(out, built, &options);
    fclose(out);
    return text;
}

START_TEST(a_part_is_what_was_asked_for)
{
    uint32_t missing;
    struct story_told drawn;
    char *svg;

    for (int i = 0; i < 9; i++)
        did(0, KIND_YIELD, 0, 0);
    built_done();
    svg = part(2, 5, &missing);
    drawn = read_svg(svg);
    ck_assert_uint_eq(missing, 0);
    ck_assert_uint_eq(drawn.count, 4);
    ck_assert_int_eq(drawn.lines[0].event, 2);
    ck_part(svg, "from event 2 on, up to event 5");
    told_free(&drawn);
    free(svg);
}
END_TEST

START_TEST(a_picture_says_what_it_has_no_room_for)
{
    uint32_t missing;
    struct story_told drawn;
    char *svg;

    for (int i = 0; i < EXPORT_ROWS_MOST + 4; i++)
        did(0, KIND_YIELD, 0, 0);
    built_done();
    svg = part(0, TRACE_NONE, &missing);
    drawn = read_svg(svg);
    ck_assert_uint_eq(missing, 5);
    ck_assert_uint_eq(drawn.count, EXPORT_ROWS_MOST);
    ck_part(svg, "5 lines more: --from 2000");
    told_free(&drawn);
    free(svg);
}
END_TEST

/* ---- the text, as it is ---- */

START_TEST(the_text_is_this)
{
    char *text;

    did(0, KIND_YIELD, 0, 0);
    said(0, KIND_SAY, "one\ttwo\n");
    did(0, KIND_EXIT, 0, 0);
    built->ending = ENDING_EXIT;
    built->title = trace_add_text(built, "try: it", 7);
    built_done();
    text = exported(EXPORT_TEXT, false);
    ck_assert_str_eq(text, "# try: it\n"
                           "# event\tms\tactor\twhat\twhere\n"
                           "0\t0.000\tmain\tbegins, pid 1000\t\n"
                           "1\t0.250\tmain\tyields\t\n"
                           "2\t0.500\tmain\tsays \"one\\ttwo\"\t\n"
                           "3\t0.750\tmain\texits 0\t\n"
                           "# verdict: ok: it came to its end\n");
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("export");
    TCase *nonsense = tcase_create("nonsense");

    BUILT_CASE(suite, "alike", locks_are_told_alike,
               controlled_runs_are_told_alike, objects_are_told_alike,
               waits_on_conditions_release_the_lock, calls_nest);
    BUILT_CASE(suite, "json", time_runs_a_microsecond_an_event,
               real_time_never_goes_back, a_counter_goes_below_zero);
    BUILT_CASE(suite, "texts", any_text_is_written_safely,
               ascii_is_all_there_is, a_long_text_stays_in_the_picture,
               the_text_is_this);
    BUILT_CASE(suite, "odd", an_empty_trace_is_exported,
               two_of_one_number_are_kept_apart);
    BUILT_CASE(suite, "parts", a_part_is_what_was_asked_for,
               a_picture_says_what_it_has_no_room_for);
    tcase_add_checked_fixture(nonsense, built_setup, built_stop);
    tcase_add_loop_test(nonsense, nonsense_keeps_the_rules, 0, 40);
    suite_add_tcase(suite, nonsense);
    return built_run(suite);
}
