/*
 * turn.c - see turn.h.
 *
 * All clocks show virtual time.  It begins at an hour that is the same
 * in each run: the real one would make every run another.
 */
#define _GNU_SOURCE /* CLOCK_REALTIME_COARSE and the like */
#include "intercept/turn.h"

#include <errno.h>

#define SECOND UINT64_C(1000000000)
#define REALTIME_BEGIN (UINT64_C(1767258000) * SECOND) /* 1 Jan 2026, 9:00 */
#define MONOTONIC_BEGIN (UINT64_C(1000) * SECOND)

enum gate_answer turn_wait(enum kind kind, uint64_t object, uint64_t pc,
                           unsigned flags, uint64_t deadline,
                           unsigned *waited)
{
    int kept = errno;
    enum gate_answer answer;

    if (deadline != GATE_NEVER)
        flags |= EVENT_TIMED;
    if (*waited == 0)
        wait_begin(kind, object, pc, flags);
    *waited = EVENT_WAITED;
    answer = gate->block(kind, object, pc, deadline,
                         (flags & EVENT_OUTSIDE) != 0);
    wait_end();
    errno = kept;
    return answer;
}

static uint64_t begin_of(clockid_t clock)
{
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI:
        return REALTIME_BEGIN;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        return MONOTONIC_BEGIN;
    default:
        return 0; /* time that the processor has worked */
    }
}

uint64_t turn_deadline(clockid_t clock, const struct timespec *deadline)
{
    uint64_t at, begin = begin_of(clock);

    if (deadline == NULL)
        return GATE_NEVER;
    if (deadline->tv_sec < 0)
        return 0;
    if ((uint64_t)deadline->tv_sec > GATE_NEVER / SECOND / 2)
        return GATE_NEVER - 1;
    at = (uint64_t)deadline->tv_sec * SECOND + (uint64_t)deadline->tv_nsec;
    return at > begin ? at - begin : 0;
}

struct timespec turn_clock(clockid_t clock)
{
    uint64_t now = begin_of(clock) + gate->now();
    struct timespec time = {.tv_sec = (time_t)(now / SECOND),
                            .tv_nsec = (long)(now % SECOND)};

    return time;
}
