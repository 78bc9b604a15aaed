/*
 * rwlock.c - wrappers of pthread_rwlock_*.
 */
#define _GNU_SOURCE /* pthread_rwlock_clockrdlock */
#include "intercept/real.h"
#include "intercept/take.h"

/* clang-format off */
REAL(int, pthread_rwlock_init, (pthread_rwlock_t *, const pthread_rwlockattr_t *));
REAL(int, pthread_rwlock_destroy, (pthread_rwlock_t *));
REAL(int, pthread_rwlock_rdlock, (pthread_rwlock_t *));
REAL(int, pthread_rwlock_wrlock, (pthread_rwlock_t *));
REAL(int, pthread_rwlock_tryrdlock, (pthread_rwlock_t *));
REAL(int, pthread_rwlock_trywrlock, (pthread_rwlock_t *));
REAL(int, pthread_rwlock_timedrdlock, (pthread_rwlock_t *, const struct timespec *));
REAL(int, pthread_rwlock_timedwrlock, (pthread_rwlock_t *, const struct timespec *));
REAL(int, pthread_rwlock_clockrdlock, (pthread_rwlock_t *, clockid_t, const struct timespec *));
REAL(int, pthread_rwlock_clockwrlock, (pthread_rwlock_t *, clockid_t, const struct timespec *));
REAL(int, pthread_rwlock_unlock, (pthread_rwlock_t *));
/* clang-format on */

static int read_lock(const struct take *take,
                     const struct timespec *deadline)
{
    if (deadline == NULL)
        return __real_pthread_rwlock_rdlock(take->what);
    return __real_pthread_rwlock_clockrdlock(take->what, take->clock,
                                             deadline);
}

static int write_lock(const struct take *take,
                      const struct timespec *deadline)
{
    if (deadline == NULL)
        return __real_pthread_rwlock_wrlock(take->what);
    return __real_pthread_rwlock_clockwrlock(take->what, take->clock,
                                             deadline);
}

int __wrap_pthread_rwlock_init(pthread_rwlock_t *lock,
                               const pthread_rwlockattr_t *attributes)
{
    return note_made(KIND_LOCK_INIT, lock, LOCK_READ_WRITE, HERE,
                     __real_pthread_rwlock_init(lock, attributes));
}

int __wrap_pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    struct give give = give_begin(KIND_LOCK_DESTROY, lock, HERE);

    return give_end(&give, __real_pthread_rwlock_destroy(lock));
}

int __wrap_pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    struct take call = {.kind = KIND_READ_LOCK,
                        .what = lock,
                        .call = read_lock,
                        .pc = HERE};

    return is_actor() ? take(&call) : __real_pthread_rwlock_rdlock(lock);
}

int __wrap_pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    struct take call = {
        .kind = KIND_LOCK, .what = lock, .call = write_lock, .pc = HERE};

    return is_actor() ? take(&call) : __real_pthread_rwlock_wrlock(lock);
}

int __wrap_pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
    try_begin(KIND_READ_LOCK, lock, HERE);
    return note_tried(KIND_READ_LOCK, lock, HERE,
                      __real_pthread_rwlock_tryrdlock(lock));
}

int __wrap_pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
    try_begin(KIND_LOCK, lock, HERE);
    return note_tried(KIND_LOCK, lock, HERE,
                      __real_pthread_rwlock_trywrlock(lock));
}

int __wrap_pthread_rwlock_timedrdlock(pthread_rwlock_t *lock,
                                      const struct timespec *deadline)
{
    struct take call = {.kind = KIND_READ_LOCK,
                        .what = lock,
                        .call = read_lock,
                        .clock = CLOCK_REALTIME,
                        .deadline = deadline,
                        .pc = HERE};

    return is_actor() ? take(&call)
                      : __real_pthread_rwlock_timedrdlock(lock, deadline);
}

int __wrap_pthread_rwlock_timedwrlock(pthread_rwlock_t *lock,
                                      const struct timespec *deadline)
{
    struct take call = {.kind = KIND_LOCK,
                        .what = lock,
                        .call = write_lock,
                        .clock = CLOCK_REALTIME,
                        .deadline = deadline,
                        .pc = HERE};

    return is_actor() ? take(&call)
                      : __real_pthread_rwlock_timedwrlock(lock, deadline);
}

int __wrap_pthread_rwlock_clockrdlock(pthread_rwlock_t *lock,
                                      clockid_t clock,
                                      const struct timespec *deadline)
{
    struct take call = {.kind = KIND_READ_LOCK,
                        .what = lock,
                        .call = read_lock,
                        .clock = clock,
                        .deadline = deadline,
                        .pc = HERE};

    return is_actor()
               ? take(&call)
               : __real_pthread_rwlock_clockrdlock(lock, clock, deadline);
}

int __wrap_pthread_rwlock_clockwrlock(pthread_rwlock_t *lock,
                                      clockid_t clock,
                                      const struct timespec *deadline)
{
    struct take call = {.kind = KIND_LOCK,
                        .what = lock,
                        .call = write_lock,
                        .clock = clock,
                        .deadline = deadline,
                        .pc = HERE};

    return is_actor()
               ? take(&call)
               : __real_pthread_rwlock_clockwrlock(lock, clock, deadline);
}

int __wrap_pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    struct give give = give_begin(KIND_UNLOCK, lock, HERE);

    return give_end(&give, __real_pthread_rwlock_unlock(lock));
}
