/*
 * check_kit_deaths.c - what the pool of chapters/kit promises when
 * processes die.
 */
#define _GNU_SOURCE /* gettid, MAP_ANONYMOUS */
#include <sys/resource.h>

#include "tasks.h"

enum { BY_EXIT = 1, BY__EXIT = 2 }; /* or by a signal, not these */

static int die_by(const void *argument, void *value)
{
    int how = *(const int *)argument;

    (void)value;
    note(how);
    if (how == BY_EXIT)
        exit(0);
    if (how == BY__EXIT)
        _exit(0);
    raise(how);
    return 0;
}

START_TEST(a_dead_worker_is_replaced)
{
    static const int ways[] = {SIGKILL, SIGUSR1, SIGABRT, BY_EXIT,
                               BY__EXIT};
    struct result *results[3];

    make_pool(1, PLACES);
    results[0] = submit(negate, 38, remember);
    results[1] = submit(die_by, ways[_i], remember);
    results[2] = submit(negate, 39, remember);
    GETS(results[2], -39); /* by its successor */
    GETS_ERROR(results[1], EOWNERDEAD);
    GETS(results[0], -38);
    ck_assert_int_eq(notes->pid[ways[_i]], notes->pid[38]);
    ck_assert_int_ne(notes->pid[39], notes->pid[38]);
    ck_assert_int_eq(notes->times[ways[_i]], 1); /* not run again */
    ck_assert_int_eq(called, 3);
    ck_assert_int_eq(calls[1].error, EOWNERDEAD);
    ck_assert_int_eq(calls[1].value, UNTOLD);
    finish();
}
END_TEST

START_TEST(a_death_disturbs_no_other_task)
{
    struct result *held, *dead[FORTY];

    make_pool(2, FORTY);
    held = submit(pass_gate, 1, NULL);
    for (int i = 0; i < 8; i++)
        dead[i] = submit(die_by, SIGKILL, NULL);
    for (int i = 8; i-- > 0;)
        GETS_ERROR(dead[i], EOWNERDEAD);
    ck_assert_int_eq(notes->times[SIGKILL], 8);
    APPLIES(2);
    open_gate(1);
    GETS(held, -1);
    ck_assert_int_eq(notes->times[1], 1);
    finish();
}
END_TEST

START_TEST(workers_that_die_in_their_sleep_are_replaced)
{
    int pids[2];

    make_pool(1, PLACES);
    for (int i = 0; i < 2; i++) {
        APPLIES(i);
        pids[i] = notes->pid[i];
        while (!kernel_says_asleep(pids[i], pids[i]))
            sched_yield();
        kill(pids[i], SIGKILL);
        waitid(P_PID, (id_t)pids[i], &(siginfo_t){0},
               WEXITED | WNOWAIT);
    }
    APPLIES(2);
    ck_assert_int_ne(pids[0], pids[1]);
    finish();
}
END_TEST

static int begin_led(const void *argument, void *value)
{
    notes->pid[1] = getpid();
    be_traced();
    return negate(argument, value);
}

static int end_led(const void *argument, void *value)
{
    if (notes->pid[1] == getpid())
        raise(SIGSTOP);
    return negate(argument, value);
}

/* Leads a worker from within one task into the next. */
static pid_t lead_worker(struct result *results[2])
{
    siginfo_t about;

    memset(notes, 0, sizeof *notes);
    results[0] = submit(begin_led, 1, NULL);
    results[1] = submit(end_led, 2, NULL);
    ck_assert_int_eq(
        waitid(P_ALL, 0, &about, WEXITED | WSTOPPED | WNOWAIT), 0);
    await_stop(about.si_pid);
    return about.si_pid;
}

/* 0: died before the first was done, 1: before it took the second. */
static int stage_of_death(struct result *results[2])
{
    int value, error, stage = 0;

    error = result_get(results[0], &value);
    ck_assert_int_eq(error, error == 0 ? 0 : EOWNERDEAD);
    ck_assert(error != 0 || value == -1);
    stage += error == 0;
    error = result_get(results[1], &value);
    ck_assert_int_eq(error, error == 0 ? 0 : EOWNERDEAD);
    ck_assert(error != 0 || value == -2);
    ck_assert_int_eq(notes->times[2], error == 0 ? 1 : 0);
    return stage + (error != 0);
}

/*
 * In each place one task; the second of them ends last, and so its place
 * will be the first to be used again: what lies in the rings is stale.
 */
static void all_is_well(void)
{
    struct result *results[2];

    results[0] = submit(negate, 3, NULL);
    results[1] = submit(negate, 4, NULL);
    GETS(results[0], -3);
    GETS(results[1], -4);
    ck_assert_int_eq(notes->times[3], 1);
    ck_assert_int_eq(notes->times[4], 1);
}

START_TEST(a_worker_may_be_killed_anywhere)
{
    struct result *results[2];
    int steps[STEPS], count, stage = 0, last = 0;
    pid_t pid;

    make_pool(1, 2);
    pid = lead_worker(results);
    count = steps_that_change(results[0], pid, steps);
    kill(pid, SIGKILL);
    ck_assert_int_eq(stage_of_death(results), 2);
    for (int i = 0; i < count; i++, last = stage) {
        pid = lead_worker(results);
        walk(pid, steps[i]);
        kill(pid, SIGKILL);
        stage = stage_of_death(results);
        ck_assert_int_ge(stage, last);
        all_is_well();
    }
    ck_assert_int_eq(last, 2);
    finish();
}
END_TEST

/*
 * The same while the parent is waiting, which must not be the one who
 * leads: somebody else does, and takes a step whenever the parent is
 * asleep.
 */
static struct result *led[2];
static atomic_int *is_led;    /* shared */
static int fatal_change;      /* the worker dies after this one */

static int wait_to_be_led(const void *argument, void *value)
{
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY); /* where it is needed */
    notes->pid[1] = getpid();
    while (!*is_led)
        sched_yield();
    return negate(argument, value);
}

static bool step_and_change(pid_t pid, bool *goes_on)
{
    const char *page = (char *)led[0] - (uintptr_t)led[0] % PAGE;
    char before[PAGE];

    while (!kernel_says_asleep(getppid(), getppid()))
        sched_yield();
    memcpy(before, page, PAGE);
    *goes_on = walk(pid, 1);
    return memcmp(before, page, PAGE) != 0;
}

/* Returns whether it has come to the end of the way. */
static int lead(void)
{
    bool goes_on = true;
    int changes = 0;
    pid_t pid;

    while ((pid = notes->pid[1]) == 0)
        sched_yield();
    if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) != 0)
        return UNTOLD;
    await_stop(pid);
    *is_led = 1;
    while (goes_on && changes < fatal_change)
        changes += step_and_change(pid, &goes_on);
    end_traced(pid);
    return !goes_on;
}

START_TEST(a_worker_may_be_killed_while_we_wait)
{
    int stage, last = 0, at_end = 0;

    carrier = PROCESS;
    is_led = shared(sizeof *is_led);
    make_pool(1, 2);
    for (fatal_change = 0; !at_end; fatal_change++, last = stage) {
        memset(notes, 0, sizeof *notes);
        *is_led = 0;
        begun = 0;
        led[0] = submit(wait_to_be_led, 1, NULL);
        led[1] = submit(end_led, 2, NULL);
        begin(lead);
        stage = stage_of_death(led);
        all_is_well();
        ck_assert_int_ge(stage, last);
        at_end = outcome_of(0);
        ck_assert_int_ne(at_end, UNTOLD);
    }
    ck_assert_int_eq(last, 2);
    finish();
}
END_TEST

START_TEST(without_a_successor_the_pool_is_terminated)
{
    struct rlimit limit;
    struct result *results[2];

    make_pool(1, PLACES);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 3;
    setrlimit(RLIMIT_NOFILE, &limit);
    results[0] = submit(die_by, SIGKILL, NULL);
    results[1] = submit(negate, 1, NULL);
    GETS_ERROR(results[1], EMFILE);
    GETS_ERROR(results[0], EOWNERDEAD);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    REFUSES(EPIPE);
    ck_assert_int_eq(pool_join(pool), 0);
    no_children();
}
END_TEST

static int alive[2]; /* its end comes when nobody has it open */

static int own_a_pool(void)
{
    make_pool(2, PLACES);
    submit(pass_gate, 1, NULL); /* the other one sleeps */
    await_begun(1);
    raise(SIGKILL);
    return 0;
}

START_TEST(workers_end_with_their_parent)
{
    char byte;

    ck_assert_int_eq(pipe(alive), 0);
    ck_assert_int_eq(pipe(gate), 0);
    carrier = PROCESS;
    begin(own_a_pool);
    close(alive[1]);
    ck_assert_int_eq(read(alive[0], &byte, 1), 0);
    ck_assert_int_eq(outcome_of(0), UNTOLD);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kit: deaths");
    TCase *tests = new_case(suite, "pool");

    tcase_add_loop_test(tests, a_dead_worker_is_replaced, 0, 5);
    tcase_add_test(tests, a_death_disturbs_no_other_task);
    tcase_add_test(tests, workers_that_die_in_their_sleep_are_replaced);
    tcase_add_test(tests, a_worker_may_be_killed_anywhere);
    tcase_add_test(tests, a_worker_may_be_killed_while_we_wait);
    tcase_add_test(tests, without_a_successor_the_pool_is_terminated);
    tcase_add_test(tests, workers_end_with_their_parent);
    return run(suite);
}
