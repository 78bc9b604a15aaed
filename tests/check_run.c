/*
 * check_run.c - the command and its keeper: run/.
 *
 * Drives the binary of all tests/programs as a user would.  The test's
 * process is a subreaper: whoever is left behind by the command becomes
 * its child, so "nobody is left" is what wait() says, not a matter of
 * time.
 */
#define _GNU_SOURCE /* posix_openpt, pipe2 */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define WORDS_MAX 12
#define READY 9 /* where tests/programs/run_waits.c says it is ready */

static char binary[4096]; /* of all tests/programs */
static char folder[64];   /* a fresh one, in which the command runs */

/* A command that runs, and what came of it. */
struct command {
    pid_t pid;
    int ready; /* read end: see READY */
    FILE *out, *err;
    int status; /* exit status, 128 + N if killed by N */
    char *said, *complained;
    size_t said_length, complained_length;
};

static void find_binary(void)
{
    char self[4000];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

    ck_assert_int_gt(length, 0);
    self[length] = '\0';
    snprintf(binary, sizeof binary, "%s/../bin/programs", dirname(self));
}

static void set_up(void)
{
    find_binary();
    strcpy(folder, "/tmp/check_run.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1L), 0);
    unsetenv("COLUMNS");
    unsetenv("NO_COLOR");
}

/* Removes the folder and says how many files were in it. */
static int remove_folder(void)
{
    DIR *all = opendir(folder);
    struct dirent *entry;
    int count = 0;

    if (all == NULL)
        return 0; /* a test has removed it */
    while ((entry = readdir(all)) != NULL)
        count += unlinkat(dirfd(all), entry->d_name, 0) == 0;
    closedir(all);
    rmdir(folder);
    return count;
}

/* Texts that live as long as the test. */
static char *kept[32];
static size_t kept_count;

static char *keep(char *text)
{
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_lt(kept_count, sizeof kept / sizeof kept[0]);
    return kept[kept_count++] = text;
}

static void tear_down(void)
{
    remove_folder();
    while (kept_count > 0)
        free(kept[--kept_count]);
}

static void be_the_command(const struct command *command, int ready,
                           char *const *words)
{
    int nothing = open("/dev/null", O_RDONLY);

    dup2(nothing, STDIN_FILENO);
    dup2(fileno(command->out), STDOUT_FILENO);
    dup2(fileno(command->err), STDERR_FILENO);
    dup2(ready, READY);
    execv(binary, words);
    _exit(127);
}

static struct command start_words(char *const *words)
{
    struct command command = {.out = tmpfile(), .err = tmpfile()};
    int ready[2];

    ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
    command.ready = ready[0];
    command.pid = fork();
    if (command.pid == 0)
        be_the_command(&command, ready[1], words);
    close(ready[1]);
    return command;
}

static char *read_whole(FILE *file, size_t *length)
{
    char *text;

    fseek(file, 0, SEEK_END);
    *length = (size_t)ftell(file);
    rewind(file);
    text = keep(malloc(*length + 1));
    ck_assert_uint_eq(fread(text, 1, *length, file), *length);
    text[*length] = '\0';
    fclose(file);
    return text;
}

static int exit_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status)
                             : 128 + WTERMSIG(status);
}

static void collect(struct command *command)
{
    command->said = read_whole(command->out, &command->said_length);
    command->complained =
        read_whole(command->err, &command->complained_length);
    close(command->ready);
}

/* Waits for the command; after it nobody may be left, at once. */
static void finish(struct command *command)
{
    int status;

    ck_assert_int_eq(waitpid(command->pid, &status, 0), command->pid);
    ck_assert_msg(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD,
                  "somebody is left");
    command->status = exit_status(status);
    collect(command);
}

/* start("race", "--raw", NULL) */
static struct command start(const char *word, ...)
{
    char *words[WORDS_MAX] = {(char *)"./programs"};
    va_list rest;

    va_start(rest, word);
    for (int i = 1; word != NULL; i++) {
        words[i] = (char *)word;
        word = va_arg(rest, const char *);
    }
    va_end(rest);
    return start_words(words);
}

static struct command run_words(const char *line)
{
    char copy[512], *words[WORDS_MAX] = {(char *)"./programs"};
    struct command command;
    int count = 1;

    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word != NULL;
         word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    command = start_words(words);
    finish(&command);
    return command;
}

static void ck_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no \"%s\" in:\n%s", part,
                  text);
}

static void ck_has_not(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "\"%s\" is in:\n%s", part,
                  text);
}

/* ------------------------------------------------- how programs end -- */

static const struct end {
    const char *line;
    const char *verdict;
    int status;
} ends[] = {
    {"first", "verdict:  ok: ", 0},
    {"run_three", "verdict:  main exited with status 3\n", 0},
    {"run_three_hundred", "verdict:  main exited with status 44\n", 0},
    {"run_crash", "verdict:  main crashed with SIGSEGV at run_crash.c:",
     0},
    {"run_abort", "verdict:  main crashed with SIGABRT at run_abort.c:",
     0},
    {"run_abort", "also:     1 process outlived main", 0},
    {"run_kills_itself", "verdict:  main was killed by SIGKILL\n", 0},
    {"run_ignores_term", "also:     1 process outlived main", 0},
    {"run_daemon", "also:     1 process outlived main", 0},
    {"run_endless --timeout 0.3", "verdict:  timeout", 0},
    {"run_hydra --timeout 0.3", "verdict:  timeout", 0},
    {"run_waits --timeout 0.3", "verdict:  timeout", 1},
    {"run_deadlock", "verdict:  deadlock: ", 0},
    {"run_main_leaves", "verdict:  deadlock: ", 0},
    {"run_pipe_hang", "verdict:  deadlock: ", 0},
    {"run_dead_holder", "verdict:  deadlock: ", 0},
    {"run_dead_holder", "╳ is killed by SIGKILL\n", 0},
    {"run_alarm", "verdict:  ok: ", 0},
    {"run_ping_pong", "verdict:  ok: ", 0},
    {"run_becomes_true", "verdict:  main exited with status 1\n", 0},
    {"run_runs_true", "verdict:  ok: ", 0},
    {"run_spawns_itself", "verdict:  ok: ", 0},
    {"run_thousand", "verdict:  ok: ", 0},
    {"run_writes_much", "verdict:  ok: ", 0},
    {"run_closes_all", "verdict:  misuse: ", 0},
};

START_TEST(nobody_is_left_and_the_verdict_is_right)
{
    const struct end *end = ends + _i;
    struct command command = run_words(end->line);

    ck_has(command.said, end->verdict);
    ck_assert_int_eq(command.status, end->status);
    ck_assert_int_eq(remove_folder(), 0);
}
END_TEST

START_TEST(whoever_kills_the_keeper_does_not_get_away)
{
    struct command command = run_words("run_kills_keeper --raw");

    ck_assert_str_eq(command.said, "");
    ck_assert_int_eq(command.status, 128 + SIGKILL);
    ck_has(command.complained, "the keeper was killed");
}
END_TEST

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

    ck_has(command.said, "try next: ./programs second ");
    ck_has(command.said, "./programs first --inside ");
    ck_has(command.said, "./programs first --save run.trace ");
    command = run_words("second --inside");
    ck_has_not(command.said, "--inside");
    command = run_words("run_thousand --events 100");
    ck_assert_int_eq(command.status, 1);
    ck_has(command.said, "the trace was full");
    ck_has(command.said, "./programs run_thousand --events ");
    command = run_words("run_endless --timeout 0.1");
    ck_has(command.said, "./programs run_endless --timeout 5 ");
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

/* --------------------------------------------------------- signals -- */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* Until all three processes of run_waits have said that they wait. */
static void wait_until_ready(const struct command *command)
{
    char byte;

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(read(command->ready, &byte, 1), 1);
}

START_TEST(a_signal_ends_it_and_shows_what_there_is)
{
    struct command command = start("run_waits", NULL);

    wait_until_ready(&command);
    kill(command.pid, signals[_i]);
    finish(&command);
    ck_assert_int_eq(command.status, 128 + signals[_i]);
    ck_has(command.said, "verdict:  interrupted");
    ck_has(command.said, "writes");
}
END_TEST

START_TEST(what_there_is_can_be_kept_too)
{
    struct command command = start("run_waits", "--save", "run.trace",
                                   NULL);

    wait_until_ready(&command);
    kill(command.pid, SIGINT);
    finish(&command);
    ck_assert_int_eq(remove_folder(), 1);
}
END_TEST

/* Nobody can be told; the keeper notices, and its end is awaited here,
 * where orphans go. */
START_TEST(who_kills_the_front_kills_all)
{
    struct command command = start("run_waits", "--raw", "--timeout", "0",
                                   NULL);
    int status;
    char byte;

    wait_until_ready(&command);
    kill(command.pid, SIGKILL);
    ck_assert_int_eq(waitpid(command.pid, &status, 0), command.pid);
    ck_assert_int_eq(exit_status(status), 128 + SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    ck_assert_int_eq(errno, ECHILD);
    ck_assert_int_eq(read(command.ready, &byte, 1), 0);
    ck_assert_int_eq(remove_folder(), 0);
}
END_TEST

/* ------------------------------------------------------- terminals -- */

/* The command on a terminal of its own; returns the other side. */
static int start_on_terminal(pid_t *pid, const char *variant)
{
    const struct winsize size = {.ws_row = 24, .ws_col = 80};
    int other = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    ck_assert_int_ge(other, 0);
    ck_assert_int_eq(grantpt(other), 0);
    ck_assert_int_eq(unlockpt(other), 0);
    *pid = fork();
    if (*pid == 0) {
        int terminal;

        setsid();
        terminal = open(ptsname(other), O_RDWR);
        ioctl(terminal, TIOCSWINSZ, &size);
        for (int i = 0; i < 3; i++)
            dup2(terminal, i);
        execl(binary, "./programs", variant, (char *)NULL);
        _exit(127);
    }
    return other;
}

/* Reads until `part` was seen, or to the end if it is NULL. */
static char *read_until(int file, const char *part)
{
    static char text[1 << 16];
    size_t length = 0;
    ssize_t got;

    text[0] = '\0';
    while ((part == NULL || strstr(text, part) == NULL) &&
           (got = read(file, text + length, sizeof text - 1 - length)) > 0)
        text[length += (size_t)got] = '\0';
    return text;
}

START_TEST(on_a_terminal_it_shows_progress_and_obeys_control_c)
{
    pid_t pid;
    int status, terminal = start_on_terminal(&pid, "run_endless");
    const char *text = read_until(terminal, "running ");

    ck_has(text, "running ");
    ck_assert_int_eq(write(terminal, "\003", 1), 1);
    text = read_until(terminal, NULL);
    ck_has(text, "\r\033[K");
    ck_has(text, "interrupted");
    ck_has(text, "\033[");
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(exit_status(status), 128 + SIGINT);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

static TCase *group(const char *name)
{
    TCase *tests = tcase_create(name);

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    return tests;
}

static Suite *all_tests(void)
{
    Suite *suite = suite_create("run");
    TCase *tests = group("endings");

    tcase_add_loop_test(tests, nobody_is_left_and_the_verdict_is_right, 0,
                        sizeof ends / sizeof ends[0]);
    tcase_add_test(tests, whoever_kills_the_keeper_does_not_get_away);
    suite_add_tcase(suite, tests);
    tests = group("output");
    tcase_add_test(tests, raw_is_what_the_program_writes);
    tcase_add_test(tests, arguments_and_stdin_reach_the_program);
    tcase_add_test(tests, itself_spawned_it_is_the_same_program);
    tcase_add_test(tests, a_list_has_a_line_a_variant_name_first);
    tcase_add_test(tests, all_variants_run_in_order_and_are_compared);
    tcase_add_test(tests, what_to_try_next_can_be_typed);
    tcase_add_test(tests, help_is_worth_reading);
    tcase_add_test(tests, colour_is_only_where_it_is_wanted);
    tcase_add_test(tests, ascii_is_only_ascii);
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
    tests = group("signals");
    tcase_add_loop_test(tests, a_signal_ends_it_and_shows_what_there_is, 0,
                        sizeof signals / sizeof signals[0]);
    tcase_add_test(tests, what_there_is_can_be_kept_too);
    tcase_add_test(tests, who_kills_the_front_kills_all);
    tcase_add_test(tests,
                   on_a_terminal_it_shows_progress_and_obeys_control_c);
    suite_add_tcase(suite, tests);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(all_tests());
    int failures;

    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
