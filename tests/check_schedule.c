/*
 * check_schedule.c - the same schedule is the same run: seeds, replays,
 * and the options around them.
 */
#define _GNU_SOURCE /* pipe2, popen */
#include <sched.h>
#include <sys/stat.h>

#include "many.h"

/* ------------------------------------------- the same, byte for byte -- */

/* Programs in which much could be another thing each time. */
static const char *const programs[] = {
    "sched_numbers",  "sched_kill",          "sched_signals",
    "sched_poll",     "sched_socket",        "sched_foreign",
    "sched_pipe",     "known_philosophers",  "known_fork_with_lock",
    "sched_slow_end", "known_condition_if",  "sched_timed_waits",
};

static char *contents(const char *path, size_t *length)
{
    FILE *file = fopen(path, "r");

    ck_assert_msg(file != NULL, "no %s", path);
    return read_whole(file, length);
}

struct run {
    char *screen, *trace;
    size_t screen_length, trace_length;
};

static struct run run_saved(const char *name, const char *how)
{
    char line[1024];
    struct command command;
    struct run run;

    snprintf(line, sizeof line, "%s %s --save run.trace", name, how);
    command = run_words(line);
    run = (struct run){.screen = command.said,
                       .screen_length = command.said_length};
    run.trace = contents("run.trace", &run.trace_length);
    return run;
}

/* The traces are too long for Check to print. */
static void ck_same_trace(const char *trace, size_t length,
                          const struct run *run)
{
    ck_assert_uint_eq(length, run->trace_length);
    for (size_t i = 0; i < length; i++)
        ck_assert_msg(trace[i] == run->trace[i],
                      "the traces differ at byte %zu", i);
}

static void ck_same(const struct run *one, const struct run *other)
{
    ck_assert_str_eq(one->screen, other->screen);
    ck_same_trace(one->trace, one->trace_length, other);
}

START_TEST(the_same_seed_is_the_same_run)
{
    struct run run = run_saved(programs[_i], "--seed 7"), again;

    for (int i = 0; i < 3; i++) {
        again = run_saved(programs[_i], "--seed 7");
        ck_same(&run, &again);
    }
}
END_TEST

START_TEST(neither_folder_nor_environment_matters)
{
    char deep[100], *words = malloc(5001);
    struct run run = run_saved(programs[_i], "--seed 8"), again;

    memset(words, 'x', 5000);
    words[5000] = '\0';
#ifndef __SANITIZE_ADDRESS__ /* its own memory lies after the variables */
    setenv("A_LONG_VARIABLE", words, 1);
#endif
    free(words);
    snprintf(deep, sizeof deep, "%s/another-folder", folder);
    ck_assert_int_eq(mkdir(deep, 0700), 0);
    ck_assert_int_eq(chdir(deep), 0);
    again = run_saved(programs[_i], "--seed 8");
    ck_same(&run, &again);
    ck_assert_int_eq(unlink("run.trace"), 0);
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(rmdir(deep), 0);
}
END_TEST

/* Only the last lines tell the name of the file. */
START_TEST(where_it_is_kept_does_not_matter)
{
    struct run run = run_saved(programs[_i], "--seed 9");
    size_t length;
    char line[200], *other;

    snprintf(line, sizeof line, "%s --seed 9 --save another-and-much-"
             "longer-name-than-before.trace", programs[_i]);
    run_words(line);
    other = contents("another-and-much-longer-name-than-before.trace",
                     &length);
    ck_same_trace(other, length, &run);
}
END_TEST

static pid_t start_load(void)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;)
        sched_yield();
}

START_TEST(neither_load_nor_the_core_matters)
{
    struct run run = run_saved(programs[_i], "--seed 10"), again;
    cpu_set_t all, one;
    pid_t load[2];
    int last = 0;

    sched_getaffinity(0, sizeof all, &all);
    for (int core = 0; core < CPU_SETSIZE; core++)
        if (CPU_ISSET(core, &all))
            last = core;
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    sched_setaffinity(0, sizeof one, &one);
    for (int i = 0; i < 2; i++)
        load[i] = start_load();
    again.trace = NULL;
    if (fork() == 0) { /* finish() wants to be alone */
        struct command command = start(programs[_i], "--seed", "10",
                                       "--save", "run.trace", NULL);

        waitpid(command.pid, NULL, 0);
        command.said = read_whole(command.out, &command.said_length);
        _exit(strcmp(command.said, run.screen) != 0);
    }
    for (int status = -1, left = 1; left > 0; left--) {
        pid_t pid = wait(&status);

        ck_assert_int_ne(pid, load[0]);
        ck_assert_int_ne(pid, load[1]);
        ck_assert_int_eq(status, 0);
    }
    for (int i = 0; i < 2; i++) {
        kill(load[i], SIGKILL);
        waitpid(load[i], NULL, 0);
    }
    again.trace = contents("run.trace", &again.trace_length);
    ck_same_trace(again.trace, again.trace_length, &run);
}
END_TEST

/* -------------------------------------------------------- replays -- */

static char *schedule_of(const char *screen)
{
    const char *at = strstr(screen, "\nschedule: ");

    ck_assert_msg(at != NULL, "no schedule in:\n%s", screen);
    at += 11;
    return keep(strndup(at, strcspn(at, "\n")));
}

static const char *const hows[] = {
    "--seed 11",
    "--seed 12",
    "--seed 13 --strategy walk",
    "--seed 14 --strategy pct --depth 4",
    "--round-robin",
    "--seed 15 --time eager",
    "--seed 16 --time patient",
    "--seed 17 --spurious",
};

/* Of what was done, all; the header tells how it was asked for. */
START_TEST(a_replay_is_the_very_run)
{
    static const char *const names[] = {
        "known_condition_if", "sched_kill", "sched_barrier", "sched_edge"};
    char line[1024];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct run run = run_saved(names[i], hows[_i]), again;

        snprintf(line, sizeof line, "--replay %s",
                 schedule_of(run.screen));
        if (strstr(hows[_i], "spurious") != NULL)
            continue; /* a replay needs the same option */
        again = run_saved(names[i], line);
        ck_same_trace(again.trace, again.trace_length, &run);
    }
}
END_TEST

static const struct misfit {
    const char *line, *sentence;
} misfits[] = {
    {"known_lost_update --replay 2ba2cb2cz.12bda",
     "verdict:  choice 9 of the schedule lets somebody go on, but there is "
     "nobody of that number yet"},
    {"known_lost_update --replay 5b.12bda",
     "verdict:  choice 5 of the schedule lets adder 1 go on, but it has "
     "ended"},
};

START_TEST(a_schedule_that_does_not_fit_is_said_where)
{
    char line[200];
    struct command command;

    snprintf(line, sizeof line, "%s" WIDE, misfits[_i].line);
    command = run_words(line);
    ck_assert_int_eq(command.status, 1);
    ck_has(command.said, misfits[_i].sentence);
    ck_has(command.said, "\nexpected: no, ");
}
END_TEST

START_TEST(another_programs_schedule_is_told)
{
    struct command own = run_words("known_opposite_locks --seed 2");
    char line[1024];
    struct command command;

    snprintf(line, sizeof line, "known_lost_update --replay %s",
             schedule_of(own.said));
    command = run_words(line);
    ck_assert_str_ne(command.complained, "");
}
END_TEST

/* What it prints is no choice. */
START_TEST(who_says_more_has_the_same_schedules)
{
    char line[100], other[100];

    for (int seed = 1; seed <= 20; seed++) {
        snprintf(line, sizeof line, "sched_talk --seed %d", seed);
        snprintf(other, sizeof other, "sched_talk --seed %d -- much", seed);
        ck_assert_str_eq(schedule_of(run_words(line).said),
                         schedule_of(run_words(other).said));
        while (kept_count > 0)
            free(kept[--kept_count]);
    }
}
END_TEST

START_TEST(other_seeds_are_other_runs)
{
    char line[100];
    char *all[8];
    int different = 0;

    for (int seed = 0; seed < 8; seed++) {
        snprintf(line, sizeof line, "sched_barrier --seed %d", seed);
        all[seed] = schedule_of(run_words(line).said);
        different += seed > 0 && strcmp(all[seed], all[0]) != 0;
    }
    ck_assert_int_ge(different, 6);
}
END_TEST

/* ------------------------------------------------------ many runs -- */

START_TEST(until_failure_is_until_failure)
{
    struct many all = try_many("known_condition_if", "--runs 500");
    struct many until =
        try_many("known_condition_if", "--runs 500 --until-failure");
    unsigned long done = count_all(&until);

    ck_assert_uint_eq(count_all(&all), 500);
    ck_assert_uint_lt(done, 500);
    ck_assert_uint_eq(count_of(&until, "ok"), done - 1);
    ck_has(all.command.said, first_not_ok(&until)->again);
}
END_TEST

START_TEST(runs_are_the_seeds_one_after_another)
{
    struct many all =
        try_many("known_lost_update", "--runs 40 --seed 100");
    unsigned long ok = 0;
    char line[100];

    for (int seed = 100; seed < 140; seed++) {
        snprintf(line, sizeof line, "known_lost_update --seed %d", seed);
        ok += strstr(run_words(line).said, "\nverdict:  ok") != NULL;
        while (kept_count > 4)
            free(kept[--kept_count]);
    }
    ck_assert_uint_eq(count_of(&all, "ok"), ok);
    ck_has(all.command.said, "40 schedules of known_lost_update");
    ck_has(all.command.said, "seeds 100 to 139");
}
END_TEST

/* It would take hours; what there is by then is shown.  It may come in
 * the very moment when one run has ended, so there are some tries. */
START_TEST(control_c_shows_the_table_so_far)
{
    struct command command =
        start("run_waits", "--runs", "1000000000", NULL);
    char byte;

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(read(command.ready, &byte, 1), 1);
    kill(command.pid, SIGINT);
    finish(&command);
    ck_assert_int_eq(command.status, 128 + SIGINT);
    ck_has(command.said, "schedule");
    ck_has(command.said, "of run_waits (strategy ");
}
END_TEST

/* ---------------------------------------------------------- bounds -- */

static const struct bound {
    const char *line, *verdict;
} bounds[] = {
    {"known_spin_forever --seed 1", "verdict:  livelock: spinner "},
    {"known_relock --seed 1", "verdict:  deadlock: main waits for lock"},
    {"sched_long_sleep --seed 1", "verdict:  ok: "},
    {"sched_barrier --seed 1 --steps 20", "verdict:  livelock"},
};

START_TEST(every_run_comes_to_an_end)
{
    ck_has(run_words(bounds[_i].line).said, bounds[_i].verdict);
}
END_TEST

/* --------------------------------------------------------- options -- */

static const struct usage {
    const char *options, *sentence;
} usages[] = {
    {"--until-failure", "--until-failure needs --runs N"},
    {"--depth 2", "--depth belongs to --strategy pct"},
    {"--depth 2 --seed 1", "--depth belongs to --strategy pct"},
    {"--depth 17 --strategy pct", "--depth takes a whole number from 1 to"},
    {"--seed x", "--seed takes a whole number from 0 to "},
    {"--seed -1", "not \"-1\""},
    {"--seed 18446744073709551616", "not \"18446744073709551616\""},
    {"--runs 0", "--runs takes a whole number from 1 to "},
    {"--steps 0", "--steps takes a whole number from 1 to "},
    {"--strategy best", "--strategy takes walk, pct or pos, not \"best\""},
    {"--time never", "--time takes patient or eager, not \"never\""},
    {"--time eager", "are for a schedule that is not the kernel's"},
    {"--spurious", "are for a schedule that is not the kernel's"},
    {"--steps 9", "are for a schedule that is not the kernel's"},
    {"--replay 0.12bda --seed 1", "--replay says the whole schedule"},
    {"--replay 0.12bda --runs 2", "--replay says the whole schedule"},
    {"--replay 0.12bda --strategy pos", "--replay says the whole schedule"},
    {"--replay 0.12bda --round-robin", "--replay says the whole schedule"},
    {"--replay 0.12bda --time eager", "--replay says how time passes"},
    {"--replay 2a", "--replay 2a: it has no '.' and checksum at its end"},
    {"--replay 2a.9abcd", "another version of this program made it"},
    {"--step --runs 3", "--step asks you who goes next"},
    {"--step --seed 3", "--step asks you who goes next"},
    {"--round-robin --seed 1", "--round-robin is one run only"},
    {"--round-robin --runs 9", "--round-robin is one run only"},
    {"--round-robin --strategy walk", "--round-robin is "},
    {"--runs 5 --save run.trace", "--save keeps one run"},
};

START_TEST(what_does_not_go_together_is_said)
{
    char line[200];
    struct command command;

    snprintf(line, sizeof line, "known_lost_update %s",
             usages[_i].options);
    command = run_words(line);
    ck_assert_int_eq(command.status, 2);
    ck_assert_str_eq(command.said, "");
    ck_has(command.complained, usages[_i].sentence);
}
END_TEST

/* ------------------------------------------- all that may be waited on -- */

static char **names;

/* sched_*: each is well under all strategies, or as its head says. */
START_TEST(waiting_is_as_it_should_be)
{
    static const char *const ways[] = {
        "--runs 60", "--runs 30 --strategy walk",
        "--runs 30 --strategy pct", "--runs 10 --time eager"};
    char line[200];

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct many many = try_many(names[_i], ways[i]);

        ck_assert_msg(strstr(many.expected, "always ") == many.expected &&
                          many.command.status == 0,
                      "%s", many.command.said);
    }
    snprintf(line, sizeof line, "%s --round-robin", names[_i]);
    ck_assert_int_eq(run_words(line).status, 0);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof(array)[0])

int main(void)
{
    Suite *suite = suite_create("schedule");
    TCase *tests = group("the same run");

    names = list_names("sched_");
    tcase_add_loop_test(tests, the_same_seed_is_the_same_run, 0,
                        COUNT(programs));
    tcase_add_loop_test(tests, neither_folder_nor_environment_matters, 0,
                        COUNT(programs));
    tcase_add_loop_test(tests, where_it_is_kept_does_not_matter, 0,
                        COUNT(programs));
    tcase_add_loop_test(tests, neither_load_nor_the_core_matters, 0, 3);
    suite_add_tcase(suite, tests);
    tests = group("replays");
    tcase_add_loop_test(tests, a_replay_is_the_very_run, 0, COUNT(hows));
    tcase_add_loop_test(tests, a_schedule_that_does_not_fit_is_said_where,
                        0, COUNT(misfits));
    tcase_add_test(tests, another_programs_schedule_is_told);
    tcase_add_test(tests, who_says_more_has_the_same_schedules);
    tcase_add_test(tests, other_seeds_are_other_runs);
    suite_add_tcase(suite, tests);
    tests = group("many runs");
    tcase_add_test(tests, until_failure_is_until_failure);
    tcase_add_test(tests, runs_are_the_seeds_one_after_another);
    tcase_add_loop_test(tests, control_c_shows_the_table_so_far, 0, 8);
    suite_add_tcase(suite, tests);
    tests = group("bounds and options");
    tcase_add_loop_test(tests, every_run_comes_to_an_end, 0, COUNT(bounds));
    tcase_add_loop_test(tests, what_does_not_go_together_is_said, 0,
                        COUNT(usages));
    suite_add_tcase(suite, tests);
    tests = group("waiting");
    tcase_add_loop_test(tests, waiting_is_as_it_should_be, 0,
                        count_names(names));
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
