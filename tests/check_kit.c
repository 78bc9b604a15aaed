/*
 * check_kit.c - what chapters/kit promises: the event and the joinable
 * queue.  The queue is in check_kit_queue.c, the pool in
 * check_kit_pool.c.
 *
 * What must hold among processes must hold among threads: such tests
 * run once with each.  A wait that is to time out lasts 1 ms at most, or
 * 0; a wait that is not to time out has all the time there is.
 */
#define _GNU_SOURCE /* gettid, MAP_ANONYMOUS */
#include <errno.h>
#include <limits.h>

#include "../chapters/kit/event.h"
#include "../chapters/kit/joinable_queue.h"
#include "others.h"

/* -- event ------------------------------------------------------------ */

static struct event *event;

static void make_event(void)
{
    event = shared(sizeof *event);
    ck_assert_int_eq(event_init(event), 0);
}

static int wait_for_event(void)
{
    event_wait(event);
    return 1;
}

static int wait_long_for_event(void)
{
    return event_wait_for(event, INT_MAX);
}

START_TEST(event_is_what_was_said_last)
{
    make_event();
    ck_assert(!event_is_set(event));
    event_set(event);
    ck_assert(event_is_set(event));
    event_set(event);
    ck_assert(event_is_set(event));
    event_clear(event);
    ck_assert(!event_is_set(event));
    ck_assert_uint_eq(event_times_set(event), 2);
    event_destroy(event);
}
END_TEST

START_TEST(event_that_is_set_stops_nobody)
{
    make_event();
    event_set(event);
    event_wait(event);
    event_wait(event);
    ck_assert(event_wait_for(event, 0));
    ck_assert(event_wait_for(event, INT_MAX));
    ck_assert(event_is_set(event));
}
END_TEST

START_TEST(event_that_is_clear_lets_time_run_out)
{
    make_event();
    ck_assert(!event_wait_for(event, 0));
    ck_assert(!event_wait_for(event, 1));
    event_set(event);
    event_clear(event);
    ck_assert(!event_wait_for(event, 0));
    ck_assert(!event_wait_for(event, 1));
}
END_TEST

START_TEST(event_set_wakes_all)
{
    carrier = (enum carrier)_i;
    make_event();
    for (int i = 0; i < 3; i++) {
        begin_asleep(wait_for_event);
        begin_asleep(wait_long_for_event);
    }
    event_set(event);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(outcome_of(i), 1);
}
END_TEST

START_TEST(event_cleared_at_once_has_woken_all)
{
    carrier = (enum carrier)_i;
    make_event();
    for (int i = 0; i < 3; i++) {
        begin_asleep(wait_for_event);
        begin_asleep(wait_long_for_event);
    }
    event_set(event);
    event_clear(event);
    for (int i = 0; i < 6; i++)
        ck_assert_int_eq(outcome_of(i), 1);
    begin_asleep(wait_for_event); /* the old set is not for him */
    event_set(event);
    ck_assert_int_eq(outcome_of(6), 1);
}
END_TEST

static int set_event(void)
{
    event_set(event);
    return 1;
}

START_TEST(event_lock_is_everybodys)
{
    carrier = (enum carrier)_i;
    make_event();
    pthread_mutex_lock(&event->lock);
    begin_asleep(set_event);
    begin_asleep(wait_for_event);
    pthread_mutex_unlock(&event->lock);
    ck_assert_int_eq(outcome_of(0), 1);
    ck_assert_int_eq(outcome_of(1), 1);
}
END_TEST

/* -- joinable queue --------------------------------------------------- */

enum { BOUND = 3, EATERS = 3, EACH = 500 };

static struct joinable_queue *tasks;

static void make_tasks(int items)
{
    tasks = joinable_create(BOUND, sizeof(int));
    ck_assert_ptr_nonnull(tasks);
    for (int i = 1; i <= items; i++)
        ck_assert_int_eq(joinable_put(tasks, &i), 0);
}

static int put_task(void)
{
    return joinable_put(tasks, &me);
}

static int put_task_in_time(void)
{
    return joinable_put_for(tasks, &me, INT_MAX);
}

static int join(void)
{
    return joinable_join(tasks);
}

static int join_in_time(void)
{
    return joinable_join_for(tasks, INT_MAX);
}

START_TEST(joinable_must_have_a_size)
{
    errno = 0;
    ck_assert_ptr_null(joinable_create(0, 1));
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_ptr_null(joinable_create(1, 0));
    joinable_destroy(NULL);
}
END_TEST

START_TEST(joinable_without_work_is_joined)
{
    make_tasks(0);
    ck_assert_int_eq(joinable_join(tasks), 0);
    ck_assert_int_eq(joinable_join_for(tasks, 0), 0);
    joinable_destroy(tasks);
}
END_TEST

START_TEST(joinable_is_a_queue)
{
    int item = 99;

    make_tasks(BOUND);
    ck_assert_int_eq(joinable_put_for(tasks, &item, 0), ETIMEDOUT);
    ck_assert_int_eq(joinable_put_for(tasks, &item, 1), ETIMEDOUT);
    for (int i = 1; i <= BOUND; i++) {
        ck_assert_int_eq(joinable_get(tasks, &item), 0);
        ck_assert_int_eq(item, i);
    }
    ck_assert_int_eq(joinable_get_for(tasks, &item, 0), ETIMEDOUT);
    ck_assert_int_eq(joinable_get_for(tasks, &item, 1), ETIMEDOUT);
    ck_assert_int_eq(item, BOUND);
}
END_TEST

START_TEST(joinable_task_done_once_too_often_is_an_error)
{
    make_tasks(0);
    ck_assert_int_eq(joinable_task_done(tasks), EINVAL);
    make_tasks(2);
    ck_assert_int_eq(joinable_task_done(tasks), 0);
    ck_assert_int_eq(joinable_task_done(tasks), 0);
    ck_assert_int_eq(joinable_task_done(tasks), EINVAL);
    ck_assert_int_eq(put_task(), 0); /* which left no debt */
    ck_assert_int_eq(joinable_join_for(tasks, 0), ETIMEDOUT);
    ck_assert_int_eq(joinable_task_done(tasks), 0);
    ck_assert_int_eq(joinable_join(tasks), 0);
}
END_TEST

START_TEST(joinable_joins_when_all_is_done)
{
    int item;

    carrier = (enum carrier)_i;
    make_tasks(2);
    for (int i = 0; i < 2; i++) {
        begin_asleep(join);
        begin_asleep(join_in_time);
    }
    joinable_get(tasks, &item);
    joinable_get(tasks, &item); /* got is not yet done */
    ck_assert_int_eq(joinable_join_for(tasks, 0), ETIMEDOUT);
    joinable_task_done(tasks);
    ck_assert_int_eq(joinable_join_for(tasks, 1), ETIMEDOUT);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(others[i].outcome, UNTOLD);
    joinable_task_done(tasks);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(outcome_of(i), 0);
    ck_assert_int_eq(joinable_join_for(tasks, 0), 0);
}
END_TEST

START_TEST(joinable_counts_an_item_that_waits_for_room)
{
    int item;

    carrier = (enum carrier)_i;
    make_tasks(BOUND);
    begin_asleep(put_task);
    begin_asleep(put_task_in_time);
    for (int i = 0; i < BOUND + 2; i++)
        ck_assert_int_eq(joinable_task_done(tasks), 0);
    ck_assert_int_eq(joinable_task_done(tasks), EINVAL);
    joinable_get(tasks, &item);
    joinable_get(tasks, &item);
    ck_assert_int_eq(outcome_of(0), 0);
    ck_assert_int_eq(outcome_of(1), 0);
}
END_TEST

START_TEST(joinable_does_not_count_what_was_not_put)
{
    int item = 99;

    make_tasks(BOUND);
    ck_assert_int_eq(joinable_put_for(tasks, &item, 0), ETIMEDOUT);
    for (int i = 0; i < BOUND; i++)
        ck_assert_int_eq(joinable_task_done(tasks), 0);
    ck_assert_int_eq(joinable_join(tasks), 0);
    joinable_close(tasks);
    ck_assert_int_eq(joinable_put(tasks, &item), EPIPE);
    ck_assert_int_eq(joinable_put_for(tasks, &item, 0), EPIPE);
    ck_assert_int_eq(joinable_join(tasks), 0);
    ck_assert_int_eq(joinable_join_for(tasks, 0), 0);
}
END_TEST

START_TEST(joinable_closed_ends_all_waits)
{
    int item = 99;

    carrier = (enum carrier)_i;
    make_tasks(BOUND);
    begin_asleep(join);
    begin_asleep(join_in_time);
    begin_asleep(put_task);
    joinable_close(tasks);
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(outcome_of(i), EPIPE);
    joinable_close(tasks);
    ck_assert_int_eq(joinable_join(tasks), EPIPE);
    ck_assert_int_eq(joinable_join_for(tasks, 0), EPIPE);
    ck_assert_int_eq(joinable_get(tasks, &item), EPIPE);
    ck_assert_int_eq(joinable_get_for(tasks, &item, 0), EPIPE);
    ck_assert_int_eq(item, 99);
}
END_TEST

static int finish_task(void)
{
    return joinable_task_done(tasks);
}

START_TEST(joinable_lock_is_everybodys)
{
    int steps[STEPS];
    pid_t pid;

    make_tasks(3);
    find_steps(tasks, steps, finish_task);
    pid = traced(finish_task);
    walk(pid, steps[1]); /* it has the lock now */
    begin_asleep(finish_task);
    walk(pid, INT_MAX);
    ck_assert_int_eq(outcome_of(0), 0);
    ck_assert_int_eq(joinable_join_for(tasks, 0), 0);
    end_traced(pid);
}
END_TEST

static atomic_int *eaten; /* shared: how often each item was got */

static int do_tasks(void)
{
    int item;

    while (joinable_get(tasks, &item) == 0) {
        eaten[item]++;
        joinable_task_done(tasks);
    }
    return 0;
}

START_TEST(joinable_ends_by_itself)
{
    carrier = (enum carrier)_i;
    eaten = shared(EACH * sizeof *eaten);
    make_tasks(0);
    for (int i = 0; i < EATERS; i++)
        begin(do_tasks);
    for (int i = 0; i < EACH; i++)
        ck_assert_int_eq(joinable_put(tasks, &i), 0);
    ck_assert_int_eq(joinable_join(tasks), 0);
    for (int i = 0; i < EACH; i++)
        ck_assert_int_eq(eaten[i], 1);
    ck_assert_int_eq(joinable_task_done(tasks), EINVAL);
    joinable_close(tasks);
    for (int i = 0; i < EATERS; i++)
        ck_assert_int_eq(outcome_of(i), 0);
}
END_TEST

static void add_event(TCase *tests)
{
    tcase_add_test(tests, event_is_what_was_said_last);
    tcase_add_test(tests, event_that_is_set_stops_nobody);
    tcase_add_test(tests, event_that_is_clear_lets_time_run_out);
    TWICE(tests, event_set_wakes_all);
    TWICE(tests, event_cleared_at_once_has_woken_all);
    TWICE(tests, event_lock_is_everybodys);
}

static void add_joinable(TCase *tests)
{
    tcase_add_test(tests, joinable_must_have_a_size);
    tcase_add_test(tests, joinable_without_work_is_joined);
    tcase_add_test(tests, joinable_is_a_queue);
    tcase_add_test(tests, joinable_task_done_once_too_often_is_an_error);
    TWICE(tests, joinable_joins_when_all_is_done);
    TWICE(tests, joinable_counts_an_item_that_waits_for_room);
    tcase_add_test(tests, joinable_does_not_count_what_was_not_put);
    TWICE(tests, joinable_closed_ends_all_waits);
    tcase_add_test(tests, joinable_lock_is_everybodys);
    TWICE(tests, joinable_ends_by_itself);
}

int main(void)
{
    Suite *suite = suite_create("kit: event, joinable queue");

    add_event(new_case(suite, "event"));
    add_joinable(new_case(suite, "joinable queue"));
    return run(suite);
}
