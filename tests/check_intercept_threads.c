/*
 * check_intercept_threads.c - the wrappers of threads and of what they
 * share: what each returns, errno, and what it records.
 *
 * Check runs each test in a process of its own; start() makes that one
 * the first actor, and the calls below go through the wrappers as those
 * of a chapter do.  A story is what one actor did to one object, in
 * order, one word an event:
 *
 *     LOCK ?          the call never waits      LOCK=EBUSY  its error
 *     LOCK~           it had to wait before     WAIT(LOCK)  to do what
 *     WAIT(LOCK)@     ends by itself in time
 *
 * Nothing here sleeps to let something happen: a thread is known to
 * wait when its actor says so and the kernel says that it is asleep.
 */
#define _GNU_SOURCE /* strerrorname_np, the _np calls */
#include <check.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "intercept/actor.h"
#include "intercept/intercept.h"
#include "intercept/object.h"
#include "intercept/real.h"

int __real_sched_yield(void);
int __real_pthread_kill(pthread_t thread, int number);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *,
                          void *(*routine)(void *), void *argument);
int __real_pthread_join(pthread_t thread, void **result);

#define UNTOUCHED 77 /* an errno that no call gives */

/* Returns `value`, errno untouched. */
#define RETURNS(value, call)                  \
    do {                                      \
        int got_, left_;                      \
        errno = UNTOUCHED;                    \
        got_ = (call);                        \
        left_ = errno;                        \
        ck_assert_int_eq(got_, (value));      \
        ck_assert_int_eq(left_, UNTOUCHED);   \
    } while (0)

/* Returns -1 and sets errno. */
#define FAILS(error, call)                    \
    do {                                      \
        int got_, left_;                      \
        errno = UNTOUCHED;                    \
        got_ = (call);                        \
        left_ = errno;                        \
        ck_assert_int_eq(got_, -1);           \
        ck_assert_int_eq(left_, (error));     \
    } while (0)

#define STORY(actor, what, expected) \
    ck_assert_str_eq(story(actor, object_of(what)), expected)

static struct trace *trace;

static void start(void)
{
    trace = trace_create(1 << 16);
    intercept_start(trace);
}

static pthread_mutex_t mutex;

/* Check, which is linked in, has locks of its own. */
static bool foreign(const struct event *event)
{
    return kind_info[event_kind(event)].group == GROUP_LOCK &&
           event->object != object_key(OBJECT_PRIVATE,
                                       (uint64_t)(uintptr_t)&mutex);
}

static bool tells(const struct event *event)
{
    enum kind_group group = kind_info[event_kind(event)].group;

    return event_kind(event) == KIND_WAIT ||
           (group >= GROUP_LIFE && group <= GROUP_SEMAPHORE) ||
           group == GROUP_TIME || group == GROUP_SIGNAL;
}

static void tell(FILE *out, const struct event *event)
{
    fprintf(out, "%s", kind_info[event_kind(event)].name);
    if (event_kind(event) == KIND_WAIT)
        fprintf(out, "(%s)", kind_info[event->value].name);
    fprintf(out, "%s%s%s%s", event->flags & EVENT_TRY ? "?" : "",
            event->flags & EVENT_WAITED ? "~" : "",
            event->flags & EVENT_TIMED ? "@" : "",
            event->flags & EVENT_OUTSIDE ? "&" : "");
    if (event->error != 0)
        fprintf(out, "=%s", strerrorname_np(event->error));
}

/* What an actor did to the object; to anything if that is 0. */
static const char *story(uint32_t actor, uint64_t object)
{
    static char text[4096];
    FILE *out = fmemopen(text, sizeof text, "w");
    const char *between = "";

    for (uint32_t i = 0; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);

        if (event == NULL || event->actor != actor || !tells(event) ||
            (object == 0 ? foreign(event) : event->object != object))
            continue;
        fputs(between, out);
        tell(out, event);
        between = " ";
    }
    fclose(out);
    return text;
}

/* The nth event of a kind, whoever did it; its index. */
static uint32_t find(enum kind kind, int nth)
{
    for (uint32_t i = 0; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);

        if (event != NULL && event_kind(event) == kind && nth-- == 0)
            return i;
    }
    ck_abort_msg("no such event: %s", kind_info[kind].name);
    return TRACE_NONE;
}

static const struct event *event_of(enum kind kind, int nth)
{
    return trace_read(trace, find(kind, nth));
}

static bool kernel_says_asleep(const struct actor *actor)
{
    char path[64], line[256] = "";
    const char *state;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", actor->pid,
             actor->tid);
    file = fopen(path, "r");
    if (file == NULL)
        return false;
    state = fgets(line, sizeof line, file) == NULL ? NULL
                                                   : strrchr(line, ')');
    fclose(file);
    return state != NULL && state[2] == 'S';
}

static void await_state(uint32_t number, enum actor_state state)
{
    struct actor *actor = trace_actor(trace, number);

    while (atomic_load(&actor->state) != state)
        __real_sched_yield();
}

static bool waits(uint32_t number)
{
    uint32_t state = atomic_load(&trace_actor(trace, number)->state);

    return state >= ACTOR_WAITING && state <= ACTOR_WAITING_OUTSIDE;
}

static void await_asleep(uint32_t number)
{
    while (!waits(number) ||
           !kernel_says_asleep(trace_actor(trace, number)))
        __real_sched_yield();
}

/* The kernel has let go of the thread: it can be joined. */
static void await_gone(uint32_t number)
{
    struct actor *actor = trace_actor(trace, number);
    char path[64];

    await_state(number, ACTOR_ENDED);
    snprintf(path, sizeof path, "/proc/%d/task/%d", actor->pid,
             actor->tid);
    while (access(path, F_OK) == 0)
        __real_sched_yield();
}

/* A signal that ends a wait with EINTR where the call allows it. */
static atomic_int handled;

static void on_signal(int number)
{
    (void)number;
    atomic_fetch_add(&handled, 1);
}

static void interrupt(uint32_t number)
{
    int before = atomic_load(&handled);
    struct sigaction action = {.sa_handler = on_signal};

    sigaction(SIGUSR1, &action, NULL);
    await_asleep(number);
    __real_pthread_kill((pthread_t)trace_actor(trace, number)->thread,
                        SIGUSR1);
    while (atomic_load(&handled) == before)
        __real_sched_yield();
}

/* A second actor makes one call. */
struct other {
    int (*call)(void);
    pthread_t thread;
    uint32_t number;
    int result, error;
};

static void *perform(void *argument)
{
    struct other *other = argument;

    errno = UNTOUCHED;
    other->result = other->call();
    other->error = errno;
    return NULL;
}

static void begin(struct other *other, int (*call)(void))
{
    other->call = call;
    other->number = trace_actor_count(trace);
    ck_assert_int_eq(
        pthread_create(&other->thread, NULL, perform, other), 0);
}

static void finish(struct other *other, int result, int error)
{
    ck_assert_int_eq(pthread_join(other->thread, NULL), 0);
    ck_assert_int_eq(other->result, result);
    ck_assert_int_eq(other->error, error);
}

/* The whole of it, where the call does not need us. */
static uint32_t let_other(int (*call)(void), int result)
{
    struct other other;

    begin(&other, call);
    finish(&other, result, UNTOUCHED);
    return other.number;
}

/* Somebody who is no actor interrupts the test's own thread. */
static pthread_t interrupter;

static void *interrupt_first(void *unused)
{
    interrupt(0);
    return unused;
}

static void expect_interruption(void)
{
    __real_pthread_create(&interrupter, NULL, interrupt_first, NULL);
}

static void interrupted(void)
{
    __real_pthread_join(interrupter, NULL);
}

static const struct timespec gone = {.tv_sec = 1};
static const struct timespec wrong = {.tv_nsec = 1000000000};
static const struct timespec far = {.tv_sec = INT_MAX};

#define BAD_CLOCK CLOCK_PROCESS_CPUTIME_ID

/* -- mutexes ---------------------------------------------------------- */

static void make_mutex(int type, int protocol, int robust)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, type);
    pthread_mutexattr_setprotocol(&attributes, protocol);
    pthread_mutexattr_setrobust(&attributes, robust);
    RETURNS(0, pthread_mutex_init(&mutex, &attributes));
    pthread_mutexattr_destroy(&attributes);
}

static int lock(void)
{
    return pthread_mutex_lock(&mutex);
}

static int lock_and_unlock(void)
{
    return pthread_mutex_lock(&mutex) | pthread_mutex_unlock(&mutex);
}

static int timedlock_far(void)
{
    return pthread_mutex_timedlock(&mutex, &far) |
           pthread_mutex_unlock(&mutex);
}

static int clocklock_far(void)
{
    return pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &far) |
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

/* -- conditions ------------------------------------------------------- */

static pthread_cond_t condition;

static int wait_for_condition(void)
{
    pthread_mutex_lock(&mutex);
    return pthread_cond_wait(&condition, &mutex) |
           pthread_mutex_unlock(&mutex);
}

static int timedwait_far(void)
{
    pthread_mutex_lock(&mutex);
    return pthread_cond_timedwait(&condition, &mutex, &far) |
           pthread_mutex_unlock(&mutex);
}

static int clockwait_far(void)
{
    pthread_mutex_lock(&mutex);
    return pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC,
                                  &far) |
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

static bool waits_in_handler;

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

/* -- read-write locks ------------------------------------------------- */

static pthread_rwlock_t rwlock;

static int read_lock(void)
{
    return pthread_rwlock_rdlock(&rwlock) | pthread_rwlock_unlock(&rwlock);
}

static int read_far(void)
{
    return pthread_rwlock_timedrdlock(&rwlock, &far) |
           pthread_rwlock_unlock(&rwlock);
}

static int read_clock_far(void)
{
    return pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &far) |
           pthread_rwlock_unlock(&rwlock);
}

static int write_lock(void)
{
    return pthread_rwlock_wrlock(&rwlock) | pthread_rwlock_unlock(&rwlock);
}

static int write_far(void)
{
    return pthread_rwlock_timedwrlock(&rwlock, &far) |
           pthread_rwlock_unlock(&rwlock);
}

static int write_clock_far(void)
{
    return pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &far) |
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
    return pthread_spin_lock(&spin) | pthread_spin_unlock(&spin);
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

/* -- semaphores ------------------------------------------------------- */

static sem_t semaphore;

static int take_unit(void)
{
    return sem_wait(&semaphore);
}

static int take_unit_far(void)
{
    return sem_timedwait(&semaphore, &far);
}

static int take_unit_clock_far(void)
{
    return sem_clockwait(&semaphore, CLOCK_MONOTONIC, &far);
}

static void make_semaphore(unsigned units)
{
    start();
    RETURNS(0, sem_init(&semaphore, 0, units));
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

static void note_waiting(void *unused)
{
    (void)unused;
    waits_in_handler = waits(self.number);
}

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
    RETURNS(0, sem_close(made_here));
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
static void *outlive(void *unused)
{
    await_state(0, ACTOR_ENDED);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    syscall(SYS_exit_group, 0);
    return unused;
}

static void end_first_thread(void)
{
    pthread_t thread;

    intercept_start(trace);
    pthread_create(&thread, NULL, outlive, NULL);
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
        end_first_thread();
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_str_eq(story(0, 0), "BEGIN THREAD_CREATE YIELD THREAD_END");
    ck_assert_str_eq(story(1, 0), "BEGIN LOCK UNLOCK");
}
END_TEST

/* -- the rest --------------------------------------------------------- */

/* Nobody but an actor records anything, and every call still works. */
START_TEST(stranger_passes)
{
    struct other other = {.call = lock_and_unlock};
    int value;

    trace = trace_create(1 << 16);
    RETURNS(0, pthread_mutex_init(&mutex, NULL));
    RETURNS(0, lock_and_unlock() | timedlock_far() | clocklock_far());
    RETURNS(0, pthread_rwlock_init(&rwlock, NULL));
    RETURNS(0, read_lock() | read_far() | read_clock_far());
    RETURNS(0, write_lock() | write_far() | write_clock_far());
    RETURNS(0, pthread_spin_init(&spin, 0) | spin_lock());
    RETURNS(0, sem_init(&semaphore, 0, 3));
    RETURNS(0, take_unit() | take_unit_far() | take_unit_clock_far());
    FAILS(EAGAIN, sem_trywait(&semaphore));
    RETURNS(0, sem_post(&semaphore) | sem_getvalue(&semaphore, &value));
    RETURNS(0, pthread_cond_init(&condition, NULL));
    RETURNS(0, pthread_cond_signal(&condition));
    RETURNS(0, pass());
    RETURNS(0, usleep(1) | sched_yield());
    RETURNS(0, pthread_create(&other.thread, NULL, perform, &other));
    RETURNS(0, pthread_join(other.thread, NULL));
    ck_assert_int_eq(other.result, 0);
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
    tcase_add_test(threads, stranger_passes);
    tcase_add_test(threads, heap_flushes);
    return threads;
}

int main(void)
{
    Suite *suite = suite_create("intercept: threads");
    SRunner *runner;
    int failures;

    suite_add_tcase(suite, locks());
    suite_add_tcase(suite, meetings());
    suite_add_tcase(suite, semaphores());
    suite_add_tcase(suite, threads());
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
