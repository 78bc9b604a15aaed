/*
 * check_known.c - programs whose answer is known: tests/programs/known_*.c
 * come to what their heads say, under the default strategy's first seeds.
 *
 * A schedule is the same each time, so a number of seeds that once was
 * enough always is.
 */
#define _GNU_SOURCE /* pipe2, popen */
#include "many.h"

static char **names;

/* Who needs other runs than the others. */
static const struct special {
    const char *name, *runs;
} specials[] = {
    {"known_readers_forever", "--runs 10"}, /* each is long */
};

/* What goes wrong does so in the first hundred; what was cured gets a
 * thousand chances. */
static const char *runs_of(const char *name)
{
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
        if (strcmp(specials[i].name, name) == 0)
            return specials[i].runs;
    return strstr(name, "_cured") != NULL ? at_most(1000) : "--runs 100";
}

/* What is said of some of them, in their own names. */
static const struct sentence {
    const char *name, *part;
} sentences[] = {
    {"known_lost_update",
     "assertion `counter == 2` failed in main at known_lost_update.c:"},
    {"known_opposite_locks",
     "deadlock: payer holds a.lock and waits for b.lock; refunder holds "
     "b.lock and waits for a.lock"},
    {"known_opposite_locks_processes",
     "deadlock: payer holds bank->a and waits for bank->b; refunder holds "
     "bank->b and waits for bank->a"},
    {"known_philosophers",
     "philosopher 1 holds forks[0] and waits for forks[1]"},
    {"known_notify_first",
     "lost wake-up: waiter waits on happened for ever: notifier signalled "
     "it at"},
    {"known_own_write_end",
     "deadlock: reader waits for the end of file of ends, but reader "
     "itself"},
    {"known_barrier_short",
     "deadlock: runner 1 and runner 2 wait at line, where 2 of 3 have"},
    {"known_relock",
     "deadlock: main waits for lock at known_relock.c:19, which it holds "
     "itself, locked at known_relock.c:26"},
    {"known_fork_with_lock", "deadlock: child waits for lock, which"},
    {"known_unlock_stranger", "misuse: stranger unlocks lock at"},
    {"known_parent_first", "leak: main ended and never waited for child"},
    {"known_spin_forever", "livelock: spinner atomically reads flag again "
                           "and again"},
    {"known_readers_forever", "starvation: writer waits on changed over "
                              "and over"},
};

static void ck_sentence(const char *name, const struct many *many)
{
    const char *part = "";

    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++)
        if (strcmp(sentences[i].name, name) == 0)
            part = sentences[i].part;
    ck_has(many->command.said, part);
}

static void ck_sometimes(const char *name, const struct many *many)
{
    const struct row *bad = first_not_ok(many);

    ck_assert_uint_gt(count_of(many, "ok"), 0);
    ck_again(name, bad);
    for (size_t i = 0; i < many->row_count; i++)
        if (is_kind(many->rows + i, "ok")) {
            ck_again(name, many->rows + i);
            break;
        }
}

START_TEST(it_comes_to_what_its_head_says)
{
    const char *name = names[_i];
    struct many many;

    if (strcmp(name, "known_polite") == 0)
        return; /* see below */
    many = try_many(name, runs_of(name));
    ck_has(many.expected, ", and so it is");
    ck_assert_int_eq(many.command.status, 0);
    ck_sentence(name, &many);
    if (strncmp(many.expected, "sometimes ", 10) == 0)
        ck_sometimes(name, &many);
    else if (strncmp(many.expected, "always ok", 9) == 0)
        ck_assert_uint_eq(count_of(&many, "ok"), count_all(&many));
    else
        ck_again(name, many.rows);
}
END_TEST

/* In step, both step back for ever; no strategy of chance is likely to
 * keep them in step. */
START_TEST(in_step_the_polite_never_pass)
{
    struct command command =
        run_words("known_polite --round-robin" WIDE);
    struct many many = try_many("known_polite", "--runs 100");

    ck_has(command.said, "\nverdict:  livelock: lefty and righty repeat the "
                         "same 6 steps: lefty locks a; righty tries a; "
                         "lefty tries b; righty unlocks b; lefty unlocks "
                         "a; righty locks b\n");
    ck_assert_int_eq(command.status, 0);
    ck_assert_uint_eq(count_of(&many, "ok"), 100);
}
END_TEST

/* The post that comes at the deadline is in time, or it is not. */
START_TEST(at_the_edge_both_endings_are_there)
{
    struct many many = try_many("sched_edge", "--runs 100");

    ck_assert_uint_eq(many.row_count, 2);
    ck_assert_uint_eq(count_of(&many, "ok"), 100);
    ck_has(many.command.said, "\"in time\"");
    ck_has(many.command.said, "\"timed out\"");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("known");
    TCase *tests = group("known answers");

    names = list_names("known_");
    tcase_add_loop_test(tests, it_comes_to_what_its_head_says, 0,
                        count_names(names));
    tcase_add_test(tests, in_step_the_polite_never_pass);
    tcase_add_test(tests, at_the_edge_both_endings_are_there);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
