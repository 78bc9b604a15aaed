/*
 * sleep.c - wrappers of the calls that let time pass.
 */
#define _GNU_SOURCE /* usleep */
#include "intercept/posix.h"
#include "intercept/real.h"
#include "intercept/turn.h"

#include <sched.h>

/* clang-format off */
REAL(unsigned, sleep, (unsigned));
REAL(int, usleep, (useconds_t));
REAL(int, nanosleep, (const struct timespec *, struct timespec *));
REAL(int, clock_nanosleep, (clockid_t, int, const struct timespec *, struct timespec *));
REAL(int, sched_yield, (void));
/* clang-format on */

/* A call that sleeps, its parameters and how it came out. */
struct nap {
    void (*call)(struct nap *nap);
    uint64_t pc;
    unsigned seconds; /* of sleep; then what was left of them */
    useconds_t microseconds;
    clockid_t clock;
    int flags;
    const struct timespec *time;
    struct timespec *left;
    int error;
};

static void call_sleep(struct nap *nap)
{
    errno = 0; /* less than a second may be left: only errno tells */
    nap->seconds = __real_sleep(nap->seconds);
    nap->error = errno;
}

static void call_usleep(struct nap *nap)
{
    nap->error = __real_usleep(nap->microseconds) < 0 ? errno : 0;
}

static void call_nanosleep(struct nap *nap)
{
    nap->error = __real_nanosleep(nap->time, nap->left) < 0 ? errno : 0;
}

static void call_clock_nanosleep(struct nap *nap)
{
    nap->error = __real_clock_nanosleep(nap->clock, nap->flags, nap->time,
                                        nap->left);
}

static int64_t nanoseconds(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static int64_t from_now(clockid_t clock, const struct timespec *deadline)
{
    struct timespec now = {0, 0};
    int64_t left;

    if (is_controlled())
        now = turn_clock(clock);
    else
        clock_gettime(clock, &now);
    left = nanoseconds(deadline) - nanoseconds(&now);
    return left > 0 ? left : 0;
}

static void wake_up(void *argument)
{
    struct nap *nap = argument;

    state_running();
    record_call(KIND_SLEEP_END, object_key(OBJECT_TIME, 0), 0, nap->pc,
                nap->error, 0);
}

/* By turns it takes no time but virtual time. */
static void doze_by_turns(struct nap *nap, int64_t length)
{
    enum gate_answer answer;

    answer = gate->block(KIND_SLEEP, object_key(OBJECT_TIME, 0), nap->pc,
                         gate->now() + (uint64_t)length, false);
    nap->error = answer == GATE_SIGNAL ? EINTR : 0;
    nap->seconds = 0;
}

static void doze(struct nap *nap, int64_t length)
{
    nap->error = ECANCELED; /* what wake_up finds if it is */
    pthread_cleanup_push(wake_up, nap);
    if (is_controlled() && length >= 0)
        doze_by_turns(nap, length);
    else
        nap->call(nap);
    pthread_cleanup_pop(1);
}

/* Returns 0, or -1 with the error in errno; errno is kept by a nap that
 * nothing disturbed. */
static int take_nap(struct nap *nap, int64_t length)
{
    int kept = errno;

    ask(KIND_SLEEP, object_key(OBJECT_TIME, 0), nap->pc);
    state_waiting(record_call(KIND_SLEEP, object_key(OBJECT_TIME, 0),
                              length, nap->pc, 0, EVENT_TIMED),
                  EVENT_TIMED);
    doze(nap, length);
    errno = nap->error != 0 ? nap->error : kept;
    return nap->error != 0 ? -1 : 0;
}

unsigned __wrap_sleep(unsigned seconds)
{
    struct nap nap = {.call = call_sleep, .seconds = seconds, .pc = HERE};

    if (!is_actor())
        return __real_sleep(seconds);
    take_nap(&nap, (int64_t)seconds * 1000000000);
    return nap.seconds;
}

int __wrap_usleep(useconds_t microseconds)
{
    struct nap nap = {
        .call = call_usleep, .microseconds = microseconds, .pc = HERE};

    if (!is_actor())
        return __real_usleep(microseconds);
    return take_nap(&nap, (int64_t)microseconds * 1000);
}

int posix_sleep(const struct timespec *time, struct timespec *left,
                uint64_t pc)
{
    struct nap nap = {
        .call = call_nanosleep, .time = time, .left = left, .pc = pc};

    return take_nap(&nap, nanoseconds(time));
}

int __wrap_nanosleep(const struct timespec *time, struct timespec *left)
{
    return is_actor() ? posix_sleep(time, left, HERE)
                      : __real_nanosleep(time, left);
}

int __wrap_clock_nanosleep(clockid_t clock, int flags,
                           const struct timespec *time,
                           struct timespec *left)
{
    struct nap nap = {.call = call_clock_nanosleep,
                      .clock = clock,
                      .flags = flags,
                      .time = time,
                      .left = left,
                      .pc = HERE};
    int kept = errno;

    if (!is_actor())
        return __real_clock_nanosleep(clock, flags, time, left);
    take_nap(&nap, flags & TIMER_ABSTIME ? from_now(clock, time)
                                         : nanoseconds(time));
    errno = kept; /* this call returns its error */
    return nap.error;
}

int posix_yield(uint64_t pc)
{
    ask(KIND_YIELD, 0, pc);
    record(KIND_YIELD, 0, 0, pc);
    return __real_sched_yield();
}

int __wrap_sched_yield(void)
{
    return is_actor() ? posix_yield(HERE) : __real_sched_yield();
}
