/*
 * check_chapters.c - what the chapters' variants promise holds for every
 * schedule that is tried, and once under the kernel's.
 *
 * The chapters are found as the programs chNN beside the tests, the
 * variants by --list: nobody registers any.  One that may go wrong shows
 * a schedule in which it does, and one in which it does not; one that is
 * always well is so a thousand times, or a hundred times if its
 * schedules are long.
 */
#define _GNU_SOURCE /* pipe2 */
#include <glob.h>

#include "many.h"
#include "trace/trace.h"

#define VARIANTS_MAX 100
#define GOOD 1000
#define LONG 80 /* letters of a schedule: longer ones get fewer runs */
#define LONG_GOOD 100
#define BAD " --runs 100"

static struct variant {
    char *binary, *name;
} variants[VARIANTS_MAX];
static int variant_count;

static glob_t chapters;

static void find_variants(const char *path)
{
    char command[4200], line[512];
    FILE *list;

    snprintf(command, sizeof command, "'%s' --list", path);
    list = popen(command, "r");
    while (list != NULL && fgets(line, sizeof line, list) != NULL &&
           variant_count < VARIANTS_MAX)
        variants[variant_count++] = (struct variant){
            strdup(path), strndup(line, strcspn(line, " \n"))};
    if (list == NULL || pclose(list) != 0)
        exit(2);
}

/* Before any test runs, where Check allows no assertion. */
static void find_chapters(void)
{
    char self[4000] = "", pattern[4100];

    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        exit(2);
    snprintf(pattern, sizeof pattern, "%s/../bin/ch[0-9][0-9]",
             dirname(self));
    if (glob(pattern, 0, NULL, &chapters) != 0)
        exit(2);
    for (size_t i = 0; i < chapters.gl_pathc; i++)
        find_variants(chapters.gl_pathv[i]);
}

static void use(const char *chapter)
{
    for (int i = 0; i < variant_count; i++)
        if (strcmp(strrchr(variants[i].binary, '/') + 1, chapter) == 0)
            snprintf(binary, sizeof binary, "%s", variants[i].binary);
}

/* ------------------------------------------------- what heads say -- */

static struct many try_as_expected(const char *name)
{
    struct many many = try_many(name, "--runs 20");
    bool is_long = strlen(many.rows[0].again) > LONG ||
                   strncmp(many.rows[0].again, "--seed", 6) == 0;

    if (strncmp(many.expected, "always ok", 9) != 0)
        return try_many(name, BAD);
    return try_many(name, at_most(is_long ? LONG_GOOD : GOOD));
}

START_TEST(it_comes_to_what_its_head_says)
{
    const char *name = variants[_i].name;
    struct many many;

    snprintf(binary, sizeof binary, "%s", variants[_i].binary);
    many = try_as_expected(name);
    ck_assert_msg(many.command.status == 0 &&
                      strstr(many.expected, ", and so it is") != NULL,
                  "%s %s:\n%s", binary, name, many.command.said);
    if (strncmp(many.expected, "always ok", 9) == 0) {
        ck_assert_uint_eq(count_of(&many, "ok"), count_all(&many));
        return;
    }
    ck_again(name, first_not_ok(&many));
    if (strncmp(many.expected, "sometimes ", 10) == 0)
        ck_assert_uint_gt(count_of(&many, "ok"), 0);
    else
        ck_assert_uint_eq(count_of(&many, "ok"), 0);
}
END_TEST

/* All at once: most of their time is sleep. */
START_TEST(each_chapter_ends_well_under_the_kernels_schedule)
{
    pid_t pids[VARIANTS_MAX];
    int status, nowhere = open("/dev/null", O_RDWR);

    for (size_t i = 0; i < chapters.gl_pathc; i++) {
        pids[i] = fork();
        ck_assert_int_ge(pids[i], 0);
        if (pids[i] > 0)
            continue;
        for (int file = 0; file < 3; file++)
            dup2(nowhere, file);
        execl(chapters.gl_pathv[i], chapters.gl_pathv[i], (char *)NULL);
        _exit(127);
    }
    for (size_t i = 0; i < chapters.gl_pathc; i++) {
        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert_msg(status == 0, "%s ended with %d",
                      chapters.gl_pathv[i], exit_status(status));
    }
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    close(nowhere);
}
END_TEST

/* ------------------------------------------- what is always so said -- */

static const struct said {
    const char *chapter, *variant, *words;
} said[] = {
    {"ch01", "locked", "\"0.25 s of work took 0.25 s\""},
    {"ch02", "locked",
     "\"of 3 tickets 3 were sold, and db says 0 are left\""},
    {"ch03", "ktv", "\"10 of 10 went home\""},
    {"ch05", "sentinel", "\"all 20 eaten, each once\""},
    {"ch07", "callback", "\"10 callbacks\""},
};

START_TEST(the_last_words_are_always_the_same)
{
    struct many many;

    use(said[_i].chapter);
    many = try_many(said[_i].variant, BAD);
    ck_assert_uint_eq(many.row_count, 1);
    ck_assert_str_eq(many.rows[0].words, said[_i].words);
}
END_TEST

/* A run fails because more is sold than there was, and for no other
 * reason. */
START_TEST(ch02_race_sells_more_than_there_are)
{
    struct many many;
    int tickets, sold;

    use("ch02");
    many = try_many("race", BAD);
    for (size_t i = 0; i < many.row_count; i++) {
        ck_assert_int_eq(sscanf(many.rows[i].words,
                                "\"of %d tickets %d were sold", &tickets,
                                &sold),
                         2);
        ck_assert_int_eq(is_kind(many.rows + i, "ok"), sold <= tickets);
    }
}
END_TEST

/* ---------------------------------------------------- single runs -- */

enum { SINGLE = 20 };

static struct command run_seed(const char *variant, int seed,
                               const char *more)
{
    char line[200];

    snprintf(line, sizeof line, "%s --seed %d%s", variant, seed, more);
    return run_words(line);
}

/* Units taken and given back, of the one semaphore there is. */
START_TEST(ch03_four_are_inside_and_never_five)
{
    struct trace *trace;
    int inside = 0, most = 0;

    use("ch03");
    ck_assert_int_eq(run_seed("ktv", _i, " --save run.trace").status, 0);
    trace = trace_open("run.trace");
    ck_assert_ptr_nonnull(trace);
    for (uint32_t i = 0; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);

        if (event != NULL && event->error == 0)
            inside += (event_kind(event) == KIND_SEMAPHORE_WAIT) -
                      (event_kind(event) == KIND_SEMAPHORE_POST);
        most = inside > most ? inside : most;
        ck_assert_int_le(inside, 4);
    }
    ck_assert_int_eq(inside, 0);
    ck_assert_int_ge(most, 1);
    trace_close(trace);
}
END_TEST

static const char *place_of(const struct command *command,
                            const char *part)
{
    ck_has(command->said, part);
    return strstr(command->said, part);
}

START_TEST(ch06_the_end_is_seen_after_the_last_write_end_is_closed)
{
    struct command command;

    use("ch06");
    command = run_seed("eof", _i, WIDE);
    ck_assert(place_of(&command, "closes the write end of ends; none "
                                 "left") <
              place_of(&command, "reads end of file"));
    command = run_seed("hang", _i, WIDE);
    ck_has(command.said, "deadlock: consumer waits for the end of file of "
                         "ends, but consumer itself keeps its write end "
                         "open");
    ck_has_not(command.said, "reads end of file");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("chapters");
    TCase *tests = group("chapters");

    find_chapters();
    tcase_add_test(tests,
                   each_chapter_ends_well_under_the_kernels_schedule);
    tcase_add_loop_test(tests, it_comes_to_what_its_head_says, 0,
                        variant_count);
    tcase_add_loop_test(tests, the_last_words_are_always_the_same, 0,
                        sizeof said / sizeof said[0]);
    tcase_add_test(tests, ch02_race_sells_more_than_there_are);
    tcase_add_loop_test(tests, ch03_four_are_inside_and_never_five, 0,
                        SINGLE);
    tcase_add_loop_test(
        tests, ch06_the_end_is_seen_after_the_last_write_end_is_closed, 0,
        SINGLE);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
