/*
 * check_kit_queue.c - what chapters/kit promises: the queue.
 *
 * What must hold among processes must hold among threads: such tests
 * run once with each.  A wait that is to time out lasts 1 ms at most, or
 * 0; a wait that is not to time out has all the time there is.
 */
#define _GNU_SOURCE /* gettid, MAP_ANONYMOUS */
#include <errno.h>
#include <limits.h>

#include "../chapters/kit/queue.h"
#include "others.h"

enum { BOUND = 3, MAKERS = 3, EATERS = 3, EACH = 500, STOP = -1 };

static struct queue *queue;

static void put(int item)
{
    ck_assert_int_eq(queue_put(queue, &item), 0);
}

static int got(void)
{
    int item = UNTOLD;

    ck_assert_int_eq(queue_get(queue, &item), 0);
    return item;
}

static void make_queue(int items)
{
    queue = queue_create(BOUND, sizeof(int));
    ck_assert_ptr_nonnull(queue);
    for (int i = 1; i <= items; i++)
        put(i);
}

static int put_number(void)
{
    int item = 100 + me;

    return queue_put(queue, &item);
}

static int put_number_in_time(void)
{
    int item = 100 + me;

    return queue_put_for(queue, &item, INT_MAX);
}

static int get_number(void)
{
    int item = 0, error = queue_get(queue, &item);

    return error != 0 ? -error : item;
}

static int get_number_in_time(void)
{
    int item = 0, error = queue_get_for(queue, &item, INT_MAX);

    return error != 0 ? -error : item;
}

START_TEST(queue_must_have_a_size)
{
    static const size_t sizes[][2] = {
        {0, 1}, {1, 0}, {SIZE_MAX, 2}, {2, SIZE_MAX}};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        errno = 0;
        ck_assert_ptr_null(queue_create(sizes[i][0], sizes[i][1]));
        ck_assert_int_eq(errno, EINVAL);
    }
    queue_destroy(NULL);
}
END_TEST

START_TEST(queue_is_first_in_first_out)
{
    make_queue(0);
    for (int i = 0; i < 10; i++) { /* at every place of the ring */
        put(10 * i);
        put(10 * i + 1);
        ck_assert_uint_eq(queue_size(queue), 2);
        ck_assert_int_eq(got(), 10 * i);
        ck_assert_int_eq(got(), 10 * i + 1);
        ck_assert_uint_eq(queue_size(queue), 0);
    }
    queue_destroy(queue);
}
END_TEST

START_TEST(queue_copies_items_of_any_size)
{
    static const char words[][7] = {"apples", "eggs", "beans", ""};
    char word[9] = "";

    queue = queue_create(1, 7);
    for (int i = 0; i < 4; i++) {
        char item[7];

        memcpy(item, words[i], 7);
        ck_assert_int_eq(queue_put(queue, item), 0);
        memset(item, '?', 7);
        word[7] = '!';
        ck_assert_int_eq(queue_get(queue, word), 0);
        ck_assert_mem_eq(word, words[i], 7);
        ck_assert_int_eq(word[7], '!');
    }
    queue_destroy(queue);
}
END_TEST

START_TEST(queue_full_takes_no_more)
{
    int item = 99;

    make_queue(BOUND);
    ck_assert_int_eq(queue_put_for(queue, &item, 0), ETIMEDOUT);
    ck_assert_int_eq(queue_put_for(queue, &item, 1), ETIMEDOUT);
    ck_assert_uint_eq(queue_size(queue), BOUND);
    for (int i = 1; i <= BOUND; i++)
        ck_assert_int_eq(got(), i);
    ck_assert_int_eq(queue_put_for(queue, &item, 0), 0);
    ck_assert_int_eq(got(), 99);
}
END_TEST

START_TEST(queue_empty_gives_nothing)
{
    int item = 99;

    make_queue(0);
    ck_assert_int_eq(queue_get_for(queue, &item, 0), ETIMEDOUT);
    ck_assert_int_eq(queue_get_for(queue, &item, 1), ETIMEDOUT);
    ck_assert_int_eq(item, 99);
    put(5);
    ck_assert_int_eq(queue_get_for(queue, &item, 0), 0);
    ck_assert_int_eq(item, 5);
}
END_TEST

START_TEST(queue_full_lets_a_producer_wait)
{
    carrier = (enum carrier)_i;
    make_queue(BOUND);
    begin_asleep(put_number);
    begin_asleep(put_number_in_time);
    ck_assert_uint_eq(queue_size(queue), BOUND);
    ck_assert_int_eq(got(), 1);
    ck_assert_int_eq(got(), 2);
    ck_assert_int_eq(outcome_of(0), 0);
    ck_assert_int_eq(outcome_of(1), 0);
    ck_assert_int_eq(got(), 3);
    ck_assert_int_eq(got() + got(), 100 + 101);
    ck_assert_uint_eq(queue_size(queue), 0);
}
END_TEST

START_TEST(queue_empty_lets_a_consumer_wait)
{
    carrier = (enum carrier)_i;
    make_queue(0);
    begin_asleep(get_number);
    begin_asleep(get_number_in_time);
    put(7);
    put(8);
    ck_assert_int_eq(outcome_of(0) + outcome_of(1), 7 + 8);
    ck_assert_uint_eq(queue_size(queue), 0);
}
END_TEST

START_TEST(queue_closed_is_an_error)
{
    int item = 99;

    make_queue(2); /* what was inside is lost */
    queue_close(queue);
    queue_close(queue);
    ck_assert_int_eq(queue_put(queue, &item), EPIPE);
    ck_assert_int_eq(queue_put_for(queue, &item, 0), EPIPE);
    ck_assert_int_eq(queue_put_for(queue, &item, INT_MAX), EPIPE);
    ck_assert_int_eq(queue_get(queue, &item), EPIPE);
    ck_assert_int_eq(queue_get_for(queue, &item, 0), EPIPE);
    ck_assert_int_eq(queue_get_for(queue, &item, INT_MAX), EPIPE);
    ck_assert_int_eq(item, 99);
}
END_TEST

START_TEST(queue_closed_ends_all_waits)
{
    carrier = (enum carrier)(_i / 2);
    bool full = _i % 2 == 1;

    make_queue(full ? BOUND : 0);
    for (int i = 0; i < 2; i++) {
        begin_asleep(full ? put_number : get_number);
        begin_asleep(full ? put_number_in_time : get_number_in_time);
    }
    queue_close(queue);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(outcome_of(i), full ? EPIPE : -EPIPE);
}
END_TEST

static atomic_int *eaten; /* shared: how often each item was got */

static int make_items(void)
{
    for (int i = 0; i < EACH; i++) {
        int item = me * EACH + i;

        if (queue_put(queue, &item) != 0)
            return 1;
    }
    return 0;
}

/* Returns how often a producer's items came in a wrong order. */
static int eat_items(void)
{
    int last[MAKERS] = {-1, -1, -1}, item, wrong = 0;

    while (queue_get(queue, &item) == 0 && item != STOP) {
        wrong += item % EACH <= last[item / EACH];
        last[item / EACH] = item % EACH;
        eaten[item]++;
    }
    return wrong;
}

START_TEST(queue_gives_each_item_once)
{
    carrier = (enum carrier)_i;
    eaten = shared(MAKERS * EACH * sizeof *eaten);
    make_queue(0);
    for (int i = 0; i < MAKERS; i++)
        begin(make_items);
    for (int i = 0; i < EATERS; i++)
        begin(eat_items);
    for (int i = 0; i < MAKERS; i++)
        ck_assert_int_eq(outcome_of(i), 0);
    for (int i = 0; i < EATERS; i++)
        put(STOP);
    for (int i = 0; i < EATERS; i++)
        ck_assert_int_eq(outcome_of(MAKERS + i), 0);
    for (int i = 0; i < MAKERS * EACH; i++)
        ck_assert_int_eq(eaten[i], 1);
    ck_assert_uint_eq(queue_size(queue), 0);
}
END_TEST

/* Kills somebody who acts, after as many steps. */
static void kill_after(int steps, int (*act)(void))
{
    pid_t pid = traced(act);

    walk(pid, steps);
    end_traced(pid);
}

START_TEST(queue_survives_a_producer_killed_anywhere)
{
    int steps[STEPS], count, item;
    size_t size, last = 0;

    make_queue(0);
    count = find_steps(queue, steps, put_number);
    ck_assert_int_eq(got(), 100);
    for (int i = 0; i < count; i++) {
        kill_after(steps[i], put_number);
        size = queue_size(queue);
        ck_assert_uint_ge(size, last); /* once put, it stays put */
        ck_assert_uint_le(size, 1);
        last = size;
        put(7);
        if (size == 1)
            ck_assert_int_eq(got(), 100);
        ck_assert_int_eq(got(), 7);
        ck_assert_int_eq(queue_get_for(queue, &item, 0), ETIMEDOUT);
    }
    ck_assert_uint_eq(last, 1);
}
END_TEST

START_TEST(queue_survives_a_consumer_killed_anywhere)
{
    int steps[STEPS], count, item;
    size_t size, last = 2;

    make_queue(1);
    count = find_steps(queue, steps, get_number);
    for (int i = 0; i < count; i++) {
        put(5);
        put(6);
        kill_after(steps[i], get_number);
        size = queue_size(queue);
        ck_assert_uint_le(size, last); /* once got, it stays got */
        ck_assert_uint_ge(size, 1);
        last = size;
        if (size == 2)
            ck_assert_int_eq(got(), 5);
        ck_assert_int_eq(got(), 6);
        ck_assert_int_eq(queue_get_for(queue, &item, 0), ETIMEDOUT);
    }
    ck_assert_uint_eq(last, 1);
}
END_TEST

START_TEST(queue_lock_is_everybodys)
{
    int steps[STEPS];
    pid_t pid;

    make_queue(0);
    find_steps(queue, steps, put_number);
    pid = traced(put_number);
    walk(pid, steps[1]); /* it has the lock now */
    begin_asleep(get_number);
    walk(pid, INT_MAX);
    ck_assert_int_eq(outcome_of(0), 100);
    end_traced(pid);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kit: queue");
    TCase *tests = new_case(suite, "queue");

    tcase_add_test(tests, queue_must_have_a_size);
    tcase_add_test(tests, queue_is_first_in_first_out);
    tcase_add_test(tests, queue_copies_items_of_any_size);
    tcase_add_test(tests, queue_full_takes_no_more);
    tcase_add_test(tests, queue_empty_gives_nothing);
    TWICE(tests, queue_full_lets_a_producer_wait);
    TWICE(tests, queue_empty_lets_a_consumer_wait);
    tcase_add_test(tests, queue_closed_is_an_error);
    tcase_add_loop_test(tests, queue_closed_ends_all_waits, 0,
                        2 * CARRIERS);
    TWICE(tests, queue_gives_each_item_once);
    tcase_add_test(tests, queue_survives_a_producer_killed_anywhere);
    tcase_add_test(tests, queue_survives_a_consumer_killed_anywhere);
    tcase_add_test(tests, queue_lock_is_everybodys);
    return run(suite);
}
