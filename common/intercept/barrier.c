/*
 * barrier.c - wrappers of pthread_barrier_*.
 *
 * Arriving lets the others go on, so it is recorded before the call; it
 * also begins the wait, for whoever is not the last.
 */
#define _GNU_SOURCE /* real.h: calls beyond POSIX */
#include "intercept/real.h"
#include "intercept/take.h"

/* clang-format off */
REAL(int, pthread_barrier_init, (pthread_barrier_t *, const pthread_barrierattr_t *, unsigned));
REAL(int, pthread_barrier_destroy, (pthread_barrier_t *));
REAL(int, pthread_barrier_wait, (pthread_barrier_t *));
/* clang-format on */

int __wrap_pthread_barrier_init(pthread_barrier_t *barrier,
                                const pthread_barrierattr_t *attributes,
                                unsigned count)
{
    return note_made(KIND_BARRIER_INIT, barrier, count, HERE,
                     __real_pthread_barrier_init(barrier, attributes,
                                                 count));
}

int __wrap_pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    struct give give = give_begin(KIND_BARRIER_DESTROY, barrier, HERE);

    return give_end(&give, __real_pthread_barrier_destroy(barrier));
}

/* The barrier may be destroyed as soon as somebody has left it: its key
 * is looked up once, before. */
int __wrap_pthread_barrier_wait(pthread_barrier_t *barrier)
{
    uint64_t object, pc = HERE;
    int kept = errno;
    bool serial;
    int result;

    if (!is_actor())
        return __real_pthread_barrier_wait(barrier);
    object = object_of(barrier);
    state_waiting(record(KIND_BARRIER_ARRIVE, object, 0, pc), 0);
    result = __real_pthread_barrier_wait(barrier);
    state_running();
    serial = result == PTHREAD_BARRIER_SERIAL_THREAD;
    record_call(KIND_BARRIER_LEAVE, object, serial, pc,
                serial ? 0 : result, 0);
    errno = kept;
    return result;
}
