/*
 * check_intercept_locks.c - the wrappers of mutexes, read-write locks and
 * spin locks: what each returns, errno, and what it records.
 */
#define _GNU_SOURCE /* actors.h, and the calls beyond POSIX */
#include "actors.h"

/* -- mutexes ---------------------------------------------------------- */

static int lock(void)
{
    return pthread_mutex_lock(&mutex);
}

static int timedlock_far(void)
{
    return pthread_mutex_timedlock(&mutex, &far) ||
           pthread_mutex_unlock(&mutex);
}

static int clocklock_far(void)
{
    return pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &far) ||
           pthread_mutex_unlock(&mutex);
}

static int timedlock_gone(void)
{
    return pthread_mutex_timedlock(&mutex, &gone);
}

static int clocklock_gone(void)
{
    return pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &gone);
}

static int timedlock_wrong(void)
{
    return pthread_mutex_timedlock(&mutex, &wrong);
}

static int trylock(void)
{
    return pthread_mutex_trylock(&mutex);
}

static int unlock(void)
{
    return pthread_mutex_unlock(&mutex);
}

START_TEST(mutex_uncontended)
{
    start();
    RETURNS(0, pthread_mutex_init(&mutex, NULL));
    RETURNS(0, pthread_mutex_lock(&mutex));
    RETURNS(0, pthread_mutex_unlock(&mutex));
    RETURNS(0, pthread_mutex_trylock(&mutex));
    RETURNS(EBUSY, pthread_mutex_trylock(&mutex));
    RETURNS(EBUSY, pthread_mutex_destroy(&mutex));
    RETURNS(0, pthread_mutex_unlock(&mutex));
    RETURNS(0, timedlock_far());
    RETURNS(0, clocklock_far());
    RETURNS(EINVAL, pthread_mutex_clocklock(&mutex, BAD_CLOCK, &far));
    RETURNS(0, pthread_mutex_destroy(&mutex));
    STORY(0, &mutex,
          "LOCK_INIT LOCK UNLOCK LOCK? LOCK?=EBUSY LOCK_DESTROY=EBUSY "
          "UNLOCK LOCK UNLOCK LOCK UNLOCK LOCK=EINVAL LOCK_DESTROY");
    ck_assert_int_eq(event_of(KIND_LOCK_INIT, 0)->value, LOCK_NORMAL);
}
END_TEST

START_TEST(mutex_checked)
{
    start();
    make_mutex(PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, 0);
    RETURNS(EPERM, pthread_mutex_unlock(&mutex));
    RETURNS(0, pthread_mutex_lock(&mutex));
    RETURNS(EDEADLK, pthread_mutex_lock(&mutex));
    RETURNS(EDEADLK, pthread_mutex_timedlock(&mutex, &far));
    RETURNS(EBUSY, pthread_mutex_trylock(&mutex));
    STORY(let_other(unlock, EPERM), &mutex, "UNLOCK=EPERM");
    STORY(0, &mutex,
          "LOCK_INIT UNLOCK=EPERM LOCK LOCK=EDEADLK LOCK=EDEADLK "
          "LOCK?=EBUSY");
    ck_assert_int_eq(event_of(KIND_LOCK_INIT, 0)->value, LOCK_ERRORCHECK);
}
END_TEST

START_TEST(mutex_recursive)
{
    start();
    make_mutex(PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, 0);
    RETURNS(0, pthread_mutex_lock(&mutex));
    RETURNS(0, pthread_mutex_lock(&mutex));
    RETURNS(0, pthread_mutex_unlock(&mutex));
    STORY(let_other(trylock, EBUSY), &mutex, "LOCK?=EBUSY");
    STORY(0, &mutex, "LOCK_INIT LOCK LOCK UNLOCK");
    ck_assert_int_eq(event_of(KIND_LOCK_INIT, 0)->value, LOCK_RECURSIVE);
}
END_TEST

/* A held mutex is waited for; a signal does not end that. */
static const struct {
    int (*call)(void);
    int protocol;
    const char *story;
} mutex_waits[] = {
    {lock_and_unlock, PTHREAD_PRIO_NONE, "WAIT(LOCK) LOCK~ UNLOCK"},
    {timedlock_far, PTHREAD_PRIO_NONE, "WAIT(LOCK)@ LOCK~ UNLOCK"},
    {clocklock_far, PTHREAD_PRIO_NONE, "WAIT(LOCK)@ LOCK~ UNLOCK"},
    {lock_and_unlock, PTHREAD_PRIO_INHERIT, "WAIT(LOCK) LOCK~ UNLOCK"},
    {timedlock_far, PTHREAD_PRIO_INHERIT, "WAIT(LOCK)@ LOCK~ UNLOCK"},
};
#define MUTEX_WAITS (sizeof mutex_waits / sizeof mutex_waits[0])

START_TEST(mutex_contended)
{
    struct other other;

    start();
    make_mutex(PTHREAD_MUTEX_NORMAL, mutex_waits[_i].protocol, 0);
    RETURNS(0, pthread_mutex_lock(&mutex));
    begin(&other, mutex_waits[_i].call);
    interrupt(other.number);
    RETURNS(0, pthread_mutex_unlock(&mutex));
    finish(&other, 0, UNTOUCHED);
    STORY(other.number, &mutex, mutex_waits[_i].story);
    ck_assert_uint_lt(find(KIND_UNLOCK, 0), find(KIND_LOCK, 1));
    ck_assert_uint_eq(trace_actor(trace, other.number)->wait,
                      find(KIND_WAIT, 0));
}
END_TEST

START_TEST(mutex_timeout)
{
    start();
    make_mutex(PTHREAD_MUTEX_NORMAL,
               _i ? PTHREAD_PRIO_INHERIT : PTHREAD_PRIO_NONE, 0);
    RETURNS(0, pthread_mutex_lock(&mutex));
    STORY(let_other(timedlock_gone, ETIMEDOUT), &mutex,
          "WAIT(LOCK)@ LOCK~=ETIMEDOUT");
    if (_i == 0) /* the kernel does not inherit by that clock */
        STORY(let_other(clocklock_gone, ETIMEDOUT), &mutex,
              "WAIT(LOCK)@ LOCK~=ETIMEDOUT");
    STORY(let_other(timedlock_wrong, EINVAL), &mutex, "LOCK=EINVAL");
    RETURNS(ETIMEDOUT, pthread_mutex_timedlock(&mutex, &gone));
}
END_TEST

START_TEST(mutex_robust)
{
    start();
    make_mutex(PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE,
               PTHREAD_MUTEX_ROBUST);
    STORY(let_other(lock, 0), &mutex, "LOCK");
    RETURNS(EOWNERDEAD, pthread_mutex_lock(&mutex));
    RETURNS(0, pthread_mutex_unlock(&mutex));
    RETURNS(ENOTRECOVERABLE, pthread_mutex_lock(&mutex));
    STORY(0, &mutex,
          "LOCK_INIT LOCK=EOWNERDEAD UNLOCK LOCK=ENOTRECOVERABLE");
}
END_TEST

/* -- read-write locks ------------------------------------------------- */

static pthread_rwlock_t rwlock;

static int read_lock(void)
{
    return pthread_rwlock_rdlock(&rwlock) || pthread_rwlock_unlock(&rwlock);
}

static int read_far(void)
{
    return pthread_rwlock_timedrdlock(&rwlock, &far) ||
           pthread_rwlock_unlock(&rwlock);
}

static int read_clock_far(void)
{
    return pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &far) ||
           pthread_rwlock_unlock(&rwlock);
}

static int write_lock(void)
{
    return pthread_rwlock_wrlock(&rwlock) || pthread_rwlock_unlock(&rwlock);
}

static int write_far(void)
{
    return pthread_rwlock_timedwrlock(&rwlock, &far) ||
           pthread_rwlock_unlock(&rwlock);
}

static int write_clock_far(void)
{
    return pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &far) ||
           pthread_rwlock_unlock(&rwlock);
}

static int read_gone(void)
{
    return pthread_rwlock_timedrdlock(&rwlock, &gone);
}

static int write_gone(void)
{
    return pthread_rwlock_timedwrlock(&rwlock, &gone);
}

static int try_read(void)
{
    return pthread_rwlock_tryrdlock(&rwlock);
}

static int try_write(void)
{
    return pthread_rwlock_trywrlock(&rwlock);
}

START_TEST(rwlock_uncontended)
{
    start();
    RETURNS(0, pthread_rwlock_init(&rwlock, NULL));
    RETURNS(0, read_lock());
    RETURNS(0, read_far());
    RETURNS(0, read_clock_far());
    RETURNS(0, write_lock());
    RETURNS(0, write_far());
    RETURNS(0, write_clock_far());
    RETURNS(0, pthread_rwlock_tryrdlock(&rwlock));
    RETURNS(0, pthread_rwlock_rdlock(&rwlock));
    RETURNS(0, pthread_rwlock_unlock(&rwlock));
    RETURNS(EBUSY, pthread_rwlock_trywrlock(&rwlock));
    RETURNS(0, pthread_rwlock_unlock(&rwlock));
    RETURNS(0, pthread_rwlock_trywrlock(&rwlock));
    RETURNS(EBUSY, pthread_rwlock_tryrdlock(&rwlock));
    RETURNS(EDEADLK, pthread_rwlock_rdlock(&rwlock));
    RETURNS(EDEADLK, pthread_rwlock_wrlock(&rwlock));
    RETURNS(0, pthread_rwlock_unlock(&rwlock));
    RETURNS(EINVAL, pthread_rwlock_timedrdlock(&rwlock, &wrong));
    RETURNS(EINVAL, pthread_rwlock_clockwrlock(&rwlock, BAD_CLOCK, &far));
    RETURNS(0, pthread_rwlock_destroy(&rwlock));
    STORY(0, &rwlock,
          "LOCK_INIT READ_LOCK UNLOCK READ_LOCK UNLOCK READ_LOCK UNLOCK "
          "LOCK UNLOCK LOCK UNLOCK LOCK UNLOCK "
          "READ_LOCK? READ_LOCK UNLOCK LOCK?=EBUSY UNLOCK "
          "LOCK? READ_LOCK?=EBUSY READ_LOCK=EDEADLK LOCK=EDEADLK UNLOCK "
          "READ_LOCK=EINVAL LOCK=EINVAL LOCK_DESTROY");
    ck_assert_int_eq(event_of(KIND_LOCK_INIT, 0)->value, LOCK_READ_WRITE);
}
END_TEST

static const struct {
    int (*call)(void);
    int (*held)(pthread_rwlock_t *);
    const char *story;
} rwlock_waits[] = {
    {read_lock, pthread_rwlock_wrlock,
     "WAIT(READ_LOCK) READ_LOCK~ UNLOCK"},
    {read_far, pthread_rwlock_wrlock,
     "WAIT(READ_LOCK)@ READ_LOCK~ UNLOCK"},
    {read_clock_far, pthread_rwlock_wrlock,
     "WAIT(READ_LOCK)@ READ_LOCK~ UNLOCK"},
    {write_lock, pthread_rwlock_rdlock, "WAIT(LOCK) LOCK~ UNLOCK"},
    {write_far, pthread_rwlock_wrlock, "WAIT(LOCK)@ LOCK~ UNLOCK"},
    {write_clock_far, pthread_rwlock_rdlock, "WAIT(LOCK)@ LOCK~ UNLOCK"},
};
#define RWLOCK_WAITS (sizeof rwlock_waits / sizeof rwlock_waits[0])

START_TEST(rwlock_contended)
{
    struct other other;

    start();
    RETURNS(0, pthread_rwlock_init(&rwlock, NULL));
    RETURNS(0, rwlock_waits[_i].held(&rwlock));
    begin(&other, rwlock_waits[_i].call);
    interrupt(other.number);
    RETURNS(0, pthread_rwlock_unlock(&rwlock));
    finish(&other, 0, UNTOUCHED);
    STORY(other.number, &rwlock, rwlock_waits[_i].story);
}
END_TEST

START_TEST(rwlock_timeout)
{
    start();
    RETURNS(0, pthread_rwlock_init(&rwlock, NULL));
    RETURNS(0, pthread_rwlock_wrlock(&rwlock));
    STORY(let_other(read_gone, ETIMEDOUT), &rwlock,
          "WAIT(READ_LOCK)@ READ_LOCK~=ETIMEDOUT");
    STORY(let_other(write_gone, ETIMEDOUT), &rwlock,
          "WAIT(LOCK)@ LOCK~=ETIMEDOUT");
    STORY(let_other(try_read, EBUSY), &rwlock, "READ_LOCK?=EBUSY");
    STORY(let_other(try_write, EBUSY), &rwlock, "LOCK?=EBUSY");
}
END_TEST

/* -- spin locks ------------------------------------------------------- */

static pthread_spinlock_t spin;

static int spin_lock(void)
{
    return pthread_spin_lock(&spin) || pthread_spin_unlock(&spin);
}

START_TEST(spin_locks)
{
    struct other other;

    start();
    RETURNS(0, pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
    RETURNS(0, pthread_spin_trylock(&spin));
    RETURNS(EBUSY, pthread_spin_trylock(&spin));
    begin(&other, spin_lock);
    await_state(other.number, ACTOR_WAITING);
    RETURNS(0, pthread_spin_unlock(&spin));
    finish(&other, 0, UNTOUCHED);
    RETURNS(0, spin_lock());
    RETURNS(0, pthread_spin_destroy(&spin));
    STORY(0, &spin,
          "LOCK_INIT LOCK? LOCK?=EBUSY UNLOCK LOCK UNLOCK LOCK_DESTROY");
    STORY(other.number, &spin, "WAIT(LOCK) LOCK~ UNLOCK");
    ck_assert_int_eq(event_of(KIND_LOCK_INIT, 0)->value, LOCK_SPIN);
}
END_TEST

static TCase *locks(void)
{
    TCase *locks = tcase_create("locks");

    tcase_add_test(locks, mutex_uncontended);
    tcase_add_test(locks, mutex_checked);
    tcase_add_test(locks, mutex_recursive);
    tcase_add_loop_test(locks, mutex_contended, 0, MUTEX_WAITS);
    tcase_add_loop_test(locks, mutex_timeout, 0, 2);
    tcase_add_test(locks, mutex_robust);
    tcase_add_test(locks, rwlock_uncontended);
    tcase_add_loop_test(locks, rwlock_contended, 0, RWLOCK_WAITS);
    tcase_add_test(locks, rwlock_timeout);
    tcase_add_test(locks, spin_locks);
    return locks;
}

int main(void)
{
    Suite *suite = suite_create("intercept: locks");
    SRunner *runner;
    int failures;

    suite_add_tcase(suite, locks());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
