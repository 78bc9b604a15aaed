/*
 * check_harmless.c - text that would harm the terminal, and damaged
 * traces, are shown all the same: show/row.h, columns.h, judge/.
 */
#define _GNU_SOURCE /* open_memstream */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "build_trace.h"
#include "judge/verdict.h"
#include "show/columns.h"
#include "show/row.h"

/* ---- text ---- */

static const struct {
    const char *text;
    int limit;
    const char *shown;
    int width;
} pieces[] = {
    {"abc", 10, "abc", 3},       {"abc", 3, "abc", 3},
    {"abcd", 3, "ab…", 3},       {"abcd", 1, "…", 1},
    {"abcd", 0, "", 0},          {"苹果", 4, "苹果", 4},
    {"苹果", 3, "苹…", 3},       {"苹果子", 4, "苹…", 3},
    {"a\nb", 9, "a\\nb", 4},     {"\033[2J", 9, "\\e[2J", 5},
    {"\x7f", 9, "\\x7f", 4},     {"\xc3", 9, "\\xc3", 4},
    {"\xc0\x80", 9, "\\xc0\\x80", 8}, {"\xc2\x9b", 9, "\\x9b", 4},
    {"\xed\xa0\x80", 12, "\\xed\\xa0\\x80", 12},
    {"\xe2\x80\xae", 9, "\\u202e", 6},
};

START_TEST(text_is_harmless_and_straight)
{
    struct row row = {.width = 40};
    int width;

    row_start(&row);
    width = row_add(&row, pieces[_i].text, pieces[_i].limit);
    ck_assert_int_eq(width, pieces[_i].width);
    ck_assert_uint_eq(row.length, strlen(pieces[_i].shown));
    if (row.length > 0)
        ck_assert_mem_eq(row.bytes, pieces[_i].shown, row.length);
    row_free(&row);
}
END_TEST

/* ---- damage ---- */

static uint32_t random_state;

static uint32_t random_number(void)
{
    random_state = random_state * 1664525u + 1013904223u;
    return random_state >> 8;
}

static char *read_all(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(1 << 20);

    *size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void write_all(const char *path, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    fwrite(bytes, 1, size, file);
    fclose(file);
}

static char *drawn(const struct trace *trace,
                   const struct columns_options *options)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    columns_print(out, trace, options);
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

/* As a user would look at it. */
static void look_at(const char *path, bool inside)
{
    struct columns_options options = {.width = 80, .inside = inside};
    struct trace *trace = trace_open(path);
    struct verdict verdict;
    char *text;

    ck_assert_ptr_nonnull(trace);
    text = drawn(trace, &options);
    check_widths(text, 80);
    free(text);
    verdict = judge(trace);
    ck_assert_str_ne(verdict.sentence, "");
    trace_close(trace);
}

/* Else the file is refused, and that is another test's. */
static void keep_end(char *bytes)
{
    struct trace header;

    memcpy(&header, bytes, sizeof header);
    bytes[header.text.offset + header.text.count - 1] = '\0';
}

/* Something of everything. */
static void busy(void)
{
    for (int kind = KIND_NONE + 1; kind < KIND_COUNT; kind++) {
        uint32_t one = forked(0, "one");

        make_pipe(one);
        did(one, KIND_LOCK, thing(A), 0);
        did(0, KIND_WAIT, thing(A), KIND_LOCK);
        did(one, (enum kind)kind, thing(kind), kind);
        did(0, (enum kind)kind, child(one), kind);
        did(one, KIND_CONDITION_WAIT, thing(B), (int64_t)thing(A));
        did(one, KIND_SEMAPHORE_POST, thing(C), 0);
    }
    placed(100, "main", "race.c", 1, false);
    placed(200, "queue_get", "queue.c", 2, true);
    trace_add_source(built, "race.c", "one\ntwo\n", 8);
}

enum { ROUNDS = 60, HITS = 40 };

/* Bytes behind the header, which has a checksum, are changed. */
START_TEST(damage_does_not_crash)
{
    char path[] = "/tmp/check_columns.XXXXXX";
    size_t size;
    char *whole, *bytes;

    close(mkstemp(path));
    busy();
    built->ending = _i % 2 ? ENDING_DEADLOCK : ENDING_EXIT;
    built_done();
    ck_assert_int_eq(trace_save(built, path), 0);
    whole = read_all(path, &size);
    bytes = malloc(size);
    random_state = (uint32_t)_i;
    for (int round = 0; round < ROUNDS; round++) {
        memcpy(bytes, whole, size);
        for (int i = 0; i < HITS; i++)
            bytes[sizeof(struct trace) +
                  random_number() % (size - sizeof(struct trace))] =
                random_number() % 3 ? (char)random_number()
                                    : (char)(random_number() % 64);
        keep_end(bytes);
        write_all(path, bytes, size);
        look_at(path, round % 2);
    }
    unlink(path);
    free(whole);
    free(bytes);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("harmless");
    TCase *text = tcase_create("text");
    TCase *damage = tcase_create("damage");

    tcase_add_loop_test(text, text_is_harmless_and_straight, 0,
                        (int)(sizeof pieces / sizeof pieces[0]));
    suite_add_tcase(suite, text);
    tcase_set_timeout(damage, 120);
    tcase_add_checked_fixture(damage, built_setup, built_stop);
    tcase_add_loop_test(damage, damage_does_not_crash, 0, 4);
    suite_add_tcase(suite, damage);
    return suite;
}

int main(void)
{
    return built_run(suite());
}
