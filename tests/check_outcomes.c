/*
 * check_outcomes.c - the table that `--runs` prints: run/many.h.
 */
#define _GNU_SOURCE /* pipe2 */
#include "command.h"

/* The sum of the counts at the left, and how many there are. */
static long sum_of(const char *table, int *rows)
{
    long sum = 0, count;
    int length;

    *rows = 0;
    for (; table != NULL; table = strchr(table, '\n')) {
        table += *table == '\n';
        if (sscanf(table, "%8ld %n", &count, &length) == 1 &&
            strspn(table, " 0123456789") >= 10) {
            sum += count;
            ++*rows;
        }
    }
    return sum;
}

START_TEST(rare_outcomes_are_one_row)
{
    struct command command = run_words("run_many_words --runs 200");
    int rows;

    ck_assert_int_eq(sum_of(command.said, &rows), 200);
    ck_assert_int_ge(rows, 12);
    ck_assert_int_le(rows, 14);
    ck_has(command.said, " more ways\n\nin all:   ");
}
END_TEST

START_TEST(a_late_verdict_finds_room)
{
    struct command command = run_words("run_many_words --runs 300");
    int rows;

    ck_assert_int_eq(sum_of(command.said, &rows), 300);
    ck_has(command.said, "  assertion `counter < 2 * TIMES` failed");
    ck_has(command.said, "\"counted to 2000\"\n");
    ck_has(command.said, "\nin all:   2");
    ck_has(command.said, " ok, ");
    ck_has(command.said, "expected: sometimes assertion, and so it is\n");
    ck_assert_int_eq(command.status, 0);
}
END_TEST

START_TEST(few_outcomes_need_no_sum)
{
    struct command command = run_words("known_opposite_locks --runs 50");
    int rows;

    ck_assert_int_eq(sum_of(command.said, &rows), 50);
    ck_assert_int_eq(rows, 2);
    ck_has_not(command.said, "in all");
}
END_TEST

int main(void)
{
    TCase *tests = group("outcomes");
    Suite *suite = suite_create("outcomes");

    tcase_add_test(tests, rare_outcomes_are_one_row);
    tcase_add_test(tests, a_late_verdict_finds_room);
    tcase_add_test(tests, few_outcomes_need_no_sum);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
