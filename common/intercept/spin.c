/*
 * spin.c - wrappers of pthread_spin_*.
 *
 * Who spins is recorded as waiting: it does nothing else.
 */
#define _GNU_SOURCE /* real.h: calls beyond POSIX */
#include "intercept/real.h"
#include "intercept/take.h"

/* clang-format off */
REAL(int, pthread_spin_init, (pthread_spinlock_t *, int));
REAL(int, pthread_spin_destroy, (pthread_spinlock_t *));
REAL(int, pthread_spin_lock, (pthread_spinlock_t *));
REAL(int, pthread_spin_trylock, (pthread_spinlock_t *));
REAL(int, pthread_spin_unlock, (pthread_spinlock_t *));
/* clang-format on */

/* There is no lock with a deadline: one that is past is a try. */
static int lock(const struct take *take, const struct timespec *deadline)
{
    int error;

    if (deadline == NULL)
        return __real_pthread_spin_lock(take->what);
    error = __real_pthread_spin_trylock(take->what);
    return error == EBUSY ? ETIMEDOUT : error;
}

int __wrap_pthread_spin_init(pthread_spinlock_t *spin, int shared)
{
    return note_made(KIND_LOCK_INIT, spin, LOCK_SPIN, HERE,
                     __real_pthread_spin_init(spin, shared));
}

int __wrap_pthread_spin_destroy(pthread_spinlock_t *spin)
{
    struct give give = give_begin(KIND_LOCK_DESTROY, spin, HERE);

    return give_end(&give, __real_pthread_spin_destroy(spin));
}

int __wrap_pthread_spin_lock(pthread_spinlock_t *spin)
{
    struct take call = {.kind = KIND_LOCK,
                        .what = (void *)spin,
                        .call = lock,
                        .pc = HERE};

    return is_actor() ? take(&call) : __real_pthread_spin_lock(spin);
}

int __wrap_pthread_spin_trylock(pthread_spinlock_t *spin)
{
    try_begin(KIND_LOCK, spin, HERE);
    return note_tried(KIND_LOCK, spin, HERE,
                      __real_pthread_spin_trylock(spin));
}

int __wrap_pthread_spin_unlock(pthread_spinlock_t *spin)
{
    struct give give = give_begin(KIND_UNLOCK, spin, HERE);

    return give_end(&give, __real_pthread_spin_unlock(spin));
}
