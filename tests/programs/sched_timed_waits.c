/*
 * Every wait that can time out does, at its deadline and not after.
 *
 * Nobody ever gives what is waited for.
 *
 * Expect: always ok: each wait lasts exactly as long as it may
 */
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

enum { SECOND = 1000000000, WAIT = 3, LOOKS = 10 };

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t read_write = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static sem_t none;
static long long begin;

static long long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec * (long long)SECOND + time.tv_nsec;
}

static struct timespec deadline(void)
{
    begin = now() + WAIT * (long long)SECOND;
    return (struct timespec){begin / SECOND, begin % SECOND};
}

static void late_by_nothing(void)
{
    long long late = now() - begin;

    assert(late >= 0 && late < LOOKS * 1000);
}

static void *wait_for_all(void *nothing)
{
    struct timespec until = deadline();

    assert(pthread_mutex_timedlock(&held, &until) == ETIMEDOUT);
    late_by_nothing();
    until = deadline();
    assert(pthread_rwlock_timedwrlock(&read_write, &until) == ETIMEDOUT);
    late_by_nothing();
    until = deadline();
    assert(pthread_rwlock_timedrdlock(&read_write, &until) == ETIMEDOUT);
    late_by_nothing();
    until = deadline();
    assert(sem_timedwait(&none, &until) == -1 && errno == ETIMEDOUT);
    late_by_nothing();
    pthread_mutex_lock(&lock);
    until = deadline();
    assert(pthread_cond_timedwait(&never, &lock, &until) == ETIMEDOUT);
    late_by_nothing();
    pthread_mutex_unlock(&lock);
    return nothing;
}

static void wait_for_letters(void)
{
    struct timeval patience = {WAIT, 0};
    struct pollfd ends;
    int pair[2];
    fd_set set;

    if (pipe(pair) != 0)
        _exit(2);
    ends = (struct pollfd){.fd = pair[0], .events = POLLIN};
    deadline();
    assert(poll(&ends, 1, WAIT * 1000) == 0);
    late_by_nothing();
    FD_ZERO(&set);
    FD_SET(pair[0], &set);
    deadline();
    assert(select(pair[0] + 1, &set, NULL, NULL, &patience) == 0);
    late_by_nothing();
    deadline();
    assert(poll(NULL, 0, WAIT * 1000) == 0);
    late_by_nothing();
}

int main(void)
{
    pthread_t thread;

    sem_init(&none, 0, 0);
    pthread_mutex_lock(&held);
    pthread_rwlock_wrlock(&read_write);
    if (pthread_create(&thread, NULL, wait_for_all, NULL) != 0)
        return 2;
    pthread_join(thread, NULL);
    wait_for_letters();
    pthread_rwlock_unlock(&read_write);
    pthread_mutex_unlock(&held);
    return 0;
}
