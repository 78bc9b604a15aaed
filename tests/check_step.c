/*
 * check_step.c - `--step`: who can go on, what each would do, the way
 * back, and the schedule that was made.  run/step.h.
 */
#define _GNU_SOURCE /* pipe2 */
#include "command.h"

/* The words, with the lines of `typed` as what the user types. */
static struct command stepped(const char *words, const char *typed)
{
    int in[2], before = dup(STDIN_FILENO);
    char *copy = keep(strdup(words)), *word[WORDS_MAX] = {binary};
    struct command command = {.out = tmpfile(), .err = tmpfile()};
    int count = 1;

    for (char *next = strtok(copy, " "); next != NULL;
         next = strtok(NULL, " "))
        word[count++] = next;
    ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
    ck_assert_int_eq(write(in[1], typed, strlen(typed)),
                     (ssize_t)strlen(typed));
    close(in[1]);
    command.ready = before;
    command.pid = fork();
    if (command.pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(fileno(command.out), STDOUT_FILENO);
        execv(binary, word);
        _exit(127);
    }
    close(in[0]);
    finish(&command);
    return command;
}

/* What stands behind the last `part`. */
static const char *after_last(const char *text, const char *part)
{
    const char *last = NULL;

    ck_has(text, part);
    for (; (text = strstr(text, part)) != NULL; text++)
        last = text + strlen(part);
    return last;
}

START_TEST(each_choice_tells_what_everybody_would_do)
{
    struct command command = stepped("known_opposite_locks --step",
                                     "2a2b\n2c\n");

    ck_assert_int_eq(command.status, 0);
    ck_has(command.said,
           "\nChoice 1: who goes next? (a letter; ? for help)\n"
           "   a  main           creates                           "
           "  known_opposite_locks.c:49\n"
           "   b  payer          begins\n> ");
    ck_has(command.said,
           "\nChoice 5: who goes next?\n"
           "      main           waits for the end of payer        "
           "  known_opposite_locks.c:51\n"
           "   b  payer          locks b.lock                      "
           "  known_opposite_locks.c:25\n"
           "   c  refunder       begins\n> ");
    ck_has(command.said,
           "   c  refunder       locks a.lock                      "
           "  known_opposite_locks.c:36\n> ");
}
END_TEST

/* Whoever comes to the choice may be another process than the first. */
START_TEST(processes_tell_as_well)
{
    struct command command = stepped(
        "known_opposite_locks_processes --step", "2a2b\n");

    ck_has(after_last(command.said, "Choice "),
           "   b  payer          locks bank->b  ");
}
END_TEST

START_TEST(a_sleeper_says_until_when)
{
    struct command command = stepped("known_sleep_is_no_order --step",
                                     "a\n");

    ck_has(command.said, "   a  main           sleeps   ");
    command = stepped("known_sleep_is_no_order --step --time eager", "a\n");
    ck_has(after_last(command.said, "Choice "),
           "   a  main           wakes up   ");
    command = stepped("known_timed_edge --step", "a\n");
    ck_has_not(command.said, "the clock");
}
END_TEST

START_TEST(a_walk_ends_with_its_schedule)
{
    struct command command = stepped("known_opposite_locks --step",
                                     "2a2b\n2c\nb\n");

    ck_has(command.said, "verdict:  deadlock: ");
    ck_has(command.said, "The run is over: u undoes the last choice");
    ck_has(after_last(command.said, "> "),
           "known_opposite_locks --replay 2a2b2cb.");
    ck_assert_int_eq(command.status, 0);
}
END_TEST

START_TEST(undo_goes_back)
{
    struct command command = stepped("known_opposite_locks --step",
                                     "2a2b\n2c\nu\nu 3\nq\n");

    ck_has(after_last(command.said, "> "), " --replay 2a.");
    ck_has(after_last(command.said, "Choice "), "3: who goes next?");
    command = stepped("known_opposite_locks --step", "u\nu 999\ns\n");
    ck_has(after_last(command.said, "> "), " --replay 0.");
}
END_TEST

START_TEST(what_cannot_be_done_changes_nothing)
{
    struct command command = stepped("known_opposite_locks --step",
                                     "2a2b\na\nz\n7\n\n!\ns\nq\n");

    ck_has(command.said, "That one cannot go on there.\n");
    ck_has(command.said, "a letter  that one goes on");
    ck_has(after_last(command.said, "> "), " --replay 2a2b.");
    ck_has(after_last(command.said, "Choice "), "5: who goes next?");
}
END_TEST

/* q, r, s and u are commands: the actors of that letter are 1q ... */
START_TEST(more_actors_than_free_letters)
{
    struct command command = stepped("run_thousand --step",
                                     "20a\n1q\ns\nq\n");

    ck_has(command.said, "\n   p  child 15       begins\n"
                         "  1q  child 16       begins\n");
    ck_has(after_last(command.said, "> "), " --replay 20aq.");
}
END_TEST

START_TEST(heads_stay_when_lines_go)
{
    struct command command = stepped("run_thousand --step", "20a\n");

    ck_has(command.said,
           "\n     ms 1\n  0.000 \u251c  main forks child 10\n");
}
END_TEST

int main(void)
{
    TCase *tests = group("step");
    Suite *suite = suite_create("step");

    tcase_add_test(tests, each_choice_tells_what_everybody_would_do);
    tcase_add_test(tests, processes_tell_as_well);
    tcase_add_test(tests, a_sleeper_says_until_when);
    tcase_add_test(tests, a_walk_ends_with_its_schedule);
    tcase_add_test(tests, undo_goes_back);
    tcase_add_test(tests, what_cannot_be_done_changes_nothing);
    tcase_add_test(tests, more_actors_than_free_letters);
    tcase_add_test(tests, heads_stay_when_lines_go);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
