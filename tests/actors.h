/*
 * actors.h - how the checks of the wrappers run actors and read what
 * they did.
 *
 * Check runs each test in a process of its own; start() makes that one
 * the first actor, and the calls of the test go through the wrappers as
 * those of a chapter do.  A story is what one actor did to one object,
 * in order, one word an event:
 *
 *     LOCK?   the call never waits      LOCK=EBUSY   its error
 *     LOCK~   it had to wait before     WAIT(LOCK)   to do what
 *     WAIT(LOCK)@   a wait that ends by itself in time
 *
 * Nothing sleeps to let something happen: a thread is known to wait when
 * its actor says so and the kernel says that it is asleep.
 *
 * Used by check_intercept_*.c, which define _GNU_SOURCE first.
 */
#ifndef TESTS_ACTORS_H
#define TESTS_ACTORS_H

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

static inline void start(void)
{
    trace = trace_create(1 << 16);
    intercept_start(trace);
}

static pthread_mutex_t mutex;

/* Check, which is linked in, has locks of its own. */
static inline bool foreign(const struct event *event)
{
    return kind_info[event_kind(event)].group == GROUP_LOCK &&
           event->object != object_key(OBJECT_PRIVATE,
                                       (uint64_t)(uintptr_t)&mutex);
}

static inline bool tells(const struct event *event)
{
    enum kind_group group = kind_info[event_kind(event)].group;

    return event_kind(event) == KIND_WAIT ||
           (group >= GROUP_LIFE && group <= GROUP_SEMAPHORE) ||
           group == GROUP_TIME || group == GROUP_SIGNAL;
}

static inline void tell(FILE *out, const struct event *event)
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
static inline const char *story(uint32_t actor, uint64_t object)
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
static inline uint32_t find(enum kind kind, int nth)
{
    for (uint32_t i = 0; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);

        if (event != NULL && event_kind(event) == kind && nth-- == 0)
            return i;
    }
    ck_abort_msg("no such event: %s", kind_info[kind].name);
    return TRACE_NONE;
}

static inline const struct event *event_of(enum kind kind, int nth)
{
    return trace_read(trace, find(kind, nth));
}

static inline bool kernel_says_asleep(const struct actor *actor)
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

static inline void await_state(uint32_t number, enum actor_state state)
{
    struct actor *actor = trace_actor(trace, number);

    while (atomic_load(&actor->state) != state)
        __real_sched_yield();
}

static inline bool waits(uint32_t number)
{
    uint32_t state = atomic_load(&trace_actor(trace, number)->state);

    return state >= ACTOR_WAITING && state <= ACTOR_WAITING_OUTSIDE;
}

static inline void await_asleep(uint32_t number)
{
    while (!waits(number) ||
           !kernel_says_asleep(trace_actor(trace, number)))
        __real_sched_yield();
}

/* The kernel has let go of the thread: it can be joined. */
static inline void await_gone(uint32_t number)
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

static inline void on_signal(int number)
{
    (void)number;
    atomic_fetch_add(&handled, 1);
}

static inline void interrupt(uint32_t number)
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

static inline void *perform(void *argument)
{
    struct other *other = argument;

    errno = UNTOUCHED;
    other->result = other->call();
    other->error = errno;
    return NULL;
}

static inline void begin(struct other *other, int (*call)(void))
{
    other->call = call;
    other->number = trace_actor_count(trace);
    ck_assert_int_eq(
        pthread_create(&other->thread, NULL, perform, other), 0);
}

static inline void finish(struct other *other, int result, int error)
{
    ck_assert_int_eq(pthread_join(other->thread, NULL), 0);
    ck_assert_int_eq(other->result, result);
    ck_assert_int_eq(other->error, error);
}

/* The whole of it, where the call does not need us. */
static inline uint32_t let_other(int (*call)(void), int result)
{
    struct other other;

    begin(&other, call);
    finish(&other, result, UNTOUCHED);
    return other.number;
}

/* Somebody who is no actor interrupts the test's own thread. */
static pthread_t interrupter __attribute__((unused));

static inline void *interrupt_first(void *unused)
{
    interrupt(0);
    return unused;
}

static inline void expect_interruption(void)
{
    __real_pthread_create(&interrupter, NULL, interrupt_first, NULL);
}

static inline void interrupted(void)
{
    __real_pthread_join(interrupter, NULL);
}

static const struct timespec gone = {.tv_sec = 1};
static const struct timespec wrong = {.tv_nsec = 1000000000};
static const struct timespec far = {.tv_sec = INT_MAX};

#define BAD_CLOCK CLOCK_PROCESS_CPUTIME_ID

static sem_t semaphore;

static inline int take_unit(void)
{
    return sem_wait(&semaphore);
}

static inline void make_semaphore(unsigned units)
{
    start();
    RETURNS(0, sem_init(&semaphore, 0, units));
}

static inline void make_mutex(int type, int protocol, int robust)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, type);
    pthread_mutexattr_setprotocol(&attributes, protocol);
    pthread_mutexattr_setrobust(&attributes, robust);
    RETURNS(0, pthread_mutex_init(&mutex, &attributes));
    pthread_mutexattr_destroy(&attributes);
}

static inline int lock_and_unlock(void)
{
    return pthread_mutex_lock(&mutex) || pthread_mutex_unlock(&mutex);
}

/* In a cleanup handler: does the cancelled thread still wait? */
static bool waits_in_handler;

static inline void note_waiting(void *unused)
{
    (void)unused;
    waits_in_handler = waits(self.number);
}

#endif
