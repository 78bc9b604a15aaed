/*
 * check_trace_file.c - a trace when the run is over: attached, sealed,
 * kept in a file, and files that are no whole traces: trace/.
 */
#define _GNU_SOURCE /* RLIMIT_FSIZE, mkdtemp */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace/trace.h"

static char folder[64]; /* a fresh one for each test */
static char file[96];   /* "run.trace" in it */

static void make_folder(void)
{
    strcpy(folder, "/tmp/check_trace.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/run.trace", folder);
}

static void remove_folder(void)
{
    DIR *all = opendir(folder);
    struct dirent *entry;

    while ((entry = readdir(all)) != NULL)
        unlinkat(dirfd(all), entry->d_name, 0);
    closedir(all);
    rmdir(folder);
}

static int files_in_folder(void)
{
    DIR *all = opendir(folder);
    int count = -2; /* . and .. */

    while (readdir(all) != NULL)
        count++;
    closedir(all);
    return count;
}

/* What `action` prints on stderr, without the folder's name. */
static const char *complaint;
static struct trace *open_result;
static int save_result;

static char *read_stream(FILE *stream)
{
    static char text[4096];

    rewind(stream);
    text[fread(text, 1, sizeof text - 1, stream)] = '\0';
    return text;
}

static void with_stderr_kept(void (*action)(void))
{
    FILE *kept = tmpfile();
    int stderr_before = dup(STDERR_FILENO);

    dup2(fileno(kept), STDERR_FILENO);
    action();
    dup2(stderr_before, STDERR_FILENO);
    close(stderr_before);
    complaint = read_stream(kept);
    fclose(kept);
}

static void open_file(void)
{
    open_result = trace_open(file);
}

static struct trace *saved_trace;

static void save_file(void)
{
    save_result = trace_save(saved_trace, file);
}

static void ck_refused(const char *why)
{
    char sentence[256];

    with_stderr_kept(open_file);
    ck_assert_ptr_null(open_result);
    snprintf(sentence, sizeof sentence, "interleavings: cannot open %s%s\n",
             file, why);
    ck_assert_str_eq(complaint, sentence);
}

static void append(struct trace *trace, uint32_t actor, enum kind kind,
                   int64_t value, const char *text)
{
    struct event draft = {.kind = (uint8_t)kind,
                          .actor = (uint16_t)actor,
                          .value = value,
                          .pc = 0x401000 + (uint64_t)value,
                          .peer = TRACE_NONE,
                          .text = trace_add_text(trace, text,
                                                 strlen(text))};

    ck_assert_uint_ne(trace_append(trace, &draft), TRACE_NONE);
}

/* A short run of two actors, finished as run/ does it. */
static struct trace *small_trace(void)
{
    struct trace *trace = trace_create(100);
    struct place place = {.pc = 0x401001, .line = 2};
    uint32_t first = trace_add_actor(trace, 0);
    uint32_t second = trace_add_actor(trace, first);

    trace->title = trace_add_text(trace, "ch02 race", 9);
    trace->expect = trace_add_text(trace, "always ok", 9);
    trace_actor(trace, second)->display =
        trace_add_text(trace, "苹果", strlen("苹果"));
    append(trace, first, KIND_FORK, 1, "");
    append(trace, second, KIND_BEGIN, 2, "");
    append(trace, second, KIND_SAY, 3, "hello\n");
    place.file = trace_add_text(trace, "a.c", 3);
    ck_assert(trace_add_place(trace, &place));
    place.pc = 0x401003;
    ck_assert(trace_add_place(trace, &place));
    ck_assert(trace_add_source(trace, "a.c", "one\n\nlast", 9));
    trace->ending = ENDING_SIGNAL;
    trace->ending_value = 6;
    trace->left_behind = 1;
    trace_seal(trace);
    return trace;
}

/* The small trace as a file; its bytes, owned by the caller. */
static unsigned char *small_file(size_t *size)
{
    struct trace *trace = small_trace();
    unsigned char *bytes;
    struct stat about;
    int in;

    ck_assert_int_eq(trace_save(trace, file), 0);
    trace_close(trace);
    in = open(file, O_RDONLY);
    fstat(in, &about);
    *size = (size_t)about.st_size;
    bytes = malloc(*size);
    ck_assert_int_eq(read(in, bytes, *size), about.st_size);
    close(in);
    return bytes;
}

static void write_file(const void *bytes, size_t size)
{
    int out = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    ck_assert_int_eq(write(out, bytes, size), (ssize_t)size);
    close(out);
}

/* Everything that a reader of a trace would read.  The sum is of no
 * use, but reading it all must not crash. */
static unsigned long read_everything(const struct trace *trace)
{
    unsigned long sum = 0;
    size_t length;

    for (uint32_t i = 0; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);

        if (event == NULL)
            continue;
        sum += strlen(trace_text(trace, event->text));
        sum += strlen(trace_actor_name(trace, event->actor));
        sum += strlen(kind_info[event_kind(event)].reads);
        sum += trace_place(trace, event->pc) != NULL;
    }
    for (uint32_t line = 0; line < 5; line++)
        sum += trace_source_line(trace, "a.c", line, &length) != NULL;
    sum += strlen(trace_text(trace, trace->title));
    sum += strlen(trace_text(trace, trace->expect));
    return sum;
}

START_TEST(attached_it_is_the_same)
{
    struct trace *trace = small_trace();
    int copy = dup(trace_descriptor());

    trace_close(trace);
    trace = trace_attach(copy);
    ck_assert_ptr_nonnull(trace);
    ck_assert_int_eq(trace_descriptor(), copy);
    ck_assert_uint_eq(trace_count(trace), 3);
    ck_assert_str_eq(trace_text(trace, trace_read(trace, 2)->text),
                     "hello\n");
    trace_close(trace);
}
END_TEST

START_TEST(only_a_trace_can_be_attached)
{
    char zeros[4096] = {0};
    int other = open(file, O_RDWR | O_CREAT, 0600);

    ck_assert_ptr_null(trace_attach(-1));
    ck_assert_ptr_null(trace_attach(STDIN_FILENO));
    ck_assert_ptr_null(trace_attach(other));
    ck_assert_int_eq(write(other, zeros, sizeof zeros), sizeof zeros);
    ck_assert_ptr_null(trace_attach(other));
    close(other);
}
END_TEST

START_TEST(times_are_nanoseconds_once_sealed)
{
    uint64_t before = trace_nanoseconds();
    struct trace *trace = small_trace();
    uint64_t longest = trace_nanoseconds() - before;
    uint64_t last = 0, times[3];

    for (uint32_t i = 0; i < 3; i++) {
        times[i] = trace_read(trace, i)->time;
        ck_assert_uint_ge(times[i], last);
        last = times[i];
    }
    ck_assert_uint_le(last, longest);
    trace_seal(trace);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert_uint_eq(trace_read(trace, i)->time, times[i]);
    trace_close(trace);
}
END_TEST

static void ck_line(const struct trace *trace, uint32_t line,
                    const char *expected)
{
    size_t length = 99;
    const char *at = trace_source_line(trace, "a.c", line, &length);

    ck_assert_ptr_nonnull(at);
    ck_assert_uint_eq(length, strlen(expected));
    ck_assert_mem_eq(at, expected, length);
}

START_TEST(places_and_source_lines)
{
    struct trace *trace = small_trace();
    size_t length;

    ck_assert_uint_eq(trace_place(trace, 0x401003)->pc, 0x401003);
    ck_assert_uint_eq(trace_place(trace, 0x401001)->line, 2);
    ck_assert_ptr_null(trace_place(trace, 0x401002));
    ck_assert_ptr_null(trace_place(trace, 0));
    ck_assert_ptr_null(trace_place(trace, UINT64_MAX));
    ck_line(trace, 1, "one");
    ck_line(trace, 2, "");
    ck_line(trace, 3, "last");
    ck_assert_ptr_null(trace_source_line(trace, "a.c", 4, &length));
    ck_assert_ptr_null(trace_source_line(trace, "a.c", 0, &length));
    ck_assert_ptr_null(trace_source_line(trace, "b.c", 1, &length));
    trace_close(trace);
}
END_TEST

START_TEST(what_is_saved_is_what_is_opened)
{
    struct trace *trace = small_trace(), *opened;

    ck_assert_int_eq(trace_save(trace, file), 0);
    opened = trace_open(file);
    ck_assert_ptr_nonnull(opened);
    ck_assert_uint_eq(trace_count(opened), 3);
    ck_assert_uint_eq(trace_lost(opened), 0);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert_mem_eq(trace_read(opened, i), trace_read(trace, i),
                         sizeof(struct event));
    ck_assert_uint_eq(trace_actor_count(opened), 2);
    ck_assert_mem_eq(trace_actor(opened, 1), trace_actor(trace, 1),
                     sizeof(struct actor));
    ck_assert_str_eq(trace_actor_name(opened, 1), "苹果");
    ck_assert_str_eq(trace_text(opened, opened->title), "ch02 race");
    ck_assert_str_eq(trace_text(opened, opened->expect), "always ok");
    ck_assert_uint_eq(trace_place(opened, 0x401003)->line, 2);
    ck_line(opened, 3, "last");
    ck_assert_uint_eq(opened->ending, ENDING_SIGNAL);
    ck_assert_int_eq(opened->ending_value, 6);
    ck_assert_uint_eq(opened->left_behind, 1);
    ck_assert_uint_eq(opened->sealed, 1);
    trace_close(opened);
    trace_close(trace);
    ck_assert_int_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(a_full_trace_is_saved_as_such)
{
    struct trace *trace = trace_create(2), *opened;
    struct event draft = {.kind = KIND_YIELD};

    trace_add_actor(trace, 0);
    for (int i = 0; i < 5; i++)
        trace_append(trace, &draft);
    ck_assert_int_eq(trace_save(trace, file), 0);
    opened = trace_open(file);
    ck_assert_ptr_nonnull(opened);
    ck_assert_uint_eq(trace_count(opened), 2);
    ck_assert_uint_eq(trace_lost(opened), 3);
    trace_close(opened);
    trace_close(trace);
}
END_TEST

START_TEST(a_file_cut_anywhere_is_refused)
{
    size_t size;
    unsigned char *bytes = small_file(&size);

    ck_assert_uint_gt(size, sizeof(struct trace));
    for (size_t length = 0; length < size; length++) {
        write_file(bytes, length);
        ck_refused(length == 0  ? ": it is empty or no file"
                   : length < 8 ? ": it is no trace"
                                : ": it is cut short");
    }
    write_file(bytes, size);
    open_file();
    ck_assert_ptr_nonnull(open_result);
    trace_close(open_result);
    free(bytes);
}
END_TEST

START_TEST(a_header_with_a_wrong_bit_is_refused)
{
    size_t size;
    unsigned char *bytes = small_file(&size);

    for (size_t bit = 0; bit < sizeof(struct trace) * 8; bit++) {
        unsigned char mask = (unsigned char)(1 << bit % 8);

        bytes[bit / 8] ^= mask;
        write_file(bytes, size);
        bytes[bit / 8] ^= mask;
        ck_refused(bit < 64 ? ": it is no trace"
                   : bit < 128
                       ? ": it was saved by another version of this program"
                       : ": its header is damaged");
    }
    free(bytes);
}
END_TEST

START_TEST(other_damage_never_crashes)
{
    static const unsigned char masks[] = {0x01, 0x80, 0xff};
    size_t size;
    unsigned char *bytes = small_file(&size);

    for (size_t i = sizeof(struct trace); i < size; i++)
        for (size_t j = 0; j < sizeof masks; j++) {
            bytes[i] ^= masks[j];
            write_file(bytes, size);
            bytes[i] ^= masks[j];
            with_stderr_kept(open_file);
            if (open_result == NULL) {
                ck_assert_str_ne(complaint, "");
                continue;
            }
            read_everything(open_result);
            trace_close(open_result);
        }
    free(bytes);
}
END_TEST

/* As trace/file.c does it: FNV-1a over the header with checksum 0. */
static void seal_header(struct trace *header)
{
    const unsigned char *bytes = (const unsigned char *)header;
    uint32_t sum = 2166136261u;

    header->checksum = 0;
    for (size_t i = 0; i < sizeof *header; i++)
        sum = (sum ^ bytes[i]) * 16777619u;
    header->checksum = sum;
}

static const uint64_t nasty[] = {1, 64, 4096, UINT32_MAX,
                                 UINT64_C(1) << 40, UINT64_MAX - 63,
                                 UINT64_MAX};

static void ck_survives(struct trace *header, unsigned char *bytes,
                        size_t size)
{
    seal_header(header);
    memcpy(bytes, header, sizeof *header);
    write_file(bytes, size);
    with_stderr_kept(open_file);
    if (open_result != NULL) {
        read_everything(open_result);
        trace_close(open_result);
    }
}

START_TEST(forged_sections_never_crash)
{
    size_t size;
    unsigned char *bytes = small_file(&size);
    struct trace good, bad;

    memcpy(&good, bytes, sizeof good);
    for (size_t i = 0; i < 12; i++)
        for (size_t j = 0; j < sizeof nasty / sizeof nasty[0]; j++) {
            struct section *section = &bad.events + i / 2;

            memcpy(&bad, &good, sizeof bad);
            *(i % 2 ? &section->count : &section->offset) = nasty[j];
            ck_survives(&bad, bytes, size);
        }
    free(bytes);
}
END_TEST

START_TEST(forged_counts_never_crash)
{
    size_t size;
    unsigned char *bytes = small_file(&size);
    struct trace good, bad;

    memcpy(&good, bytes, sizeof good);
    for (size_t j = 0; j < sizeof nasty / sizeof nasty[0]; j++) {
        memcpy(&bad, &good, sizeof bad);
        atomic_store(&bad.event_head, nasty[j]);
        atomic_store(&bad.text_head, nasty[j]);
        atomic_store(&bad.actor_count, (uint32_t)nasty[j]);
        bad.title = bad.expect = (uint32_t)nasty[j];
        ck_survives(&bad, bytes, size);
        bad.place_count = (uint32_t)nasty[j];
        ck_survives(&bad, bytes, size);
        bad.source_count = (uint32_t)nasty[j];
        ck_survives(&bad, bytes, size);
    }
    free(bytes);
}
END_TEST

START_TEST(what_is_no_trace_is_refused)
{
    size_t size;
    unsigned char *bytes = small_file(&size);
    unsigned char *longer = calloc(1, size + 1);

    memcpy(longer, bytes, size);
    write_file(longer, size + 1);
    ck_refused(": there is something behind its end");
    write_file("hello\n", 6);
    ck_refused(": it is no trace");
    unlink(file);
    with_stderr_kept(open_file);
    ck_assert_ptr_null(open_result);
    ck_assert_ptr_nonnull(strstr(complaint, "No such file"));
    mkdir(file, 0700);
    ck_refused(": it is empty or no file");
    rmdir(file);
    mkfifo(file, 0600);
    ck_refused(": it is empty or no file");
    free(longer);
    free(bytes);
}
END_TEST

/* The old file is still there, whole and alone. */
static void ck_kept(const unsigned char *bytes, size_t size)
{
    unsigned char *now = malloc(size + 1);
    int in = open(file, O_RDONLY);

    ck_assert_int_eq(read(in, now, size + 1), (ssize_t)size);
    ck_assert_mem_eq(now, bytes, size);
    ck_assert_int_eq(files_in_folder(), 1);
    close(in);
    free(now);
}

START_TEST(a_save_that_fails_leaves_the_old_file)
{
    size_t size;
    unsigned char *bytes = small_file(&size);
    struct rlimit little = {512, RLIM_INFINITY};

    saved_trace = small_trace();
    setrlimit(RLIMIT_FSIZE, &little); /* no ck_assert: Check writes too */
    with_stderr_kept(save_file);
    little.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &little);
    ck_assert_int_eq(save_result, -1);
    ck_assert_ptr_nonnull(strstr(complaint, "cannot save the trace as"));
    ck_assert_ptr_nonnull(strstr(complaint, "File too large"));
    ck_kept(bytes, size);
    trace_close(saved_trace);
    free(bytes);
}
END_TEST

START_TEST(a_folder_that_does_not_exist_is_an_error)
{
    strcat(folder, "/none");
    snprintf(file, sizeof file, "%s/run.trace", folder);
    folder[strlen(folder) - strlen("/none")] = '\0';
    saved_trace = small_trace();
    with_stderr_kept(save_file);
    ck_assert_int_eq(save_result, -1);
    ck_assert_ptr_nonnull(strstr(complaint, "No such file or directory"));
    ck_assert_int_eq(files_in_folder(), 0);
    trace_close(saved_trace);
}
END_TEST

static TCase *files(void)
{
    TCase *tests = tcase_create("files");

    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, attached_it_is_the_same);
    tcase_add_test(tests, only_a_trace_can_be_attached);
    tcase_add_test(tests, times_are_nanoseconds_once_sealed);
    tcase_add_test(tests, places_and_source_lines);
    tcase_add_test(tests, what_is_saved_is_what_is_opened);
    tcase_add_test(tests, a_full_trace_is_saved_as_such);
    tcase_add_test(tests, a_file_cut_anywhere_is_refused);
    tcase_add_test(tests, a_header_with_a_wrong_bit_is_refused);
    tcase_add_test(tests, other_damage_never_crashes);
    tcase_add_test(tests, forged_sections_never_crash);
    tcase_add_test(tests, forged_counts_never_crash);
    tcase_add_test(tests, what_is_no_trace_is_refused);
    tcase_add_test(tests, a_save_that_fails_leaves_the_old_file);
    tcase_add_test(tests, a_folder_that_does_not_exist_is_an_error);
    return tests;
}

int main(void)
{
    Suite *suite = suite_create("trace file");
    SRunner *runner;
    int failures;

    suite_add_tcase(suite, files());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
