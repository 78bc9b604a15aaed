/*
 * Sleeps for days, by every call that there is, and looks at the clocks.
 *
 * Time is virtual: each sleep is exactly as long as it was asked to be,
 * but for the microsecond that each look at a clock costs, and takes no
 * time at all.
 *
 * Expect: always ok: all the clocks agree on how long it took
 */
#include <assert.h>
#include <stdio.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { LOOKS = 100, SECOND = 1000000000 };

static long long nanoseconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * (long long)SECOND + now.tv_nsec;
}

static void takes(long long since, long long length)
{
    long long took = nanoseconds(CLOCK_MONOTONIC) - since;

    assert(took >= length && took < length + LOOKS * 1000);
}

int main(void)
{
    struct timespec day = {86400, 1}, until = {0, 0};
    long long begin = nanoseconds(CLOCK_MONOTONIC);
    long long real = nanoseconds(CLOCK_REALTIME);
    struct timeval of_day;
    time_t began = time(NULL);

    assert(sleep(1000) == 0);
    takes(begin, 1000LL * SECOND);
    begin = nanoseconds(CLOCK_MONOTONIC);
    assert(usleep(250000) == 0);
    takes(begin, SECOND / 4);
    begin = nanoseconds(CLOCK_MONOTONIC);
    assert(nanosleep(&day, NULL) == 0);
    takes(begin, 86400LL * SECOND + 1);
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += 5;
    assert(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ==
           0);
    gettimeofday(&of_day, NULL);
    assert(of_day.tv_sec - began == 1000 + 86400 + 5);
    assert(time(NULL) == of_day.tv_sec);
    printf("%lld\n", nanoseconds(CLOCK_REALTIME) - real);
    return 0;
}
