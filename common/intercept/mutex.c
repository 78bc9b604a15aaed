/*
 * mutex.c - wrappers of pthread_mutex_*.
 */
#define _GNU_SOURCE
#include "intercept/real.h"
#include "intercept/record.h"

/* clang-format off */
REAL(int, pthread_mutex_init, (pthread_mutex_t *, const pthread_mutexattr_t *));
REAL(int, pthread_mutex_destroy, (pthread_mutex_t *));
REAL(int, pthread_mutex_lock, (pthread_mutex_t *));
REAL(int, pthread_mutex_trylock, (pthread_mutex_t *));
REAL(int, pthread_mutex_timedlock, (pthread_mutex_t *, const struct timespec *));
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

int __wrap_pthread_mutex_init(pthread_mutex_t *mutex,
                              const pthread_mutexattr_t *attributes)
{
    int error = __real_pthread_mutex_init(mutex, attributes);

    if (is_actor())
        record_call(KIND_LOCK_INIT, object_made(mutex),
                    sort_of(attributes), HERE, error, 0);
    return error;
}

int __wrap_pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    uint32_t event = TRACE_NONE;
    int error;

    if (is_actor())
        event = record(KIND_LOCK_DESTROY, object_of(mutex), 0, HERE);
    error = __real_pthread_mutex_destroy(mutex);
    record_result(event, 0, error);
    return error;
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *mutex)
{
    uint64_t object, pc = HERE;
    unsigned waited = 0;
    int error;

    if (!is_actor())
        return __real_pthread_mutex_lock(mutex);
    object = object_of(mutex);
    error = __real_pthread_mutex_trylock(mutex);
    if (error == EBUSY) {
        wait_begin(KIND_LOCK, object, pc, 0);
        error = __real_pthread_mutex_lock(mutex);
        wait_end();
        waited = EVENT_WAITED;
    }
    record_call(KIND_LOCK, object, 0, pc, error, waited);
    return error;
}

int __wrap_pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    int error = __real_pthread_mutex_trylock(mutex);

    if (is_actor())
        record_call(KIND_LOCK, object_of(mutex), 0, HERE, error,
                    EVENT_TRY);
    return error;
}

int __wrap_pthread_mutex_timedlock(pthread_mutex_t *mutex,
                                   const struct timespec *deadline)
{
    uint64_t object, pc = HERE;
    unsigned waited = 0;
    int error;

    if (!is_actor())
        return __real_pthread_mutex_timedlock(mutex, deadline);
    object = object_of(mutex);
    error = __real_pthread_mutex_trylock(mutex);
    if (error == EBUSY) {
        wait_begin(KIND_LOCK, object, pc, EVENT_TIMED);
        error = __real_pthread_mutex_timedlock(mutex, deadline);
        wait_end();
        waited = EVENT_WAITED;
    }
    record_call(KIND_LOCK, object, 0, pc, error, waited);
    return error;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    uint32_t event = TRACE_NONE;
    int error;

    if (is_actor())
        event = record(KIND_UNLOCK, object_of(mutex), 0, HERE);
    error = __real_pthread_mutex_unlock(mutex);
    if (is_actor())
        record_result(event, 0, error);
    return error;
}
