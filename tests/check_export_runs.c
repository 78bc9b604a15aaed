/*
 * check_export_runs.c - --export of real runs: what every format tells,
 * and where it goes.
 */
#define _GNU_SOURCE /* pipe2 */
#include "command.h"
#include "exports.h"

static void forget(void)
{
    while (kept_count > 0)
        free(kept[--kept_count]);
}

static struct command opened(const char *format)
{
    char line[64];

    snprintf(line, sizeof line, "--open run.trace --export %s", format);
    return run_words(line);
}

/* Runs it once, and reads back what each format tells of that run. */
static void ck_told_alike(const char *words)
{
    char line[256];
    struct command text, svg, json;
    struct story_told told, drawn;
    struct json_reader *reader;

    snprintf(line, sizeof line, "%s --save run.trace", words);
    run_words(line);
    text = opened("text");
    svg = opened("svg");
    json = opened("perfetto");
    told = read_text(text.said);
    drawn = read_svg(svg.said);
    reader = read_json(json.said);
    ck_assert_msg(told.count > 0, "%s: %s", words, text.complained);
    ck_same_story(&told, &drawn);
    ck_same_story(&told, &reader->story);
    told_free(&told);
    told_free(&drawn);
    json_free(reader);
    unlink("run.trace");
    forget();
}

/* Each variant in the list of a binary whose name starts so. */
static void ck_variants(const char *prefix, const char *options)
{
    struct command list = run_words("--list");
    char *names = strdup(list.said), *rest = names, *line;

    forget();
    while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
        char words[256];

        line[strcspn(line, " ")] = '\0';
        if (strncmp(line, prefix, strlen(prefix)) != 0)
            continue;
        snprintf(words, sizeof words, "%s %s", line, options);
        ck_told_alike(words);
    }
    free(names);
}

START_TEST(known_bugs_are_told_alike)
{
    ck_variants("known_", "--seed 3 --steps 2000");
}
END_TEST

START_TEST(chapters_are_told_alike)
{
    char folder_of[4096];

    strcpy(folder_of, binary);
    *strrchr(folder_of, '/') = '\0';
    for (int chapter = 1; chapter <= 7; chapter++) {
        snprintf(binary, sizeof binary, "%.4000s/ch%02d", folder_of,
                 chapter);
        ck_variants("", "--seed 3");
    }
}
END_TEST

START_TEST(runs_of_the_kernel_are_told_alike)
{
    ck_told_alike("run_three");
    ck_told_alike("run_deadlock");
    ck_told_alike("run_pipe_hang");
    ck_told_alike("run_crash");
    ck_told_alike("run_spawns_itself");
}
END_TEST

START_TEST(the_same_schedule_is_the_same_export)
{
    static const char *const formats[] = {"svg", "perfetto", "text"};

    for (int i = 0; i < 3; i++) {
        char line[128];
        struct command one, other;

        snprintf(line, sizeof line,
                 "known_opposite_locks --seed 5 --export %s", formats[i]);
        one = run_words(line);
        other = run_words(line);
        ck_assert_uint_gt(one.said_length, 500);
        ck_assert_str_eq(one.said, other.said);
    }
}
END_TEST

/* ---- where it goes ---- */

static char *whole_file(const char *path)
{
    size_t length;
    FILE *file = fopen(path, "r");

    ck_assert_msg(file != NULL, "there is no %s", path);
    return read_whole(file, &length);
}

START_TEST(standard_output_has_nothing_else)
{
    struct command command = run_words(
        "known_relock --seed 1 --export svg");
    struct story_told drawn = read_svg(command.said);

    ck_assert_int_eq(strncmp(command.said, "<?xml", 5), 0);
    ck_has(command.complained, "deadlock");
    told_free(&drawn);
}
END_TEST

START_TEST(a_file_gets_the_export_and_the_user_the_verdict)
{
    struct command printed = run_words(
        "known_relock --seed 1 --export text");
    struct command command = run_words(
        "known_relock --seed 1 --export text --output run.txt");

    ck_assert_int_eq(command.status, printed.status);
    ck_assert_str_eq(whole_file("run.txt"), printed.said);
    ck_has(command.said, "verdict:  deadlock");
    ck_has_not(command.said, "begins");
}
END_TEST

START_TEST(the_status_is_that_of_the_run)
{
    ck_assert_int_eq(
        run_words("known_relock --seed 1 --export text").status, 0);
    ck_assert_int_eq(run_words("known_lost_update_cured --seed 1 "
                               "--export text")
                         .status,
                     0);
}
END_TEST

/* Says why, with status 2, and nothing has run: there is no trace. */
static void ck_refused(const char *words, const char *why)
{
    struct command command = run_words(words);

    ck_assert_int_eq(command.status, 2);
    ck_assert_str_eq(command.said, "");
    ck_has(command.complained, why);
}

START_TEST(what_cannot_be_is_said_before)
{
    ck_refused("first --export", "requires an argument");
    ck_refused("first --export pdf", "svg, perfetto or text");
    ck_refused("first --output x.svg", "--output is for --export");
    ck_refused("first --from 3", "are for --export");
    ck_refused("first --export svg --from x", "number of an event");
    ck_refused("first --export svg --from 9 --to 3", "nothing between");
    ck_refused("first --export perfetto --to 3", "for svg and text");
    ck_refused("first --export svg --raw", "do not go together");
    ck_refused("first --export svg --runs 3", "one run");
    ck_refused("first --export svg --step", "do not go together");
    ck_refused("--export svg", "which variant");
    ck_refused("first --export svg --output no/where.svg", "no folder no");
    ck_refused("first --export svg --output .", "it is a folder");
    ck_refused("--open x.trace --export svg --output no/where.svg",
               "no folder no");
}
END_TEST

static int shell(const char *before, const char *after)
{
    char command[8192];

    snprintf(command, sizeof command,
             "%s; exec '%.4000s' --open run.trace --export text %s", before,
             binary, after);
    return exit_status(system(command));
}

START_TEST(an_older_file_is_replaced_whole_or_kept)
{
    FILE *old = fopen("run.txt", "w");

    fputs("old", old);
    fclose(old);
    run_words("run_writes_much --seed 1 --save run.trace");
    ck_assert_int_eq(
        shell("ulimit -f 1", "--output run.txt >said 2>complained"), 1);
    ck_assert_str_eq(whole_file("run.txt"), "old");
    ck_has(whole_file("complained"),
           "cannot export the run as run.txt: File too large");
    ck_assert_int_eq(shell(":", "--output run.txt >said"), 0);
    ck_has(whole_file("run.txt"), "# verdict: ok");
}
END_TEST

START_TEST(a_full_disk_is_no_success)
{
    run_words("first --save run.trace");
    ck_assert_int_eq(shell(":", ">/dev/full 2>complained"), 1);
    ck_has(whole_file("complained"), "cannot write to standard output");
}
END_TEST

START_TEST(a_part_is_exported)
{
    struct command command = run_words(
        "known_relock --seed 1 --export text --from 0 --to 0");
    struct story_told told = read_text(command.said);

    ck_assert_uint_eq(told.count, 1);
    told_free(&told);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("export_runs");
    TCase *alike = group("alike"), *places = group("places");

    tcase_set_timeout(alike, 240);
    tcase_add_test(alike, known_bugs_are_told_alike);
    tcase_add_test(alike, chapters_are_told_alike);
    tcase_add_test(alike, runs_of_the_kernel_are_told_alike);
    tcase_add_test(alike, the_same_schedule_is_the_same_export);
    suite_add_tcase(suite, alike);
    tcase_add_test(places, standard_output_has_nothing_else);
    tcase_add_test(places, a_file_gets_the_export_and_the_user_the_verdict);
    tcase_add_test(places, the_status_is_that_of_the_run);
    tcase_add_test(places, what_cannot_be_is_said_before);
    tcase_add_test(places, an_older_file_is_replaced_whole_or_kept);
    tcase_add_test(places, a_full_disk_is_no_success);
    tcase_add_test(places, a_part_is_exported);
    suite_add_tcase(suite, places);
    return run_suite(suite);
}
