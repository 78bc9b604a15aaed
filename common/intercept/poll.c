/*
 * poll.c - wrappers that wait for several descriptors: poll, ppoll,
 * select, pselect.
 *
 * First with no time to wait; if nothing is ready then, the wait is for
 * the one descriptor there is, for nothing in particular if there are
 * several, and for the clock if there is none.  The POLL event's object
 * is the first that is ready.
 */
#define _GNU_SOURCE /* ppoll */
#include "intercept/descriptor.h"
#include "intercept/real.h"
#include "intercept/turn.h"

/* clang-format off */
REAL(int, poll, (struct pollfd *, nfds_t, int));
REAL(int, ppoll, (struct pollfd *, nfds_t, const struct timespec *, const sigset_t *));
REAL(int, select, (int, fd_set *, fd_set *, fd_set *, struct timeval *));
REAL(int, pselect, (int, fd_set *, fd_set *, fd_set *, const struct timespec *, const sigset_t *));
/* clang-format on */

/* What is waited for. */
struct watch {
    uint64_t object;
    unsigned count;
    unsigned flags;
};

static void watch_add(struct watch *watch, int file)
{
    struct descriptor about = descriptor_of(file);

    watch->object = watch->count++ == 0 ? about.object : 0;
    watch->flags |= descriptor_outside(&about);
}

static void watch_begin(struct watch *watch, bool timed, uint64_t pc)
{
    if (watch->count == 0)
        watch->object = object_key(OBJECT_TIME, 0);
    wait_begin(KIND_POLL, watch->object, pc,
               watch->flags | (timed ? EVENT_TIMED : 0));
}

/* By turns, before one more try.  False: time is up, or EINTR, which
 * *ready then says. */
static bool watch_on(struct watch *watch, uint64_t deadline, uint64_t pc,
                     unsigned *waited, int *ready)
{
    uint64_t object =
        watch->count == 0 ? object_key(OBJECT_TIME, 0) : watch->object;

    switch (turn_wait(KIND_POLL, object, pc, watch->flags, deadline,
                      waited)) {
    case GATE_TIMEOUT:
        return false;
    case GATE_SIGNAL:
        errno = EINTR;
        *ready = -1;
        return false;
    default:
        return true;
    }
}

static uint64_t deadline_in(bool timed, int64_t seconds, int64_t rest)
{
    return timed ? gate->now() + (uint64_t)(seconds * 1000000000 + rest)
                 : GATE_NEVER;
}

static void note(uint64_t object, int ready, unsigned flags, uint64_t pc)
{
    record_call(KIND_POLL, object, ready < 0 ? 0 : ready, pc,
                ready < 0 ? errno : 0, flags);
}

/* ---- poll ---- */

static struct watch watch_list(const struct pollfd *list, nfds_t count)
{
    struct watch watch = {0};

    for (nfds_t i = 0; i < count; i++)
        if (list[i].fd >= 0)
            watch_add(&watch, list[i].fd);
    return watch;
}

static uint64_t ready_in_list(const struct pollfd *list, nfds_t count)
{
    for (nfds_t i = 0; i < count; i++)
        if (list[i].fd >= 0 && list[i].revents != 0)
            return descriptor_of(list[i].fd).object;
    return 0;
}

static void note_list(const struct pollfd *list, nfds_t count, int ready,
                      unsigned flags, uint64_t pc)
{
    note(ready > 0 ? ready_in_list(list, count) : 0, ready, flags, pc);
}

int __wrap_poll(struct pollfd *list, nfds_t count, int timeout)
{
    unsigned flags = timeout == 0 ? EVENT_TRY : 0;
    struct watch watch;
    int ready;

    if (!is_actor())
        return __real_poll(list, count, timeout);
    watch = watch_list(list, count);
    ask(KIND_POLL, watch.object, HERE);
    ready = __real_poll(list, count, 0);
    if (is_controlled() && timeout != 0) {
        uint64_t deadline =
            deadline_in(timeout > 0, 0, (int64_t)timeout * 1000000);

        while (ready == 0 &&
               watch_on(&watch, deadline, HERE, &flags, &ready))
            ready = __real_poll(list, count, 0);
    } else if (ready == 0 && timeout != 0) {
        watch_begin(&watch, timeout > 0, HERE);
        ready = __real_poll(list, count, timeout);
        wait_end();
        flags = EVENT_WAITED;
    }
    note_list(list, count, ready, flags, HERE);
    return ready;
}

static bool is_zero(const struct timespec *time)
{
    return time != NULL && time->tv_sec == 0 && time->tv_nsec == 0;
}

/* What cannot be a time is left to the real call to refuse. */
static bool is_time(const struct timespec *time)
{
    return time == NULL || (time->tv_sec >= 0 && time->tv_nsec >= 0 &&
                            time->tv_nsec < 1000000000);
}

static uint64_t deadline_of(const struct timespec *timeout)
{
    return timeout == NULL
               ? GATE_NEVER
               : deadline_in(true, timeout->tv_sec, timeout->tv_nsec);
}

int __wrap_ppoll(struct pollfd *list, nfds_t count,
                 const struct timespec *timeout, const sigset_t *mask)
{
    static const struct timespec none;
    unsigned flags = is_zero(timeout) ? EVENT_TRY : 0;
    struct watch watch;
    int ready;

    if (!is_actor())
        return __real_ppoll(list, count, timeout, mask);
    watch = watch_list(list, count);
    ask(KIND_POLL, watch.object, HERE);
    ready = __real_ppoll(list, count, is_time(timeout) ? &none : timeout,
                         mask);
    if (is_controlled() && !is_zero(timeout)) {
        uint64_t deadline = deadline_of(timeout);

        while (ready == 0 &&
               watch_on(&watch, deadline, HERE, &flags, &ready))
            ready = __real_ppoll(list, count, &none, mask);
    } else if (ready == 0 && !is_zero(timeout)) {
        watch_begin(&watch, timeout != NULL, HERE);
        ready = __real_ppoll(list, count, timeout, mask);
        wait_end();
        flags = EVENT_WAITED;
    }
    note_list(list, count, ready, flags, HERE);
    return ready;
}

/* ---- select ---- */

/* The sets of a call.  The kernel writes the answer over them. */
struct sets {
    int count;
    fd_set *set[3];
    fd_set asked[3];
};

static struct sets keep_sets(int count, fd_set *reading, fd_set *writing,
                             fd_set *special)
{
    struct sets sets = {.count = count,
                        .set = {reading, writing, special}};

    for (int i = 0; i < 3; i++)
        if (sets.set[i] != NULL)
            sets.asked[i] = *sets.set[i];
    return sets;
}

static void ask_again(struct sets *sets)
{
    for (int i = 0; i < 3; i++)
        if (sets->set[i] != NULL)
            *sets->set[i] = sets->asked[i];
}

static bool is_in(fd_set *const *set, int file)
{
    for (int i = 0; i < 3; i++)
        if (set[i] != NULL && FD_ISSET(file, set[i]))
            return true;
    return false;
}

static struct watch watch_sets(const struct sets *sets)
{
    struct watch watch = {0};

    for (int file = 0; file < sets->count; file++)
        if (is_in(sets->set, file))
            watch_add(&watch, file);
    return watch;
}

static void note_sets(const struct sets *sets, int ready, unsigned flags,
                      uint64_t pc)
{
    uint64_t object = 0;

    for (int file = 0; ready > 0 && file < sets->count; file++)
        if (is_in(sets->set, file)) {
            object = descriptor_of(file).object;
            break;
        }
    note(object, ready, flags, pc);
}

static bool is_select_time(const struct timeval *time)
{
    return time == NULL || (time->tv_sec >= 0 && time->tv_usec >= 0);
}

int __wrap_select(int count, fd_set *reading, fd_set *writing,
                  fd_set *special, struct timeval *timeout)
{
    bool try = timeout != NULL && timeout->tv_sec == 0 &&
               timeout->tv_usec == 0;
    unsigned flags = try ? EVENT_TRY : 0;
    struct timeval none = {0};
    struct watch watch;
    struct sets sets;
    int ready;

    if (!is_actor())
        return __real_select(count, reading, writing, special, timeout);
    sets = keep_sets(count, reading, writing, special);
    watch = watch_sets(&sets);
    ask(KIND_POLL, watch.object, HERE);
    ready = __real_select(count, reading, writing, special,
                          is_select_time(timeout) ? &none : timeout);
    if (is_controlled() && !try) {
        uint64_t deadline =
            timeout == NULL ? GATE_NEVER
                            : deadline_in(true, timeout->tv_sec,
                                          timeout->tv_usec * 1000);

        while (ready == 0 &&
               watch_on(&watch, deadline, HERE, &flags, &ready)) {
            ask_again(&sets);
            none = (struct timeval){0};
            ready = __real_select(count, reading, writing, special, &none);
        }
    } else if (ready == 0 && !try) {
        ask_again(&sets);
        watch_begin(&watch, timeout != NULL, HERE);
        ready = __real_select(count, reading, writing, special, timeout);
        wait_end();
        flags = EVENT_WAITED;
    }
    note_sets(&sets, ready, flags, HERE);
    return ready;
}

int __wrap_pselect(int count, fd_set *reading, fd_set *writing,
                   fd_set *special, const struct timespec *timeout,
                   const sigset_t *mask)
{
    static const struct timespec none;
    unsigned flags = is_zero(timeout) ? EVENT_TRY : 0;
    struct watch watch;
    struct sets sets;
    int ready;

    if (!is_actor())
        return __real_pselect(count, reading, writing, special, timeout,
                              mask);
    sets = keep_sets(count, reading, writing, special);
    watch = watch_sets(&sets);
    ask(KIND_POLL, watch.object, HERE);
    ready = __real_pselect(count, reading, writing, special,
                           is_time(timeout) ? &none : timeout, mask);
    if (is_controlled() && !is_zero(timeout)) {
        uint64_t deadline = deadline_of(timeout);

        while (ready == 0 &&
               watch_on(&watch, deadline, HERE, &flags, &ready)) {
            ask_again(&sets);
            ready = __real_pselect(count, reading, writing, special, &none,
                                   mask);
        }
    } else if (ready == 0 && !is_zero(timeout)) {
        ask_again(&sets);
        watch_begin(&watch, timeout != NULL, HERE);
        ready = __real_pselect(count, reading, writing, special, timeout,
                               mask);
        wait_end();
        flags = EVENT_WAITED;
    }
    note_sets(&sets, ready, flags, HERE);
    return ready;
}
