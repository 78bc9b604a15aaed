/*
 * check_run_options.c - what a user asks for and is shown: run/.
 */
#define _GNU_SOURCE /* pipe2 */
#include "command.h"

/* ----------------------------------------- what it is given and says -- */

START_TEST(raw_is_what_the_program_writes)
{
    struct command command = run_words("run_writes_much --raw");

    ck_assert_int_eq(command.status, 0);
    ck_assert_uint_eq(command.said_length, 90000 * strlen("line 00000\n"));
    ck_assert_uint_eq(command.complained_length,
                      10000 * strlen("line 00000\n"));
    ck_assert_int_eq(strncmp(command.said, "line 00000\nline 00001\n", 22),
                     0);
}
END_TEST

START_TEST(arguments_and_stdin_reach_the_program)
{
    static const char words[] = "from stdin\n";
    int in[2], before = dup(STDIN_FILENO);
    struct command command;

    ck_assert_int_eq(pipe(in), 0);
    ck_assert_int_eq(write(in[1], words, strlen(words)),
                     (ssize_t)strlen(words));
    close(in[1]);
    dup2(in[0], STDIN_FILENO);
    command = (struct command){.out = tmpfile(), .err = tmpfile()};
    command.ready = dup(before);
    command.pid = fork();
    if (command.pid == 0) {
        dup2(fileno(command.out), STDOUT_FILENO);
        execl(binary, "./programs", "--raw", "run_arguments", "--", "a b",
              "--list", "--", NULL);
        _exit(127);
    }
    finish(&command);
    ck_assert_int_eq(command.status, 0);
    ck_assert_str_eq(command.said, "argument 1: a b\nargument 2: --list\n"
                                   "argument 3: --\nfrom stdin\n");
}
END_TEST

START_TEST(itself_spawned_it_is_the_same_program)
{
    struct command command = run_words("run_spawns_itself --raw");

    ck_assert_int_eq(command.status, 0);
    ck_assert_str_eq(command.said, "0 deep\n1 deep\n2 deep\n3 deep\n");
}
END_TEST

START_TEST(a_list_has_a_line_a_variant_name_first)
{
    struct command command = run_words("--list");
    int line_count = 0;

    ck_assert_int_eq(command.status, 0);
    for (const char *at = command.said; *at != '\0'; at++)
        line_count += *at == '\n';
    ck_assert_int_ge(line_count, 20);
    ck_has(command.said,
           "first        One word and a good end: the first of the "
           "default run.\n");
    ck_has(command.said, "\nrun_three    Ends with");
}
END_TEST

START_TEST(all_variants_run_in_order_and_are_compared)
{
    struct command command = run_words("");
    const char *first = strstr(command.said, "== first: One word");
    const char *second = strstr(command.said, "== second: Another word");

    ck_assert_int_eq(command.status, 0);
    ck_assert_ptr_eq(first, command.said);
    ck_assert_ptr_nonnull(second);
    ck_has(second, "verdict:  ok");
    ck_has_not(command.said, "run_three");
    ck_has_not(command.said, "nobody reads this one");
    ck_has(second,
           "\nCompare: the first says \"first\", the second says "
           "\"second\"\n");
}
END_TEST

START_TEST(what_to_try_next_can_be_typed)
{
    struct command command = run_words("first");

    ck_has(command.said, "try next: ./programs first --runs 1000 ");
    ck_has(command.said, "./programs second ");
    ck_has(command.said, "./programs first --inside ");
    ck_has(command.said, "./programs first --save run.trace ");
    command = run_words("second --inside");
    ck_has_not(command.said, "--inside");
    ck_has_not(command.said, "the next variant");
    command = run_words("run_thousand --events 100");
    ck_assert_int_eq(command.status, 1);
    ck_has(command.said, "the trace was full");
    ck_has(command.said, "./programs run_thousand --events ");
    ck_has_not(command.said, "--seed 1");
    command = run_words("run_endless --timeout 0.1");
    ck_has(command.said, "./programs run_endless --timeout 5 ");
    ck_has_not(command.said, "--seed 1");
    command = run_words("known_spin_forever --events 100 --timeout 0.5");
    ck_has(command.said, "./programs known_spin_forever --seed 1 ");
}
END_TEST

START_TEST(help_is_worth_reading)
{
    struct command command = run_words("--help");

    ck_assert_int_eq(command.status, 0);
    ck_has(command.said, "Usage: programs [OPTION...] [VARIANT] "
                         "[-- ARGUMENT...]");
    ck_has(command.said, "--timeout=SECONDS");
    ck_has(command.said, "Variants: first, second");
    ck_has(command.said, "  ./programs first --save run.trace");
    ck_has(command.said, "Exit status: 0 if");
    command = run_words("--version");
    ck_assert_int_eq(command.status, 0);
    ck_assert_str_eq(command.said, "interleavings 0.1\n");
}
END_TEST

START_TEST(colour_is_only_where_it_is_wanted)
{
    struct command command = run_words("first");

    ck_has_not(command.said, "\033");
    command = run_words("first --color never");
    ck_has_not(command.said, "\033");
    command = run_words("first --color always");
    ck_has(command.said, "\033[");
}
END_TEST

START_TEST(ascii_is_only_ascii)
{
    struct command command = run_words("run_deadlock --ascii --width 100");

    for (size_t i = 0; i < command.said_length; i++)
        ck_assert_int_ge(command.said[i], 0);
}
END_TEST

START_TEST(a_full_disk_is_noticed)
{
    struct command command = {.out = fopen("/dev/full", "w"),
                              .err = tmpfile(),
                              .ready = dup(STDIN_FILENO)};
    char *words[] = {(char *)"./programs", (char *)"first", NULL};

    command.pid = fork();
    if (command.pid == 0)
        be_the_command(&command, STDIN_FILENO, words);
    command.out = tmpfile();
    finish(&command);
    ck_assert_int_eq(command.status, 1);
    ck_has(command.complained, "cannot write to standard output: No space");
}
END_TEST

/* -------------------------------------------------------- kept runs -- */

/* The output up to where it suggests commands, which differ. */
static char *without_suggestions(const char *text)
{
    char *copy = keep(strdup(text)), *end = strstr(copy, "try next:");

    if (end != NULL)
        *end = '\0';
    return copy;
}

START_TEST(a_saved_run_shows_the_same)
{
    struct command saved = run_words("run_deadlock --save run.trace");
    struct command opened = run_words("--open run.trace");
    char *before = without_suggestions(saved.said);
    char *after = without_suggestions(opened.said);

    ck_assert_int_eq(saved.status, 0);
    ck_assert_int_eq(opened.status, 0);
    ck_has(saved.said, "./programs --open run.trace");
    ck_has(after, "== run_deadlock: Two threads lock two locks");
    ck_assert_str_eq(strstr(after, "\n\n") + 2, before);
    ck_assert_int_eq(remove_folder(), 1);
}
END_TEST

START_TEST(an_unexpected_end_stays_one)
{
    struct command saved =
        run_words("run_waits --timeout 0.1 --save run.trace");
    struct command opened = run_words("--open run.trace");

    ck_assert_int_eq(saved.status, 1);
    ck_assert_int_eq(opened.status, 1);
    ck_has(opened.said, "verdict:  timeout");
}
END_TEST

START_TEST(what_is_no_trace_is_said_to_be_none)
{
    struct command command = run_words("--open none");

    ck_assert_int_eq(command.status, 2);
    ck_assert_str_eq(command.complained, "programs: cannot open the trace "
                                         "none: No such file or "
                                         "directory\n");
    command = run_words("--open .");
    ck_assert_int_eq(command.status, 2);
    ck_assert_str_eq(command.said, "");
}
END_TEST

/* ------------------------------------------------------- bad usage -- */

static const struct usage {
    const char *line;
    const char *sentence;
} usages[] = {
    {"nosuch", "there is no variant \"nosuch\". There are: first, second"},
    {"first second", "one variant at a time"},
    {"--frob", "unrecognized option '--frob'"},
    {"--timeout -1", "--timeout takes a number from 0 to 86400, not "
                     "\"-1\""},
    {"--timeout soon", "not \"soon\""},
    {"--timeout nan", "not \"nan\""},
    {"--timeout 5s", "not \"5s\""},
    {"--width 5", "--width takes a whole number from 40 to 1000, not "
                  "\"5\""},
    {"--width 80.5", "not \"80.5\""},
    {"--width 1001", "not \"1001\""},
    {"--events 0", "--events takes a whole number from 1 to "},
    {"--events -3", "not \"-3\""},
    {"--events 99999999999", "not \"99999999999\""},
    {"--color sometimes", "--color takes auto, always or never"},
    {"--save run.trace", "--save keeps one run"},
    {"first --save nosuch/run.trace", "cannot save the run as "
                                      "nosuch/run.trace"},
    {"first --save .", "it is a folder"},
    {"first --save /dev/null", "it is no plain file"},
    {"first --save /dev/null/x", "cannot save the run"},
    {"first --open run.trace", "--open shows a run that is over"},
    {"--open run.trace --save other", "do not go together"},
    {"--open run.trace --raw", "--raw needs a run"},
    {"--open run.trace -- x", "--open shows a run that is over"},
    {"--save", "requires an argument"},
};

START_TEST(bad_usage_is_said_before_anything_runs)
{
    struct command command = run_words(usages[_i].line);

    ck_assert_int_eq(command.status, 2);
    ck_assert_str_eq(command.said, "");
    ck_has(command.complained, usages[_i].sentence);
    ck_assert_int_eq(remove_folder(), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run options");
    TCase *tests = group("output");

    tcase_add_test(tests, raw_is_what_the_program_writes);
    tcase_add_test(tests, arguments_and_stdin_reach_the_program);
    tcase_add_test(tests, itself_spawned_it_is_the_same_program);
    tcase_add_test(tests, a_list_has_a_line_a_variant_name_first);
    tcase_add_test(tests, all_variants_run_in_order_and_are_compared);
    tcase_add_test(tests, what_to_try_next_can_be_typed);
    tcase_add_test(tests, help_is_worth_reading);
    tcase_add_test(tests, colour_is_only_where_it_is_wanted);
    tcase_add_test(tests, ascii_is_only_ascii);
    tcase_add_test(tests, a_full_disk_is_noticed);
    suite_add_tcase(suite, tests);
    tests = group("files");
    tcase_add_test(tests, a_saved_run_shows_the_same);
    tcase_add_test(tests, an_unexpected_end_stays_one);
    tcase_add_test(tests, what_is_no_trace_is_said_to_be_none);
    suite_add_tcase(suite, tests);
    tests = group("usage");
    tcase_add_loop_test(tests, bad_usage_is_said_before_anything_runs, 0,
                        sizeof usages / sizeof usages[0]);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
