/*
 * check_intercept_c11.c - the wrappers of <threads.h>: what each returns,
 * and that it records what those of POSIX do.
 */
#define _GNU_SOURCE /* actors.h, and the calls beyond POSIX */
#include <threads.h>

#include "actors.h"

static mtx_t lock;
static cnd_t condition;
static once_flag flag = ONCE_FLAG_INIT;
static int times;

static int seven(void *argument)
{
    *(int *)argument += 1;
    return 7;
}

static int minus_three(void *unused)
{
    (void)unused;
    thrd_exit(-3);
}

START_TEST(threads_and_what_they_return)
{
    thrd_t thread;
    int value = 1, result = 0;

    start();
    RETURNS(thrd_success, thrd_create(&thread, seven, &value));
    RETURNS(thrd_success, thrd_join(thread, &result));
    ck_assert_int_eq(value, 2);
    ck_assert_int_eq(result, 7);
    RETURNS(thrd_success, thrd_create(&thread, minus_three, NULL));
    await_gone(2);
    RETURNS(thrd_success, thrd_join(thread, &result));
    ck_assert_int_eq(result, -3);
    RETURNS(thrd_success, thrd_create(&thread, minus_three, NULL));
    RETURNS(thrd_success, thrd_detach(thread));
    await_state(3, ACTOR_ENDED);
    ck_assert_str_eq(story(2, 0), "BEGIN THREAD_END");
    ck_assert_ptr_nonnull(strstr(story(0, 0), "THREAD_CREATE DETACH"));
}
END_TEST

static int lock_and_let_go(void)
{
    return mtx_lock(&lock) || mtx_unlock(&lock);
}

START_TEST(locks)
{
    struct other other;

    start();
    RETURNS(thrd_success, mtx_init(&lock, mtx_timed));
    RETURNS(thrd_success, mtx_lock(&lock));
    RETURNS(thrd_busy, mtx_trylock(&lock));
    RETURNS(thrd_timedout, mtx_timedlock(&lock, &gone));
    RETURNS(thrd_error, mtx_timedlock(&lock, &wrong));
    begin(&other, lock_and_let_go);
    await_asleep(other.number);
    RETURNS(thrd_success, mtx_unlock(&lock));
    finish(&other, 0, UNTOUCHED);
    RETURNS(thrd_success, mtx_trylock(&lock));
    mtx_unlock(&lock);
    mtx_destroy(&lock);
    STORY(0, &lock, "LOCK_INIT LOCK LOCK?=EBUSY WAIT(LOCK)@ "
                    "LOCK~=ETIMEDOUT LOCK=EINVAL UNLOCK LOCK? UNLOCK "
                    "LOCK_DESTROY");
    STORY(other.number, &lock, "WAIT(LOCK) LOCK~ UNLOCK");
    ck_assert_int_eq(event_of(KIND_LOCK_INIT, 0)->value, LOCK_NORMAL);
}
END_TEST

START_TEST(locks_that_know_their_holder)
{
    start();
    RETURNS(thrd_success, mtx_init(&lock, mtx_plain | mtx_recursive));
    RETURNS(thrd_error, mtx_unlock(&lock));
    RETURNS(thrd_success, mtx_lock(&lock));
    RETURNS(thrd_success, mtx_lock(&lock));
    STORY(0, &lock, "LOCK_INIT UNLOCK=EPERM LOCK LOCK");
    ck_assert_int_eq(event_of(KIND_LOCK_INIT, 0)->value, LOCK_RECURSIVE);
}
END_TEST

static int wait_for_it(void)
{
    return mtx_lock(&lock) || cnd_wait(&condition, &lock) ||
           mtx_unlock(&lock);
}

static int (*const wakes[])(cnd_t *) = {cnd_signal, cnd_broadcast};
static const char *const wake_names[] = {"SIGNAL", "BROADCAST"};

START_TEST(conditions)
{
    struct other other;
    char told[100];

    start();
    RETURNS(thrd_success, mtx_init(&lock, mtx_plain));
    RETURNS(thrd_success, cnd_init(&condition));
    begin(&other, wait_for_it);
    await_asleep(other.number);
    RETURNS(thrd_success, mtx_lock(&lock));
    RETURNS(thrd_timedout, cnd_timedwait(&condition, &lock, &gone));
    RETURNS(thrd_success, wakes[_i](&condition));
    RETURNS(thrd_success, mtx_unlock(&lock));
    finish(&other, 0, UNTOUCHED);
    cnd_destroy(&condition);
    snprintf(told, sizeof told,
             "CONDITION_INIT CONDITION_WAIT@ CONDITION_WAKE=ETIMEDOUT %s "
             "CONDITION_DESTROY", wake_names[_i]);
    STORY(0, &condition, told);
    STORY(other.number, &condition, "CONDITION_WAIT CONDITION_WAKE");
    ck_assert_uint_eq((uint64_t)event_of(KIND_CONDITION_WAIT, 0)->value,
                      object_of(&lock));
}
END_TEST

static void count(void)
{
    times++;
}

START_TEST(once_and_time)
{
    static const struct timespec moment = {.tv_nsec = 1000};

    start();
    call_once(&flag, count);
    call_once(&flag, count);
    ck_assert_int_eq(times, 1);
    STORY(0, &flag, "ONCE ONCE");
    RETURNS(0, thrd_sleep(&moment, NULL));
    RETURNS(-2, thrd_sleep(&wrong, NULL));
    thrd_yield();
    STORY(0, NULL, "BEGIN ONCE ONCE SLEEP@ SLEEP_END SLEEP@ "
                   "SLEEP_END=EINVAL YIELD");
}
END_TEST

/* Who is no actor gets the real calls. */
START_TEST(others_pass)
{
    thrd_t thread;
    int value = 0, result = 0;

    trace = trace_create(1 << 10);
    RETURNS(thrd_success, thrd_create(&thread, seven, &value));
    RETURNS(thrd_success, thrd_join(thread, &result));
    ck_assert_int_eq(result, 7);
    RETURNS(thrd_success, mtx_init(&lock, mtx_plain));
    RETURNS(thrd_success, mtx_lock(&lock));
    RETURNS(thrd_busy, mtx_trylock(&lock));
    RETURNS(thrd_success, mtx_unlock(&lock));
    RETURNS(thrd_success, cnd_init(&condition));
    RETURNS(thrd_success, cnd_signal(&condition));
    call_once(&flag, count);
    ck_assert_int_eq(times, 1);
    ck_assert_uint_eq(trace_count(trace), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("intercept: threads.h");
    TCase *tests = tcase_create("c11");
    SRunner *runner;
    int failures;

    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, threads_and_what_they_return);
    tcase_add_test(tests, locks);
    tcase_add_test(tests, locks_that_know_their_holder);
    tcase_add_loop_test(tests, conditions, 0, 2);
    tcase_add_test(tests, once_and_time);
    tcase_add_test(tests, others_pass);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
