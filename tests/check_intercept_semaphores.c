/*
 * check_intercept_semaphores.c - the wrappers of semaphores, unnamed and
 * named: what each returns, errno, and what it records.
 */
#define _GNU_SOURCE /* actors.h, and the calls beyond POSIX */
#include "actors.h"

/* -- semaphores ------------------------------------------------------- */

static int take_unit_far(void)
{
    return sem_timedwait(&semaphore, &far);
}

static int take_unit_clock_far(void)
{
    return sem_clockwait(&semaphore, CLOCK_MONOTONIC, &far);
}

START_TEST(semaphore_uncontended)
{
    int value = -1;

    make_semaphore(3);
    RETURNS(0, sem_wait(&semaphore));
    RETURNS(0, sem_timedwait(&semaphore, &gone));
    RETURNS(0, sem_clockwait(&semaphore, CLOCK_MONOTONIC, &gone));
    RETURNS(0, sem_post(&semaphore));
    RETURNS(0, sem_getvalue(&semaphore, &value));
    ck_assert_int_eq(value, 1);
    RETURNS(0, sem_trywait(&semaphore));
    FAILS(EAGAIN, sem_trywait(&semaphore));
    RETURNS(0, sem_destroy(&semaphore));
    STORY(0, &semaphore,
          "SEMAPHORE_INIT SEMAPHORE_WAIT SEMAPHORE_WAIT SEMAPHORE_WAIT "
          "SEMAPHORE_POST SEMAPHORE_VALUE SEMAPHORE_WAIT? "
          "SEMAPHORE_WAIT?=EAGAIN SEMAPHORE_DESTROY");
    ck_assert_int_eq(event_of(KIND_SEMAPHORE_INIT, 0)->value, 3);
    ck_assert_int_eq(event_of(KIND_SEMAPHORE_VALUE, 0)->value, 1);
}
END_TEST

START_TEST(semaphore_fails)
{
    make_semaphore(0);
    FAILS(EINVAL, sem_timedwait(&semaphore, &wrong));
    FAILS(EINVAL, sem_clockwait(&semaphore, BAD_CLOCK, &far));
    FAILS(ETIMEDOUT, sem_timedwait(&semaphore, &gone));
    FAILS(ETIMEDOUT, sem_clockwait(&semaphore, CLOCK_MONOTONIC, &gone));
    STORY(0, &semaphore,
          "SEMAPHORE_INIT SEMAPHORE_WAIT=EINVAL SEMAPHORE_WAIT=EINVAL "
          "WAIT(SEMAPHORE_WAIT)@ SEMAPHORE_WAIT~=ETIMEDOUT "
          "WAIT(SEMAPHORE_WAIT)@ SEMAPHORE_WAIT~=ETIMEDOUT");
    FAILS(EINVAL, sem_init(&semaphore, 0, SEM_VALUE_MAX + 1u));
    RETURNS(0, sem_init(&semaphore, 0, SEM_VALUE_MAX));
    FAILS(EOVERFLOW, sem_post(&semaphore));
    ck_assert_int_eq(event_of(KIND_SEMAPHORE_INIT, 1)->error, EINVAL);
    ck_assert_int_eq(event_of(KIND_SEMAPHORE_POST, 0)->error, EOVERFLOW);
}
END_TEST

static const struct {
    int (*call)(void);
    const char *story;
    const char *interrupted;
} semaphore_waits[] = {
    {take_unit, "WAIT(SEMAPHORE_WAIT) SEMAPHORE_WAIT~",
     "WAIT(SEMAPHORE_WAIT) SEMAPHORE_WAIT~=EINTR"},
    {take_unit_far, "WAIT(SEMAPHORE_WAIT)@ SEMAPHORE_WAIT~",
     "WAIT(SEMAPHORE_WAIT)@ SEMAPHORE_WAIT~=EINTR"},
    {take_unit_clock_far, "WAIT(SEMAPHORE_WAIT)@ SEMAPHORE_WAIT~",
     "WAIT(SEMAPHORE_WAIT)@ SEMAPHORE_WAIT~=EINTR"},
};
#define SEMAPHORE_WAITS \
    (sizeof semaphore_waits / sizeof semaphore_waits[0])

START_TEST(semaphore_contended)
{
    struct other other;

    make_semaphore(0);
    begin(&other, semaphore_waits[_i].call);
    await_asleep(other.number);
    RETURNS(0, sem_post(&semaphore));
    finish(&other, 0, UNTOUCHED);
    STORY(other.number, &semaphore, semaphore_waits[_i].story);
    ck_assert_uint_lt(find(KIND_SEMAPHORE_POST, 0),
                      find(KIND_SEMAPHORE_WAIT, 0));
}
END_TEST

START_TEST(semaphore_interrupted)
{
    struct other other;

    make_semaphore(0);
    begin(&other, semaphore_waits[_i].call);
    interrupt(other.number);
    finish(&other, -1, EINTR);
    STORY(other.number, &semaphore, semaphore_waits[_i].interrupted);
}
END_TEST

static int take_until_cancelled(void)
{
    pthread_cleanup_push(note_waiting, NULL);
    sem_wait(&semaphore);
    pthread_cleanup_pop(0);
    return 0;
}

START_TEST(semaphore_cancelled)
{
    struct other other;
    void *result;

    make_semaphore(_i == 0 ? 0 : 1);
    begin(&other, take_until_cancelled);
    if (_i == 0) {
        await_asleep(other.number);
        waits_in_handler = true;
        pthread_cancel(other.thread);
        ck_assert_int_eq(pthread_join(other.thread, &result), 0);
        ck_assert_ptr_eq(result, PTHREAD_CANCELED);
        ck_assert(!waits_in_handler);
        ck_assert_str_eq(story(other.number, 0),
                         "BEGIN WAIT(SEMAPHORE_WAIT) THREAD_END");
    } else {
        finish(&other, 0, UNTOUCHED);
    }
}
END_TEST

/* sem_wait sees a cancellation even where it need not wait. */
static int cancel_itself(void)
{
    pthread_cancel(pthread_self());
    sem_wait(&semaphore);
    return 0;
}

START_TEST(semaphore_cancelled_at_once)
{
    struct other other;
    void *result;
    int value;

    make_semaphore(1);
    begin(&other, cancel_itself);
    ck_assert_int_eq(pthread_join(other.thread, &result), 0);
    ck_assert_ptr_eq(result, PTHREAD_CANCELED);
    sem_getvalue(&semaphore, &value);
    ck_assert_int_eq(value, 1);
}
END_TEST

static const char *semaphore_name(void)
{
    static char name[64];

    if (name[0] == '\0')
        snprintf(name, sizeof name, "/interleavings-check-%d",
                 (int)getpid());
    return name;
}

#define OPENS(semaphore, call)                        \
    do {                                              \
        errno = UNTOUCHED;                            \
        (semaphore) = (call);                         \
        ck_assert_int_eq(errno, UNTOUCHED);           \
        ck_assert_ptr_ne((semaphore), SEM_FAILED);    \
    } while (0)

START_TEST(semaphore_named)
{
    const char *name = semaphore_name();
    sem_t *made_here, *again;
    uint64_t key;

    start();
    OPENS(made_here, sem_open(name, O_CREAT, 0600, 2));
    key = object_of(made_here);
    ck_assert_int_eq(object_class(key), OBJECT_SHARED);
    RETURNS(0, sem_wait(made_here));
    OPENS(again, sem_open(name, O_CREAT, 0600, SEM_VALUE_MAX + 1u));
    ck_assert_ptr_eq(again, made_here);
    RETURNS(0, sem_close(again));
    RETURNS(0, sem_post(made_here));
    OPENS(again, sem_open(name, 0));
    RETURNS(0, sem_close(again));
    RETURNS(0, sem_unlink(name));
    FAILS(ENOENT, sem_unlink(name));
    ck_assert(object_is_shared(made_here));
    RETURNS(0, sem_close(made_here));
    ck_assert(!object_is_shared(made_here));
    ck_assert_str_eq(story(0, key),
                     "SEMAPHORE_INIT SEMAPHORE_WAIT SEMAPHORE_OPEN "
                     "SEMAPHORE_CLOSE SEMAPHORE_POST SEMAPHORE_OPEN "
                     "SEMAPHORE_CLOSE SEMAPHORE_UNLINK SEMAPHORE_CLOSE");
    ck_assert_int_eq(event_of(KIND_SEMAPHORE_INIT, 0)->value, 2);
    ck_assert_int_eq(event_of(KIND_SEMAPHORE_OPEN, 0)->value, 1);
    ck_assert_int_eq(event_of(KIND_SEMAPHORE_OPEN, 1)->value, 2);
    ck_assert_str_eq(
        trace_text(trace, event_of(KIND_OBJECT_NAME, 0)->text), name);
    ck_assert_uint_eq(event_of(KIND_OBJECT_NAME, 0)->object, key);
}
END_TEST

START_TEST(semaphore_named_fails)
{
    const char *name = semaphore_name();
    sem_t *made_here;

    start();
    ck_assert_ptr_eq(sem_open(name, 0), SEM_FAILED);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_ptr_eq(sem_open("/", O_CREAT, 0600, 1), SEM_FAILED);
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_ptr_eq(sem_open(name, O_CREAT, 0600, SEM_VALUE_MAX + 1u),
                     SEM_FAILED);
    ck_assert_int_eq(errno, EINVAL);
    OPENS(made_here, sem_open(name, O_CREAT | O_EXCL, 0600, 0));
    ck_assert_ptr_eq(sem_open(name, O_CREAT | O_EXCL, 0600, 0),
                     SEM_FAILED);
    ck_assert_int_eq(errno, EEXIST);
    RETURNS(0, sem_unlink(name));
    RETURNS(0, sem_close(made_here));
    ck_assert_str_eq(story(0, 0),
                     "BEGIN SEMAPHORE_OPEN=ENOENT SEMAPHORE_OPEN=EINVAL "
                     "SEMAPHORE_OPEN=EINVAL SEMAPHORE_INIT "
                     "SEMAPHORE_OPEN=EEXIST SEMAPHORE_UNLINK "
                     "SEMAPHORE_CLOSE");
}
END_TEST

/* Two processes that open the same name speak of the same object. */
START_TEST(semaphore_named_in_two_processes)
{
    const char *name = semaphore_name();
    sem_t *here;
    int status;
    pid_t child;

    start();
    child = fork();
    ck_assert_int_ne(child, -1);
    OPENS(here, sem_open(name, O_CREAT, 0600, 0));
    if (child == 0) {
        sem_post(here);
        _exit(0);
    }
    while (sem_wait(here) < 0)
        ck_assert_int_eq(errno, EINTR);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    RETURNS(0, sem_unlink(name));
    ck_assert_uint_eq(event_of(KIND_SEMAPHORE_INIT, 0)->object,
                      event_of(KIND_SEMAPHORE_OPEN, 0)->object);
    ck_assert_uint_eq(event_of(KIND_SEMAPHORE_POST, 0)->object,
                      event_of(KIND_SEMAPHORE_WAIT, 0)->object);
}
END_TEST

static TCase *semaphores(void)
{
    TCase *units = tcase_create("semaphores");

    tcase_add_test(units, semaphore_uncontended);
    tcase_add_test(units, semaphore_fails);
    tcase_add_loop_test(units, semaphore_contended, 0, SEMAPHORE_WAITS);
    tcase_add_loop_test(units, semaphore_interrupted, 0, SEMAPHORE_WAITS);
    tcase_add_loop_test(units, semaphore_cancelled, 0, 2);
    tcase_add_test(units, semaphore_cancelled_at_once);
    tcase_add_test(units, semaphore_named);
    tcase_add_test(units, semaphore_named_fails);
    tcase_add_test(units, semaphore_named_in_two_processes);
    return units;
}

int main(void)
{
    Suite *suite = suite_create("intercept: semaphores");
    SRunner *runner;
    int failures;

    suite_add_tcase(suite, semaphores());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
