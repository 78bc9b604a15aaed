/*
 * check_intercept_threads.c - the wrappers of threads, of time and of the
 * heap: what each returns, errno, and what it records.
 */
#define _GNU_SOURCE /* actors.h, and the calls beyond POSIX */
#include "actors.h"

/* -- time ------------------------------------------------------------- */

static const struct timespec moment = {.tv_nsec = 1000};
static const struct timespec age = {.tv_sec = 1000};

START_TEST(sleep_whole)
{
    static const int64_t asked[] = {0, 2000, 1000, 1000, 0};

    start();
    RETURNS(0, (int)sleep(0));
    RETURNS(0, usleep(2));
    RETURNS(0, nanosleep(&moment, NULL));
    RETURNS(0, clock_nanosleep(CLOCK_MONOTONIC, 0, &moment, NULL));
    RETURNS(0, clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &gone,
                               NULL));
    RETURNS(0, sched_yield());
    ck_assert_str_eq(story(0, 0),
                     "BEGIN SLEEP@ SLEEP_END SLEEP@ SLEEP_END "
                     "SLEEP@ SLEEP_END SLEEP@ SLEEP_END "
                     "SLEEP@ SLEEP_END YIELD");
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(event_of(KIND_SLEEP, i)->value, asked[i]);
    ck_assert_uint_eq(event_of(KIND_SLEEP, 0)->object,
                      object_key(OBJECT_TIME, 0));
}
END_TEST

START_TEST(sleep_fails)
{
    start();
    FAILS(EINVAL, nanosleep(&wrong, NULL));
    RETURNS(EINVAL, clock_nanosleep(CLOCK_MONOTONIC, 0, &wrong, NULL));
    ck_assert_str_eq(
        story(0, 0),
        "BEGIN SLEEP@ SLEEP_END=EINVAL SLEEP@ SLEEP_END=EINVAL");
    ck_assert(!waits(0));
}
END_TEST

static struct timespec left;

static int sleep_age(void)
{
    unsigned seconds = sleep(1000);

    ck_assert_int_eq(errno, EINTR);
    ck_assert_uint_ge(seconds, 900);
    ck_assert_uint_lt(seconds, 1000);
    return 0;
}

static int usleep_age(void)
{
    FAILS(EINTR, usleep(1000000000));
    return 0;
}

static int nanosleep_age(void)
{
    FAILS(EINTR, nanosleep(&age, &left));
    ck_assert_int_ge(left.tv_sec, 900);
    return 0;
}

static int clock_nanosleep_age(void)
{
    RETURNS(EINTR, clock_nanosleep(CLOCK_MONOTONIC, 0, &age, &left));
    ck_assert_int_ge(left.tv_sec, 900);
    return 0;
}

static int (*const sleeps[])(void) = {sleep_age, usleep_age, nanosleep_age,
                                      clock_nanosleep_age};
#define SLEEPS (sizeof sleeps / sizeof sleeps[0])

START_TEST(sleep_interrupted)
{
    start();
    expect_interruption();
    ck_assert_int_eq(sleeps[_i](), 0);
    interrupted();
    ck_assert_str_eq(story(0, 0), "BEGIN SLEEP@ SLEEP_END=EINTR");
    ck_assert_int_eq(event_of(KIND_SLEEP, 0)->value, 1000000000000);
    ck_assert(!waits(0));
}
END_TEST

static int sleep_until_cancelled(void)
{
    pthread_cleanup_push(note_waiting, NULL);
    sleep(1000);
    pthread_cleanup_pop(0);
    return 0;
}

START_TEST(sleep_cancelled)
{
    struct other other;

    start();
    begin(&other, sleep_until_cancelled);
    await_asleep(other.number);
    waits_in_handler = true;
    ck_assert_int_eq(pthread_cancel(other.thread), 0);
    ck_assert_int_eq(pthread_join(other.thread, NULL), 0);
    ck_assert(!waits_in_handler);
    ck_assert_str_eq(story(other.number, 0),
                     "BEGIN SLEEP@ SLEEP_END=ECANCELED THREAD_END");
}
END_TEST

/* -- threads ---------------------------------------------------------- */

static void *echo(void *argument)
{
    return argument;
}

START_TEST(thread_lives)
{
    pthread_t thread;
    int word;
    void *result;
    struct actor *actor;
    const struct event *birth;

    start();
    RETURNS(0, pthread_create(&thread, NULL, echo, &word));
    RETURNS(0, pthread_join(thread, &result));
    ck_assert_ptr_eq(result, &word);
    actor = trace_actor(trace, 1);
    ck_assert_uint_eq(actor->parent, 0);
    ck_assert_uint_eq(actor->process, 0);
    ck_assert_uint_eq(actor->routine, (uint64_t)(uintptr_t)echo);
    ck_assert_uint_eq(actor->argument, (uint64_t)(uintptr_t)&word);
    ck_assert_uint_eq(actor->start, (uint64_t)(uintptr_t)echo + 1);
    ck_assert_uint_eq(actor->state, ACTOR_ENDED);
    ck_assert_str_eq(story(1, 0), "BEGIN THREAD_END");
    birth = event_of(KIND_THREAD_CREATE, 0);
    ck_assert_uint_eq(birth->object, object_key(OBJECT_ACTOR, 1));
    ck_assert_int_eq(birth->value, actor->tid);
    ck_assert_uint_eq(event_of(KIND_JOIN, 0)->object, birth->object);
    ck_assert_uint_lt(find(KIND_THREAD_CREATE, 0), find(KIND_BEGIN, 1));
    ck_assert_uint_lt(find(KIND_THREAD_END, 0), find(KIND_JOIN, 0));
}
END_TEST

START_TEST(thread_not_made)
{
    pthread_attr_t attributes;
    pthread_t thread;

    start();
    pthread_attr_init(&attributes);
    ck_assert_int_eq(
        pthread_attr_setstacksize(&attributes, (size_t)1 << 46), 0);
    ck_assert_int_eq(pthread_create(&thread, &attributes, echo, NULL),
                     EAGAIN);
    ck_assert_str_eq(story(0, 0), "BEGIN THREAD_CREATE=EAGAIN");
    ck_assert_uint_eq(trace_actor(trace, 1)->state, ACTOR_ENDED);
}
END_TEST

static void *hold_until_posted(void *argument)
{
    while (sem_wait(&semaphore) < 0)
        continue;
    return argument;
}

START_TEST(join_waits)
{
    pthread_t thread;
    const uint64_t key = object_key(OBJECT_ACTOR, 1);

    make_semaphore(0);
    RETURNS(0, pthread_create(&thread, NULL, hold_until_posted, NULL));
    RETURNS(EBUSY, pthread_tryjoin_np(thread, NULL));
    RETURNS(ETIMEDOUT, pthread_timedjoin_np(thread, NULL, &gone));
    RETURNS(ETIMEDOUT, pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC,
                                            &gone));
    RETURNS(EDEADLK, pthread_join(pthread_self(), NULL));
    RETURNS(0, sem_post(&semaphore));
    await_gone(1);
    RETURNS(0, pthread_tryjoin_np(thread, NULL));
    ck_assert_str_eq(story(0, key),
                     "THREAD_CREATE JOIN?=EBUSY WAIT(JOIN)@ "
                     "JOIN~=ETIMEDOUT WAIT(JOIN)@ JOIN~=ETIMEDOUT JOIN?");
    ck_assert_str_eq(story(0, object_key(OBJECT_ACTOR, 0)),
                     "JOIN=EDEADLK");
}
END_TEST

static pthread_t joined;

static int join_it(void)
{
    return pthread_join(joined, NULL);
}

START_TEST(join_goes_on)
{
    struct other joiner;
    uint64_t key = object_key(OBJECT_ACTOR, 1);

    make_semaphore(0);
    RETURNS(0, pthread_create(&joined, NULL, hold_until_posted, NULL));
    begin(&joiner, join_it);
    interrupt(joiner.number);
    RETURNS(0, sem_post(&semaphore));
    finish(&joiner, 0, UNTOUCHED);
    ck_assert_str_eq(story(joiner.number, key), "WAIT(JOIN) JOIN~");
}
END_TEST

START_TEST(thread_detached)
{
    pthread_t thread;

    make_semaphore(0);
    RETURNS(0, pthread_create(&thread, NULL, hold_until_posted, NULL));
    RETURNS(0, pthread_detach(thread));
    RETURNS(EINVAL, pthread_detach(thread));
    RETURNS(EINVAL, pthread_join(thread, NULL));
    RETURNS(0, sem_post(&semaphore));
    await_state(1, ACTOR_ENDED);
    ck_assert_str_eq(
        story(0, object_key(OBJECT_ACTOR, 1)),
        "THREAD_CREATE DETACH DETACH=EINVAL JOIN=EINVAL");
}
END_TEST

START_TEST(thread_named)
{
    pthread_t thread;

    make_semaphore(0);
    RETURNS(0, pthread_create(&thread, NULL, hold_until_posted, NULL));
    RETURNS(0, pthread_setname_np(thread, "Alice"));
    RETURNS(0, pthread_setname_np(pthread_self(), "\u592a\u767d"));
    RETURNS(ERANGE, pthread_setname_np(thread, "longer than allowed"));
    RETURNS(0, sem_post(&semaphore));
    RETURNS(0, pthread_join(thread, NULL));
    ck_assert_str_eq(trace_actor_name(trace, 1), "Alice");
    ck_assert_str_eq(trace_actor_name(trace, 0), "\u592a\u767d");
    ck_assert_uint_eq(event_of(KIND_SET_NAME, 0)->object,
                      object_key(OBJECT_ACTOR, 1));
    ck_assert_str_eq(trace_text(trace, event_of(KIND_SET_NAME, 0)->text),
                     "Alice");
    ck_assert_int_eq(event_of(KIND_SET_NAME, 2)->error, ERANGE);
}
END_TEST

START_TEST(thread_signalled)
{
    struct sigaction action = {.sa_handler = on_signal};
    struct other other;
    const struct event *event;

    sigaction(SIGUSR1, &action, NULL);
    make_semaphore(0);
    begin(&other, take_unit);
    await_asleep(other.number);
    RETURNS(EINVAL, pthread_kill(other.thread, 12345));
    RETURNS(0, pthread_kill(other.thread, SIGUSR1));
    finish(&other, -1, EINTR);
    ck_assert_int_eq(event_of(KIND_KILL, 0)->error, EINVAL);
    event = event_of(KIND_KILL, 1);
    ck_assert_uint_eq(event->object, object_key(OBJECT_ACTOR, 1));
    ck_assert_int_eq(event->value, SIGUSR1);
    ck_assert_int_eq(event->error, 0);
}
END_TEST

/* However it ends, what the program does at the end is on record. */
static pthread_key_t key;

static void unlock_last(void *unused)
{
    (void)unused;
    pthread_mutex_unlock(&mutex);
}

static void yield_last(void *unused)
{
    (void)unused;
    sched_yield();
}

static void *end_somehow(void *how)
{
    pthread_setspecific(key, &mutex);
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(yield_last, NULL);
    if (how == echo)
        pthread_exit(how);
    if (how == yield_last)
        pthread_cancel(pthread_self());
    pthread_testcancel();
    pthread_cleanup_pop(1);
    return how;
}

START_TEST(thread_ends)
{
    void *const how[] = {NULL, (void *)echo, (void *)yield_last};
    pthread_t thread;
    void *result;

    start();
    ck_assert_int_eq(pthread_key_create(&key, unlock_last), 0);
    RETURNS(0, pthread_create(&thread, NULL, end_somehow, how[_i]));
    RETURNS(0, pthread_join(thread, &result));
    ck_assert_ptr_eq(result, _i == 2 ? PTHREAD_CANCELED : how[_i]);
    ck_assert_str_eq(story(1, 0), "BEGIN LOCK YIELD UNLOCK THREAD_END");
    ck_assert_uint_eq(trace_actor(trace, 1)->state, ACTOR_ENDED);
    ck_assert((event_of(KIND_THREAD_END, 0)->pc != 0) == (_i == 1));
}
END_TEST

/* Ends the process by hand: a leak checker at exit would miss what the
 * first thread's stack pointed to. */
static void leave(void)
{
    syscall(SYS_exit_group, 0);
}

static void *outlive(void *unused)
{
    await_state(0, ACTOR_ENDED);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    leave();
    return unused;
}

static void leave_last(void *value)
{
    if (!is_actor())
        leave();
    pthread_setspecific(key, value);
}

static void end_first_thread(void *(*other)(void *))
{
    pthread_t thread;

    intercept_start(trace);
    pthread_key_create(&key, leave_last);
    if (other != NULL)
        pthread_create(&thread, NULL, other, NULL);
    else
        pthread_setspecific(key, &key);
    pthread_cleanup_push(yield_last, NULL);
    pthread_exit(NULL);
    pthread_cleanup_pop(0);
}

START_TEST(first_thread_ends)
{
    pid_t child;
    int status;

    trace = trace_create(1 << 16);
    child = fork();
    if (child == 0)
        end_first_thread(outlive);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(story(0, 0), "BEGIN THREAD_CREATE YIELD THREAD_END");
    ck_assert_str_eq(story(1, 0), "BEGIN LOCK UNLOCK");
}
END_TEST

START_TEST(only_thread_ends)
{
    pid_t child;
    int status;

    trace = trace_create(1 << 16);
    child = fork();
    if (child == 0)
        end_first_thread(NULL);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(story(0, 0), "BEGIN YIELD THREAD_END");
}
END_TEST

/* -- the rest --------------------------------------------------------- */

/* Nobody but an actor records anything, and every call still works. */
static void do_nothing(void)
{
}

static int touch_everything(void)
{
    static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
    static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    return lock_and_unlock() || pthread_mutex_trylock(&mutex) ||
           pthread_mutex_timedlock(&mutex, &gone) != ETIMEDOUT ||
           pthread_cond_timedwait(&condition, &mutex, &gone) !=
               ETIMEDOUT ||
           pthread_mutex_unlock(&mutex) ||
           pthread_rwlock_wrlock(&rwlock) ||
           pthread_rwlock_unlock(&rwlock) ||
           pthread_cond_signal(&condition) ||
           pthread_once(&once, do_nothing) || sem_post(&semaphore) ||
           take_unit() || usleep(1) || sched_yield();
}

START_TEST(stranger_passes)
{
    struct other other = {.call = touch_everything};

    trace = trace_create(1 << 16);
    RETURNS(0, pthread_mutex_init(&mutex, NULL));
    RETURNS(0, sem_init(&semaphore, 0, 0));
    FAILS(EAGAIN, sem_trywait(&semaphore));
    FAILS(EINVAL, nanosleep(&wrong, NULL));
    RETURNS(0, pthread_create(&other.thread, NULL, perform, &other));
    RETURNS(EDEADLK, pthread_join(pthread_self(), NULL));
    finish(&other, 0, UNTOUCHED);
    ck_assert_uint_eq(trace_count(trace), 0);
    ck_assert_uint_eq(trace_actor_count(trace), 0);
}
END_TEST

/* The value of a write is read back before the memory goes: this much
 * is unmapped by free. */
void __tsan_write4(const void *address);

START_TEST(heap_flushes)
{
    const size_t large = (size_t)64 << 20;
    volatile int *number;

    start();
    process_has_threads = true;
    number = malloc(large);
    __tsan_write4((void *)number);
    *number = 41;
    number = realloc((void *)number, 2 * large);
    ck_assert_int_eq(event_of(KIND_STORE, 0)->value, 41);
    number = reallocarray((void *)number, 3, large);
    __tsan_write4((void *)number);
    *number = 42;
    free((void *)number);
    ck_assert_int_eq(event_of(KIND_STORE, 1)->value, 42);
    sched_yield();
    free(NULL);
}
END_TEST

static TCase *threads(void)
{
    TCase *threads = tcase_create("threads, time, heap");

    tcase_add_test(threads, sleep_whole);
    tcase_add_test(threads, sleep_fails);
    tcase_add_loop_test(threads, sleep_interrupted, 0, SLEEPS);
    tcase_add_test(threads, sleep_cancelled);
    tcase_add_test(threads, thread_lives);
    tcase_add_test(threads, thread_not_made);
    tcase_add_test(threads, join_waits);
    tcase_add_test(threads, join_goes_on);
    tcase_add_test(threads, thread_detached);
    tcase_add_test(threads, thread_named);
    tcase_add_test(threads, thread_signalled);
    tcase_add_loop_test(threads, thread_ends, 0, 3);
    tcase_add_test(threads, first_thread_ends);
    tcase_add_test(threads, only_thread_ends);
    tcase_add_test(threads, stranger_passes);
    tcase_add_test(threads, heap_flushes);
    return threads;
}

int main(void)
{
    Suite *suite = suite_create("intercept: threads");
    SRunner *runner;
    int failures;

    suite_add_tcase(suite, threads());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
