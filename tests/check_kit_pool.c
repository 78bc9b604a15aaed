/*
 * check_kit_pool.c - what chapters/kit promises: the pool.  What happens
 * when processes die is in check_kit_deaths.c.
 */
#define _GNU_SOURCE /* gettid, MAP_ANONYMOUS */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "tasks.h"

/* -- making and ending ------------------------------------------------ */

START_TEST(at_least_one_worker_and_one_place)
{
    static const int workers[] = {0, -1, 1};
    static const size_t places[] = {1, 1, 0};

    for (int i = 0; i < 3; i++) {
        errno = 0;
        ck_assert_ptr_null(pool_create(workers[i], places[i], 4, 4));
        ck_assert_int_eq(errno, EINVAL);
    }
    make_pool(1, 1);
    APPLIES(5);
    finish();
    pool_destroy(NULL);
}
END_TEST

static int count_descriptors(void)
{
    int count = 0;

    for (int i = 0; i < 100; i++)
        count += fcntl(i, F_GETFD) >= 0;
    return count;
}

START_TEST(nothing_is_left)
{
    int before = count_descriptors() + 2; /* the gate */

    make_pool(WORKERS, PLACES);
    APPLIES(1);
    submit(pass_gate, 2, NULL);
    pool_destroy(pool); /* neither closed nor joined nor asked for */
    no_children();
    ck_assert_int_eq(count_descriptors(), before);
}
END_TEST

START_TEST(join_before_close_is_an_error)
{
    make_pool(WORKERS, PLACES);
    ck_assert_int_eq(pool_join(pool), EBUSY);
    APPLIES(1);
    pool_close(pool);
    ck_assert_int_eq(pool_join(pool), 0);
    no_children();
    ck_assert_int_eq(pool_join(pool), 0);
}
END_TEST

START_TEST(submit_after_close_is_an_error)
{
    struct result *result;

    make_pool(1, PLACES);
    result = submit(negate, 7, NULL);
    pool_close(pool);
    REFUSES(EPIPE);
    ck_assert_int_eq(pool_join(pool), 0);
    REFUSES(EPIPE);
    GETS(result, -7); /* what was submitted before has been run */
    ck_assert_int_eq(notes->begun, 1);
}
END_TEST

static int open_gate_for_all(void)
{
    while (!kernel_says_asleep(getppid(), getppid()))
        sched_yield();
    return write(gate[1], "12345", 5) == 5 ? 0 : 1;
}

START_TEST(join_waits_for_all)
{
    struct result *results[5];

    make_pool(WORKERS, PLACES);
    for (int i = 0; i < 5; i++)
        results[i] = submit(pass_gate, i, NULL);
    pool_close(pool);
    await_begun(WORKERS);
    begin(open_gate_for_all); /* once we are asleep in the join */
    ck_assert_int_eq(pool_join(pool), 0);
    for (int i = 0; i < 5; i++) {
        ck_assert_int_eq(result_ready(results[i]), 1);
        GETS(results[i], -i);
    }
    ck_assert_int_eq(outcome_of(0), 0);
    no_children();
}
END_TEST

/* -- tasks and results ------------------------------------------------ */

START_TEST(apply_gives_a_value_or_an_error)
{
    int number = 3, value = 8;

    make_pool(WORKERS, PLACES);
    ck_assert_int_eq(pool_apply(pool, negate, &number, &value), 0);
    ck_assert_int_eq(value, -3);
    ck_assert_int_eq(pool_apply(pool, break_off, &number, &value), CODE);
    ck_assert_int_eq(value, -3);
    ck_assert_int_eq(pool_apply(pool, negate, &number, NULL), 0);
    GETS_ERROR(submit(break_off, 1, NULL), CODE);
    finish();
}
END_TEST

static int no_argument(const void *argument, void *value)
{
    (void)argument, (void)value;
    return CODE;
}

START_TEST(sizes_may_be_none)
{
    pool = pool_create(1, 1, 0, 0);
    ck_assert_int_eq(pool_apply(pool, no_argument, NULL, NULL), CODE);
    finish();
}
END_TEST

struct big {
    char bytes[100001];
};

static int copy_big(const void *argument, void *value)
{
    memcpy(value, argument, sizeof(struct big));
    return 0;
}

START_TEST(argument_and_value_are_copied)
{
    static struct big argument, value, expected;
    struct result *results[2];

    pool = pool_create(1, 2, sizeof argument, sizeof value);
    for (int i = 0; i < 2; i++) {
        memset(&argument, 'a' + i, sizeof argument);
        results[i] = pool_apply_async(pool, copy_big, &argument, NULL);
    }
    memset(&argument, '?', sizeof argument);
    for (int i = 0; i < 2; i++) {
        memset(&expected, 'a' + i, sizeof expected);
        ck_assert_int_eq(result_get(results[i], &value), 0);
        ck_assert_mem_eq(&value, &expected, sizeof value);
    }
    finish();
}
END_TEST

static pthread_barrier_t *meeting;

static int meet(const void *argument, void *value)
{
    note(*(const int *)argument);
    pthread_barrier_wait(meeting);
    *(int *)value = getpid();
    return 0;
}

START_TEST(workers_run_at_once)
{
    pthread_barrierattr_t attributes;
    struct result *results[WORKERS];
    int pids[WORKERS];

    meeting = shared(sizeof *meeting);
    pthread_barrierattr_init(&attributes);
    pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(meeting, &attributes, WORKERS);
    make_pool(WORKERS, PLACES);
    for (int i = 0; i < WORKERS; i++)
        results[i] = submit(meet, i, NULL);
    for (int i = 0; i < WORKERS; i++) {
        ck_assert_int_eq(result_get(results[i], &pids[i]), 0);
        ck_assert_int_ne(pids[i], getpid());
        for (int j = 0; j < i; j++)
            ck_assert_int_ne(pids[i], pids[j]);
    }
    finish();
}
END_TEST

START_TEST(the_same_workers_again_and_again)
{
    struct result *results[FORTY];
    int pids[WORKERS], count = 0, j;

    make_pool(WORKERS, FORTY);
    for (int i = 0; i < FORTY; i++)
        results[i] = submit(negate, i, NULL);
    for (int i = 0; i < FORTY; i++)
        GETS(results[i], -i);
    for (int i = 0; i < FORTY; i++) {
        ck_assert_int_eq(notes->times[i], 1);
        for (j = 0; j < count && pids[j] != notes->pid[i]; j++)
            ;
        ck_assert_int_lt(j, WORKERS);
        if (j == count)
            pids[count++] = notes->pid[i];
    }
    finish();
}
END_TEST

START_TEST(tasks_begin_in_order)
{
    struct result *results[PLACES];

    make_pool(1, PLACES);
    for (int i = 0; i < PLACES; i++)
        results[i] = submit(negate, i, NULL);
    for (int i = PLACES; i-- > 0;)
        GETS(results[i], -i);
    for (int i = 0; i < PLACES; i++)
        ck_assert_int_eq(notes->first[i], i);
    finish();
}
END_TEST

START_TEST(results_are_kept_though_out_of_order)
{
    struct result *first, *second;
    int value = UNTOLD;

    make_pool(2, PLACES);
    first = submit(pass_gate, 1, NULL);
    second = submit(negate, 2, NULL);
    while (!result_ready(second))
        sched_yield();
    ck_assert_int_eq(result_ready(first), 0);
    ck_assert_int_eq(result_get_for(first, &value, 0), ETIMEDOUT);
    ck_assert_int_eq(result_get_for(first, &value, 1), ETIMEDOUT);
    ck_assert_int_eq(value, UNTOLD);
    APPLIES(3);
    open_gate(1);
    GETS(first, -1);
    ck_assert_int_eq(result_get_for(second, &value, 0), 0);
    ck_assert_int_eq(value, -2);
    finish();
}
END_TEST

START_TEST(places_are_few_and_come_back)
{
    struct result *results[2];

    make_pool(1, 2);
    results[0] = submit(pass_gate, 0, NULL);
    results[1] = submit(pass_gate, 1, NULL);
    REFUSES(EAGAIN);
    open_gate(2);
    while (!result_ready(results[1]))
        sched_yield();
    REFUSES(EAGAIN); /* ended, but nobody has asked for them */
    GETS(results[0], 0);
    result_forget(results[1]);
    for (int i = 2; i < FORTY; i++) {
        results[i % 2] = submit(pass_gate, i, NULL);
        result_forget(results[i % 2]);
        open_gate(1);
        APPLIES(0); /* one worker: the other task has ended */
    }
    for (int i = 2; i < FORTY; i++)
        ck_assert_int_eq(notes->times[i], 1);
    finish();
}
END_TEST

START_TEST(places_of_forgotten_tasks_come_back)
{
    make_pool(1, 2);
    result_forget(submit(negate, 1, NULL));
    result_forget(submit(negate, 2, NULL));
    await_begun(2);
    while (!kernel_says_asleep(notes->pid[2], notes->pid[2]))
        sched_yield();
    result_forget(submit(negate, 3, NULL)); /* without any wait */
    finish();
    ck_assert_int_eq(notes->times[3], 1);
}
END_TEST

static int say(const void *argument, void *value)
{
    printf("%d", *(const int *)argument);
    *(int *)value = 0;
    return 0;
}

START_TEST(what_is_printed_is_printed_once)
{
    char text[16] = "";
    FILE *file = tmpfile();
    int kept = dup(STDOUT_FILENO);

    fflush(stdout);
    dup2(fileno(file), STDOUT_FILENO);
    printf("1"); /* still in the buffer when the workers are forked */
    make_pool(WORKERS, PLACES);
    GETS(submit(say, 2, NULL), 0);
    GETS(submit(say, 3, NULL), 0);
    pool_destroy(pool); /* kills the workers */
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    rewind(file);
    ck_assert_ptr_nonnull(fgets(text, sizeof text, file));
    ck_assert_str_eq(text, "123");
}
END_TEST

/* -- callbacks -------------------------------------------------------- */

START_TEST(callbacks_run_in_the_parent)
{
    struct result *results[3];

    make_pool(1, PLACES);
    results[0] = submit(negate, 1, remember);
    results[1] = submit(break_off, 2, remember);
    results[2] = submit(negate, 3, remember);
    await_begun(2);
    ck_assert_int_eq(called, 0); /* not behind our back */
    GETS(results[2], -3);
    ck_assert_int_eq(called, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(calls[i].pid, getpid());
        ck_assert_int_eq(calls[i].error, i == 1 ? CODE : 0);
        ck_assert_int_eq(calls[i].value, i == 1 ? UNTOLD : -1 - i);
    }
    GETS(results[0], -1);
    GETS_ERROR(results[1], CODE);
    ck_assert_int_eq(called, 3);
    finish();
}
END_TEST

START_TEST(callbacks_run_in_the_order_of_the_ends)
{
    make_pool(2, PLACES);
    result_forget(submit(pass_gate, 1, remember));
    GETS(submit(negate, 2, remember), -2);
    open_gate(1);
    pool_close(pool);
    ck_assert_int_eq(pool_join(pool), 0); /* which runs them too */
    ck_assert_int_eq(called, 2);
    ck_assert_int_eq(calls[0].value, -2);
    ck_assert_int_eq(calls[1].value, -1);
}
END_TEST

static int fail_to_remember(int error, const void *value)
{
    remember(error, value);
    return 1;
}

START_TEST(a_failing_callback_changes_nothing)
{
    struct result *results[6];

    make_pool(1, PLACES);
    for (int i = 0; i < 6; i++)
        results[i] = submit(negate, i,
                            i % 2 == 0 ? fail_to_remember : remember);
    for (int i = 0; i < 6; i++)
        GETS(results[i], -i);
    ck_assert_int_eq(called, 6);
    ck_assert_uint_eq(pool_callback_failures(pool), 3);
    finish();
}
END_TEST

static int submit_more(int error, const void *value)
{
    if (called < 5)
        result_forget(submit(negate, called + 1, submit_more));
    return remember(error, value);
}

START_TEST(a_callback_may_submit)
{
    make_pool(1, 3); /* the one that ends, the next, and ours */
    result_forget(submit(negate, 0, submit_more));
    while (called < 6)
        APPLIES(10);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(calls[i].value, -i);
    finish();
}
END_TEST

static struct result *awaited;
static int refused[4];

static int wait_in_callback(int error, const void *value)
{
    int number = 1;

    refused[0] = result_get(awaited, NULL);
    refused[1] = result_get_for(awaited, NULL, INT_MAX);
    refused[2] = pool_apply(pool, negate, &number, NULL);
    pool_close(pool);
    refused[3] = pool_join(pool);
    return remember(error, value);
}

START_TEST(a_callback_must_not_wait)
{
    make_pool(1, PLACES);
    result_forget(submit(negate, 1, wait_in_callback));
    awaited = submit(pass_gate, 2, NULL);
    await_begun(2);
    ck_assert_int_eq(result_ready(awaited), 0);
    ck_assert_int_eq(called, 1);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(refused[i], EDEADLK);
    open_gate(1);
    GETS(awaited, -2); /* the handle is still good */
    ck_assert_int_eq(pool_join(pool), 0);
    ck_assert_int_eq(notes->times[1], 1); /* a refused task is not run */
}
END_TEST

START_TEST(terminate_ends_all)
{
    struct result *results[4];

    make_pool(2, PLACES);
    results[0] = submit(negate, 0, remember);
    GETS(results[0], 0);
    results[0] = submit(negate, 3, NULL);
    while (!result_ready(results[0]))
        sched_yield();
    for (int i = 1; i < 4; i++)
        results[i] = submit(pass_gate, i, remember);
    await_begun(4); /* the fourth has to wait */
    pool_terminate(pool);
    no_children();
    REFUSES(EPIPE);
    for (int i = 1; i < 4; i++)
        GETS_ERROR(results[i], ECANCELED);
    GETS(results[0], -3);
    ck_assert_int_eq(called, 1);
    ck_assert_int_eq(pool_join(pool), 0);
    pool_terminate(pool);
    pool_destroy(pool);
}
END_TEST

static int terminate(int error, const void *value)
{
    remember(error, value);
    pool_terminate(pool);
    return 0;
}

START_TEST(a_callback_may_terminate)
{
    struct result *results[2];

    make_pool(1, PLACES);
    results[0] = submit(negate, 1, terminate);
    results[1] = submit(pass_gate, 2, remember);
    GETS_ERROR(results[1], ECANCELED);
    GETS(results[0], -1);
    ck_assert_int_eq(called, 1);
    ck_assert_int_eq(calls[0].value, -1);
    no_children();
    ck_assert_int_eq(pool_join(pool), 0);
}
END_TEST

static void add_life(TCase *tests)
{
    tcase_add_test(tests, at_least_one_worker_and_one_place);
    tcase_add_test(tests, nothing_is_left);
    tcase_add_test(tests, join_before_close_is_an_error);
    tcase_add_test(tests, submit_after_close_is_an_error);
    tcase_add_test(tests, join_waits_for_all);
    tcase_add_test(tests, terminate_ends_all);
}

static void add_tasks(TCase *tests)
{
    tcase_add_test(tests, apply_gives_a_value_or_an_error);
    tcase_add_test(tests, sizes_may_be_none);
    tcase_add_test(tests, argument_and_value_are_copied);
    tcase_add_test(tests, workers_run_at_once);
    tcase_add_test(tests, the_same_workers_again_and_again);
    tcase_add_test(tests, tasks_begin_in_order);
    tcase_add_test(tests, results_are_kept_though_out_of_order);
    tcase_add_test(tests, places_are_few_and_come_back);
    tcase_add_test(tests, places_of_forgotten_tasks_come_back);
    tcase_add_test(tests, what_is_printed_is_printed_once);
}

static void add_callbacks(TCase *tests)
{
    tcase_add_test(tests, callbacks_run_in_the_parent);
    tcase_add_test(tests, callbacks_run_in_the_order_of_the_ends);
    tcase_add_test(tests, a_failing_callback_changes_nothing);
    tcase_add_test(tests, a_callback_may_submit);
    tcase_add_test(tests, a_callback_must_not_wait);
    tcase_add_test(tests, a_callback_may_terminate);
}

int main(void)
{
    Suite *suite = suite_create("kit: pool");

    add_life(new_case(suite, "making and ending"));
    add_tasks(new_case(suite, "tasks and results"));
    add_callbacks(new_case(suite, "callbacks"));
    return run(suite);
}
