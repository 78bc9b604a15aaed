/*
 * check_names.c - names and lines as the student wrote them: what
 * show/dwarf.c, show/places.c, show/argument.c and intercept/name.c
 * make of tests/programs/names.c, which says on each of its lines what
 * is to be found there.
 */
#define _GNU_SOURCE /* asprintf, O_CLOEXEC */
#include <check.h>
#include <fcntl.h>
#include <libgen.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge/names.h"
#include "show/argument.h"
#include "show/places.h"
#include "show/units.h"

#define PROGRAM_SOURCE "tests/programs/names.c"
#define MARK "// is "

extern char **environ;

/* build/tests/check_names -> build/bin/programs */
static char *programs_path(void)
{
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    char *path;

    ck_assert_int_gt(length, 0);
    self[length] = '\0';
    ck_assert_int_gt(asprintf(&path, "%s/../bin/programs", dirname(self)),
                     0);
    return path;
}

/* Runs a program of tests/programs; its trace, to be closed. */
static struct trace *trace_of(const char *program)
{
    char file[] = "/tmp/check_names.XXXXXX";
    int kept = mkstemp(file), status = -1;
    char *path = programs_path();
    char *arguments[] = {path, (char *)(uintptr_t)program, "--save", file,
                         NULL};
    posix_spawn_file_actions_t actions;
    struct trace *trace;
    pid_t child;

    ck_assert_int_ge(kept, 0);
    close(kept);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY,
                                     0);
    ck_assert_int_eq(
        posix_spawn(&child, path, &actions, NULL, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    trace = trace_open(file);
    unlink(file);
    free(path);
    ck_assert_ptr_nonnull(trace);
    return trace;
}

/* The name that a line of the source asks for; false if it does not. */
static bool wanted_name(const char *line, size_t length, char *out)
{
    const char *mark = memmem(line, length, MARK, strlen(MARK));
    size_t count;

    if (mark == NULL)
        return false;
    mark += strlen(MARK);
    count = (size_t)(line + length - mark);
    memcpy(out, mark, count);
    out[count] = '\0';
    return true;
}

/* ASan's malloc does not say how long a block is. */
static bool can_tell(const char *name)
{
#if defined(__SANITIZE_ADDRESS__)
    bool address_sanitizer = true;
#elif defined(__has_feature)
    bool address_sanitizer = __has_feature(address_sanitizer);
#else
    bool address_sanitizer = false;
#endif
    static const char *const unknown[] = {
        "heap[0]", "heap[9]", "table[1][2]", "list->slots[7].month"};

    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        if (strcmp(name, unknown[i]) == 0)
            return !address_sanitizer;
    return true;
}

static bool is_on_line(const struct trace *trace,
                       const struct event *event, const char *file,
                       uint32_t line)
{
    const struct place *place = trace_place(trace, event->pc);

    return place != NULL && place->line == line &&
           strcmp(trace_text(trace, place->file), file) == 0;
}

/* Reads are left out: a line that goes through a pointer reads that. */
static bool is_act(const struct event *event)
{
    enum kind kind = event_kind(event);
    enum kind_group group = kind_info[kind].group;

    return event->object != 0 && kind != KIND_LOAD && kind != KIND_WAIT &&
           (group == GROUP_MEMORY || group == GROUP_LOCK ||
            group == GROUP_SEMAPHORE);
}

/* How many acts of this line are on an object of this name? */
static unsigned acts_named(const struct trace *trace,
                           const struct names *names, uint32_t line,
                           const char *name)
{
    unsigned found = 0;

    for (uint32_t i = 0; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);

        if (event != NULL && is_act(event) &&
            is_on_line(trace, event, PROGRAM_SOURCE, line) &&
            strcmp(names_object(names, event->object, i), name) == 0)
            found++;
    }
    return found;
}

/* For the message: what is there instead. */
static const char *first_name(const struct trace *trace,
                              const struct names *names, uint32_t line)
{
    for (uint32_t i = 0; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);

        if (event != NULL && is_act(event) &&
            is_on_line(trace, event, PROGRAM_SOURCE, line))
            return names_object(names, event->object, i);
    }
    return "no event there";
}

START_TEST(test_each_line_says_its_name)
{
    struct trace *trace = trace_of("names");
    struct names *names = names_new(trace);
    unsigned marked = 0;
    const char *text;
    size_t length;

    for (uint32_t line = 1;
         (text = trace_source_line(trace, PROGRAM_SOURCE, line, &length));
         line++) {
        char name[256];

        if (!wanted_name(text, length, name) || !can_tell(name))
            continue;
        marked++;
        if (acts_named(trace, names, line, name) == 0)
            ck_abort_msg("%s:%u is %s, not %s", PROGRAM_SOURCE, line,
                         first_name(trace, names, line), name);
    }
    ck_assert_uint_ge(marked, 50);
    names_free(names);
    trace_close(trace);
}
END_TEST

/* How often something named so was locked inside the kit. */
static unsigned kit_locks(const struct trace *trace,
                          const struct names *names, const char *name)
{
    unsigned found = 0;

    for (uint32_t i = 0; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);
        const struct place *place =
            event == NULL ? NULL : trace_place(trace, event->pc);

        if (place != NULL && place->in_kit &&
            event_kind(event) == KIND_LOCK &&
            strcmp(names_object(names, event->object, i), name) == 0)
            found++;
    }
    return found;
}

START_TEST(test_the_program_names_what_is_in_the_kit)
{
    struct trace *trace = trace_of("names");
    struct names *names = names_new(trace);

    ck_assert_uint_eq(kit_locks(trace, names, "orders->lock"), 1);
    ck_assert_uint_eq(kit_locks(trace, names, "bills->lock"), 1);
    ck_assert_uint_eq(kit_locks(trace, names, "green->lock"), 1);
    ck_assert_uint_eq(kit_locks(trace, names, "queue->lock"), 0);
    names_free(names);
    trace_close(trace);
}
END_TEST

/* The place of the first event of a kind in a function. */
static const struct place *place_of(const struct trace *trace,
                                    enum kind kind, const char *function)
{
    for (uint32_t i = 0; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);
        const struct place *place =
            event == NULL ? NULL : trace_place(trace, event->pc);

        if (place != NULL && event_kind(event) == kind &&
            strcmp(trace_text(trace, place->function), function) == 0)
            return place;
    }
    return NULL;
}

START_TEST(test_functions_and_files)
{
    struct trace *trace = trace_of("names");
    const struct place *place;
    const char *line;
    size_t length;

    place = place_of(trace, KIND_THREAD_CREATE, "main");
    ck_assert_ptr_nonnull(place);
    ck_assert_str_eq(trace_text(trace, place->file), PROGRAM_SOURCE);
    ck_assert_uint_eq(place->in_kit, 0);
    line = trace_source_line(trace, PROGRAM_SOURCE, place->line, &length);
    ck_assert_ptr_nonnull(memmem(line, length, "pthread_create(", 15));
    place = place_of(trace, KIND_BROADCAST, "event_set");
    ck_assert_ptr_nonnull(place);
    ck_assert_str_eq(trace_text(trace, place->file),
                     "chapters/kit/event.c");
    ck_assert_uint_eq(place->in_kit, 1);
    trace_close(trace);
}
END_TEST

/* A lock that a parameter leads to, by the text of its own line. */
START_TEST(test_the_line_has_a_name_too)
{
    struct trace *trace = trace_of("names");
    char name[64];

    for (uint32_t i = 0; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);

        if (event == NULL || event_kind(event) != KIND_BROADCAST)
            continue;
        ck_assert_uint_eq(
            places_argument(trace, event, name, sizeof name), 14);
        ck_assert_str_eq(name, "event->was_set");
        ck_assert_uint_eq(places_argument(trace, event, name, 6), 5);
        ck_assert_str_eq(name, "event");
    }
    trace_close(trace);
}
END_TEST

static const struct {
    const char *text, *function;
    unsigned index;
    const char *wanted;
} arguments[] = {
    {"    pthread_mutex_lock(&db->lock); // p1", "pthread_mutex_lock", 0,
     "db->lock"},
    {"sem_wait(room);", "sem_wait", 0, "room"},
    {"sem_wait (  & room  );", "sem_wait", 0, "room"},
    {"if (sem_trywait(&rooms[n % 2]) == 0)", "sem_trywait", 0,
     "rooms[n % 2]"},
    {"must(write(ends[WRITE], &m, size) == (ssize_t)size,", "write", 0,
     "ends[WRITE]"},
    {"write(ends[1], &m, size)", "write", 1, "m"},
    {"fputs(\"a, (b) \\\" c\", out);", "fputs", 1, "out"},
    {"fputc(',', stderr);", "fputc", 1, "stderr"},
    {"fputc('\\'', stderr);", "fputc", 1, "stderr"},
    {"fwrite(f(a, b), g[h(c, d)], 1, (FILE *)log)", "fwrite", 3, "log"},
    {"close(((int *)ends)[0])", "close", 0, "((int *)ends)[0]"},
    {"close((ends[0]))", "close", 0, "ends[0]"},
    {"lock((struct db *)(void *)&x)", "lock", 0, "x"},
    {"lock(/* the, door */ door)", "lock", 0, "door"},
    {"unlock(a); lock(b);", "lock", 0, "b"},
    {"puts(\"lock(a)\"); lock(b);", "lock", 0, "b"},
    {"/* lock(a) */ lock(b);", "lock", 0, "b"},
    {"// lock(a)", "lock", 0, ""},
    {"clock(a); my_lock(b);", "lock", 0, ""},
    {"lock;", "lock", 0, ""},
    {"lock()", "lock", 0, ""},
    {"lock(a)", "lock", 1, ""},
    {"lock(a", "lock", 0, ""},
    {"lock(a,\n     b)", "lock", 1, "b"},
    {"lock(\n     a->b,\n     c)", "lock", 0, "a->b"},
    {"nothing here;\nlock(a)", "lock", 0, ""},
    {"lock(a\n  ->b)", "lock", 0, "a ->b"},
    {"lock(\"", "lock", 0, ""},
    {"lock('\\", "lock", 0, ""},
    {"lock(/*", "lock", 0, ""},
    {"lock(锁)", "lock", 0, "锁"},
    {"", "lock", 0, ""},
};

START_TEST(test_argument_text)
{
    char out[64] = "unchanged";
    size_t length = argument_text(
        arguments[_i].text, strlen(arguments[_i].text),
        arguments[_i].function, arguments[_i].index, out, sizeof out);

    ck_assert_uint_eq(length, strlen(arguments[_i].wanted));
    if (length > 0)
        ck_assert_str_eq(out, arguments[_i].wanted);
}
END_TEST

static const struct {
    const char *path, *wanted;
} paths[] = {
    {"/home/lin/book/chapters/ch02/1_race.c", "chapters/ch02/1_race.c"},
    {"/home/lin/book/chapters/ch02/../kit/event.h",
     "chapters/kit/event.h"},
    {"chapters/./ch02//a.c", "chapters/ch02/a.c"},
    {"/home/lin/other.c", "/home/lin/other.c"},
    {"/home/lin/bookshelf/a.c", "/home/lin/bookshelf/a.c"},
    {"../a.c", "../a.c"},
    {"../../a.c", "../../a.c"},
    {"a/../b.c", "b.c"},
    {"/a.c", "/a.c"},
    {"/a/../b.c", "/b.c"},
};

START_TEST(test_paths)
{
    struct unit unit = {.directory = "/home/lin/book"};
    char out[64];

    units_path(&unit, paths[_i].path, out, sizeof out);
    ck_assert_str_eq(out, paths[_i].wanted);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("names");
    TCase *tests = tcase_create("names");
    SRunner *runner;
    int failures;

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, test_each_line_says_its_name);
    tcase_add_test(tests, test_the_program_names_what_is_in_the_kit);
    tcase_add_test(tests, test_functions_and_files);
    tcase_add_test(tests, test_the_line_has_a_name_too);
    tcase_add_loop_test(tests, test_argument_text, 0,
                        sizeof arguments / sizeof arguments[0]);
    tcase_add_loop_test(tests, test_paths, 0,
                        sizeof paths / sizeof paths[0]);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
