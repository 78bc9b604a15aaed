/*
 * mutex.c - wrappers of pthread_mutex_*.
 *
 * pthread_mutex_consistent is not wrapped: it is no step that another
 * actor could notice before the unlock that follows it.
 */
#define _GNU_SOURCE /* pthread_mutex_clocklock */
#include "intercept/real.h"
#include "intercept/take.h"

/* clang-format off */
REAL(int, pthread_mutex_init, (pthread_mutex_t *, const pthread_mutexattr_t *));
REAL(int, pthread_mutex_destroy, (pthread_mutex_t *));
REAL(int, pthread_mutex_lock, (pthread_mutex_t *));
REAL(int, pthread_mutex_trylock, (pthread_mutex_t *));
REAL(int, pthread_mutex_timedlock, (pthread_mutex_t *, const struct timespec *));
REAL(int, pthread_mutex_clocklock, (pthread_mutex_t *, clockid_t, const struct timespec *));
REAL(int, pthread_mutex_unlock, (pthread_mutex_t *));
/* clang-format on */

static int64_t sort_of(const pthread_mutexattr_t *attributes)
{
    int type = PTHREAD_MUTEX_DEFAULT;

    if (attributes != NULL)
        pthread_mutexattr_gettype(attributes, &type);
    return type == PTHREAD_MUTEX_RECURSIVE    ? LOCK_RECURSIVE
           : type == PTHREAD_MUTEX_ERRORCHECK ? LOCK_ERRORCHECK
                                              : LOCK_NORMAL;
}

/*
 * A priority-inheriting lock hands the deadline to the kernel, which
 * knows no time before 1970 and calls it invalid.
 */
static int lock(const struct take *take, const struct timespec *deadline)
{
    int error;

    if (deadline == NULL)
        return __real_pthread_mutex_lock(take->what);
    error = __real_pthread_mutex_clocklock(take->what, take->clock,
                                           deadline);
    if (error == EINVAL && deadline->tv_sec < 0) {
        struct timespec zero = {.tv_nsec = deadline->tv_nsec};

        error = __real_pthread_mutex_clocklock(take->what, take->clock,
                                               &zero);
    }
    return error;
}

int __wrap_pthread_mutex_init(pthread_mutex_t *mutex,
                              const pthread_mutexattr_t *attributes)
{
    return note_made(KIND_LOCK_INIT, mutex, sort_of(attributes), HERE,
                     __real_pthread_mutex_init(mutex, attributes));
}

int __wrap_pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    struct give give = give_begin(KIND_LOCK_DESTROY, mutex, HERE);

    return give_end(&give, __real_pthread_mutex_destroy(mutex));
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    struct take call = {
        .kind = KIND_LOCK, .what = mutex, .call = lock, .pc = HERE};

    return is_actor() ? take(&call) : __real_pthread_mutex_lock(mutex);
}

int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    try_begin(KIND_LOCK, mutex, HERE);
    return note_tried(KIND_LOCK, mutex, HERE,
                      __real_pthread_mutex_trylock(mutex));
}

int __wrap_pthread_mutex_timedlock(pthread_mutex_t *mutex,
                                   const struct timespec *deadline)
{
    struct take call = {.kind = KIND_LOCK,
                        .what = mutex,
                        .call = lock,
                        .clock = CLOCK_REALTIME,
                        .deadline = deadline,
                        .pc = HERE};

    return is_actor() ? take(&call)
                      : __real_pthread_mutex_timedlock(mutex, deadline);
}

int __wrap_pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                                   const struct timespec *deadline)
{
    struct take call = {.kind = KIND_LOCK,
                        .what = mutex,
                        .call = lock,
                        .clock = clock,
                        .deadline = deadline,
                        .pc = HERE};

    return is_actor()
               ? take(&call)
               : __real_pthread_mutex_clocklock(mutex, clock, deadline);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    struct give give = give_begin(KIND_UNLOCK, mutex, HERE);

    return give_end(&give, __real_pthread_mutex_unlock(mutex));
}
