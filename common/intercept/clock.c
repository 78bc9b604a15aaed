/*
 * clock.c - wrappers of the calls that tell the time: virtual in a
 * controlled run, else the kernel's.
 *
 * Looking at the clock is a step, and one that changes nothing; so that
 * a program which looks until it is late comes to an end, each look
 * takes a little.
 */
#define _GNU_SOURCE
#include <sys/time.h>

#include "intercept/posix.h"
#include "intercept/real.h"
#include "intercept/turn.h"

/* clang-format off */
REAL(int, clock_gettime, (clockid_t, struct timespec *));
REAL(int, gettimeofday, (struct timeval *, void *));
REAL(time_t, time, (time_t *));
/* clang-format on */

struct timespec posix_time(clockid_t clock, uint64_t pc)
{
    ask(KIND_YIELD, object_key(OBJECT_TIME, 0), pc);
    gate->spend(1000);
    return turn_clock(clock);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
    if (!is_controlled() || time == NULL)
        return __real_clock_gettime(clock, time);
    *time = posix_time(clock, HERE);
    return 0;
}

int __wrap_gettimeofday(struct timeval *time, void *zone)
{
    struct timespec now;

    if (!is_controlled() || time == NULL)
        return __real_gettimeofday(time, zone);
    now = posix_time(CLOCK_REALTIME, HERE);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t __wrap_time(time_t *out)
{
    time_t now;

    if (!is_controlled())
        return __real_time(out);
    now = posix_time(CLOCK_REALTIME, HERE).tv_sec;
    if (out != NULL)
        *out = now;
    return now;
}
