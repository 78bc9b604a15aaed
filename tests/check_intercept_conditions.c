/*
 * check_intercept_conditions.c - the wrappers of conditions, barriers and
 * pthread_once: what each returns, errno, and what it records.
 */
#define _GNU_SOURCE /* actors.h, and the calls beyond POSIX */
#include "actors.h"

/* -- conditions ------------------------------------------------------- */

static pthread_cond_t condition;

static int wait_for_condition(void)
{
    pthread_mutex_lock(&mutex);
    return pthread_cond_wait(&condition, &mutex) ||
           pthread_mutex_unlock(&mutex);
}

static int timedwait_far(void)
{
    pthread_mutex_lock(&mutex);
    return pthread_cond_timedwait(&condition, &mutex, &far) ||
           pthread_mutex_unlock(&mutex);
}

static int clockwait_far(void)
{
    pthread_mutex_lock(&mutex);
    return pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC,
                                  &far) ||
           pthread_mutex_unlock(&mutex);
}

static void make_condition(void)
{
    start();
    make_mutex(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, 0);
    RETURNS(0, pthread_cond_init(&condition, NULL));
}

/* Whoever waits on the condition has given the mutex away. */
static const struct {
    int (*call)(void);
    int (*wake)(pthread_cond_t *);
    const char *story, *wake_story;
} condition_waits[] = {
    {wait_for_condition, pthread_cond_signal,
     "CONDITION_WAIT CONDITION_WAKE", "CONDITION_INIT SIGNAL"},
    {timedwait_far, pthread_cond_broadcast,
     "CONDITION_WAIT@ CONDITION_WAKE", "CONDITION_INIT BROADCAST"},
    {clockwait_far, pthread_cond_signal,
     "CONDITION_WAIT@ CONDITION_WAKE", "CONDITION_INIT SIGNAL"},
};
#define CONDITION_WAITS \
    (sizeof condition_waits / sizeof condition_waits[0])

START_TEST(condition_wakes)
{
    struct other other;
    const struct event *wait, *wake;

    make_condition();
    begin(&other, condition_waits[_i].call);
    interrupt(other.number);
    RETURNS(0, pthread_mutex_lock(&mutex));
    RETURNS(0, condition_waits[_i].wake(&condition));
    RETURNS(0, pthread_mutex_unlock(&mutex));
    finish(&other, 0, UNTOUCHED);
    STORY(other.number, &condition, condition_waits[_i].story);
    STORY(other.number, &mutex, "LOCK UNLOCK");
    STORY(0, &condition, condition_waits[_i].wake_story);
    wait = event_of(KIND_CONDITION_WAIT, 0);
    wake = event_of(KIND_CONDITION_WAKE, 0);
    ck_assert_uint_eq((uint64_t)wait->value, object_of(&mutex));
    ck_assert_uint_eq((uint64_t)wake->value, object_of(&mutex));
}
END_TEST

START_TEST(condition_fails)
{
    make_condition();
    RETURNS(EPERM, pthread_cond_wait(&condition, &mutex));
    RETURNS(0, pthread_mutex_lock(&mutex));
    RETURNS(ETIMEDOUT, pthread_cond_timedwait(&condition, &mutex, &gone));
    RETURNS(ETIMEDOUT, pthread_cond_clockwait(&condition, &mutex,
                                              CLOCK_MONOTONIC, &gone));
    RETURNS(EINVAL, pthread_cond_timedwait(&condition, &mutex, &wrong));
    RETURNS(EINVAL, pthread_cond_clockwait(&condition, &mutex, BAD_CLOCK,
                                           &far));
    RETURNS(0, pthread_mutex_unlock(&mutex));
    RETURNS(0, pthread_cond_signal(&condition));
    RETURNS(0, pthread_cond_broadcast(&condition));
    RETURNS(0, pthread_cond_destroy(&condition));
    STORY(0, &condition,
          "CONDITION_INIT CONDITION_WAIT CONDITION_WAKE=EPERM "
          "CONDITION_WAIT@ CONDITION_WAKE=ETIMEDOUT "
          "CONDITION_WAIT@ CONDITION_WAKE=ETIMEDOUT "
          "CONDITION_WAIT@ CONDITION_WAKE=EINVAL "
          "CONDITION_WAIT@ CONDITION_WAKE=EINVAL "
          "SIGNAL BROADCAST CONDITION_DESTROY");
    ck_assert(!waits(0));
}
END_TEST

static void unlock_cancelled(void *unused)
{
    (void)unused;
    waits_in_handler = waits(self.number);
    pthread_mutex_unlock(&mutex);
}

static int wait_until_cancelled(void)
{
    pthread_cleanup_push(unlock_cancelled, NULL);
    pthread_mutex_lock(&mutex);
    pthread_cond_wait(&condition, &mutex);
    pthread_cleanup_pop(0);
    return 0;
}

START_TEST(condition_cancelled)
{
    struct other other;
    void *result;

    make_condition();
    begin(&other, wait_until_cancelled);
    await_asleep(other.number);
    ck_assert_int_eq(pthread_cancel(other.thread), 0);
    ck_assert_int_eq(pthread_join(other.thread, &result), 0);
    ck_assert_ptr_eq(result, PTHREAD_CANCELED);
    ck_assert(!waits_in_handler);
    ck_assert_str_eq(story(other.number, 0),
                     "BEGIN LOCK CONDITION_WAIT CONDITION_WAKE=ECANCELED "
                     "UNLOCK THREAD_END");
    ck_assert_uint_eq(trace_actor(trace, other.number)->state,
                      ACTOR_ENDED);
}
END_TEST

/* -- barriers and once ------------------------------------------------ */

static pthread_barrier_t barrier;

static int arrive(void)
{
    return pthread_barrier_wait(&barrier);
}

START_TEST(barrier_meets)
{
    struct other other;

    start();
    RETURNS(EINVAL, pthread_barrier_init(&barrier, NULL, 0));
    RETURNS(0, pthread_barrier_init(&barrier, NULL, 2));
    begin(&other, arrive);
    interrupt(other.number);
    RETURNS(PTHREAD_BARRIER_SERIAL_THREAD, arrive());
    ck_assert(!waits(0));
    finish(&other, 0, UNTOUCHED);
    RETURNS(0, pthread_barrier_destroy(&barrier));
    STORY(other.number, &barrier, "BARRIER_ARRIVE BARRIER_LEAVE");
    STORY(0, &barrier,
          "BARRIER_INIT=EINVAL BARRIER_INIT BARRIER_ARRIVE BARRIER_LEAVE "
          "BARRIER_DESTROY");
    ck_assert_int_eq(event_of(KIND_BARRIER_INIT, 1)->value, 2);
    ck_assert_uint_lt(find(KIND_BARRIER_ARRIVE, 1),
                      find(KIND_BARRIER_LEAVE, 0));
    for (int i = 0; i < 2; i++) {
        const struct event *event = event_of(KIND_BARRIER_LEAVE, i);

        ck_assert_int_eq(event->value, event->actor == 0);
    }
}
END_TEST

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_once_t inner = PTHREAD_ONCE_INIT;
static int made;

static void make_inner(void)
{
    made++;
}

static void make(void)
{
    made++;
    pthread_once(&inner, make_inner);
    if (process_has_threads) /* until the other waits for us */
        pthread_mutex_lock(&mutex);
}

static int pass(void)
{
    return pthread_once(&once, make);
}

START_TEST(once_alone)
{
    start();
    RETURNS(0, pass());
    RETURNS(0, pass());
    ck_assert_int_eq(made, 2);
    STORY(0, &once, "ONCE ONCE");
    STORY(0, &inner, "ONCE");
    ck_assert_int_eq(event_of(KIND_ONCE, 0)->value, 1);
    ck_assert_int_eq(event_of(KIND_ONCE, 1)->value, 1);
    ck_assert_int_eq(event_of(KIND_ONCE, 2)->value, 0);
    ck_assert_uint_eq(event_of(KIND_ONCE, 0)->object, object_of(&inner));
}
END_TEST

START_TEST(once_together)
{
    struct other runner, waiter;

    start();
    RETURNS(0, pthread_mutex_init(&mutex, NULL));
    RETURNS(0, pthread_mutex_lock(&mutex));
    begin(&runner, pass);
    await_asleep(runner.number);
    begin(&waiter, pass);
    interrupt(waiter.number);
    RETURNS(0, pthread_mutex_unlock(&mutex));
    finish(&runner, 0, UNTOUCHED);
    finish(&waiter, 0, UNTOUCHED);
    ck_assert_int_eq(made, 2);
    STORY(runner.number, &once, "ONCE");
    STORY(waiter.number, &once, "WAIT(ONCE) ONCE~");
    ck_assert_uint_eq(event_of(KIND_ONCE, 1)->actor, runner.number);
    ck_assert_int_eq(event_of(KIND_ONCE, 1)->value, 1);
    ck_assert_int_eq(event_of(KIND_ONCE, 2)->value, 0);
}
END_TEST

static TCase *meetings(void)
{
    TCase *meetings = tcase_create("conditions, barriers, once");

    tcase_add_loop_test(meetings, condition_wakes, 0, CONDITION_WAITS);
    tcase_add_test(meetings, condition_fails);
    tcase_add_test(meetings, condition_cancelled);
    tcase_add_test(meetings, barrier_meets);
    tcase_add_test(meetings, once_alone);
    tcase_add_test(meetings, once_together);
    return meetings;
}

int main(void)
{
    Suite *suite = suite_create("intercept: conditions");
    SRunner *runner;
    int failures;

    suite_add_tcase(suite, meetings());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
