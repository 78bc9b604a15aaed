/*
 * check_broken.c - programs that do odd things, tests/programs/odd_*.c:
 * the run ends, nobody is left, and what it came to is told truly.
 */
#define _GNU_SOURCE
#include "command.h"

/* Runs a line, which must come to what is expected. */
static void expect_ok(const char *line)
{
    struct command command = run_words(line);

    ck_assert_msg(command.status == 0, "%s: status %d\n%s\n%s", line,
                  command.status, command.said, command.complained);
    ck_has(command.said, "verdict:  ok");
}

START_TEST(first_process_becomes_another_program)
{
    expect_ok("odd_exec_first");
    expect_ok("odd_exec_first --seed 1");
    expect_ok("odd_exec_first --seed 2 --strategy pct");
}
END_TEST

/* Nothing can be told, and that is what is told. */
static void expect_wild(const char *line)
{
    struct command command = run_words(line);

    ck_assert_int_eq(command.status, 2);
    ck_assert_str_eq(command.said, "");
    ck_has(command.complained, "has written over the harness's own memory");
}

START_TEST(wild_pointer_into_the_trace)
{
    expect_wild("odd_wild_pointer");
    expect_wild("odd_wild_pointer --seed 1");
    expect_wild("odd_wild_pointer --runs 10");
    expect_wild("odd_wild_pointer --step");
}
END_TEST

START_TEST(handler_of_a_childs_end_ends_a_wait)
{
    char line[80];

    expect_ok("odd_child_signal");
    for (int seed = 1; seed <= 10; seed++) {
        snprintf(line, sizeof line, "odd_child_signal --seed %d", seed);
        expect_ok(line);
    }
}
END_TEST

START_TEST(cancelled_wait_has_the_lock)
{
    expect_ok("odd_cancelled_wait");
}
END_TEST

START_TEST(memory_that_was_taken_away)
{
    expect_ok("odd_protected");
    expect_ok("odd_protected --seed 1");
}
END_TEST

START_TEST(parent_of_the_first_has_one_number)
{
    struct command command = run_words("odd_parent_number --seed 1");

    ck_has(command.said, "says \"made by 999\"");
}
END_TEST

START_TEST(more_threads_than_room)
{
    expect_ok("odd_many_threads --seed 1");
}
END_TEST

START_TEST(pct_passes_nobody_over_for_ever)
{
    char line[80];

    for (int seed = 1; seed <= 10; seed++) {
        snprintf(line, sizeof line,
                 "odd_busy_waiter --strategy pct --seed %d", seed);
        expect_ok(line);
    }
}
END_TEST

/* It has to pass the turn on, with no stack left to do it on. */
START_TEST(stack_overflow_is_told)
{
    struct command command = run_words("odd_deep_child --timeout 5 --seed 1");

    ck_has(command.said, "verdict:  deeper crashed with SIGSEGV");
    ck_has_not(command.said, "timeout");
}
END_TEST

/* run_kills_keeper kills it in its first run: no table was made. */
START_TEST(many_runs_without_a_keeper)
{
    struct command command = run_words("run_kills_keeper --runs 10");

    ck_assert_int_eq(command.status, 128 + SIGKILL);
    ck_assert_str_eq(command.said, "");
    ck_has(command.complained, "the keeper was killed by signal 9");
}
END_TEST

static Suite *suite(void)
{
    Suite *new = suite_create("broken");
    TCase *tests = group("odd programs");

    tcase_add_test(tests, first_process_becomes_another_program);
    tcase_add_test(tests, wild_pointer_into_the_trace);
    tcase_add_test(tests, handler_of_a_childs_end_ends_a_wait);
    tcase_add_test(tests, cancelled_wait_has_the_lock);
    tcase_add_test(tests, memory_that_was_taken_away);
    tcase_add_test(tests, parent_of_the_first_has_one_number);
    tcase_add_test(tests, more_threads_than_room);
    tcase_add_test(tests, pct_passes_nobody_over_for_ever);
    tcase_add_test(tests, stack_overflow_is_told);
    tcase_add_test(tests, many_runs_without_a_keeper);
    suite_add_tcase(new, tests);
    return new;
}

int main(void)
{
    return run_suite(suite());
}
