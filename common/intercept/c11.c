/*
 * c11.c - wrappers of <threads.h>.
 *
 * The C library makes these of the calls of POSIX, out of the linker's
 * sight: a mtx_t is a pthread_mutex_t under another name, a cnd_t a
 * pthread_cond_t, a thrd_t a pthread_t.  So these wrappers are made of
 * those of POSIX, and differ in what they return.
 */
#define _GNU_SOURCE /* take.h and real.h: calls beyond POSIX */
#include <threads.h>

#include "intercept/posix.h"
#include "intercept/real.h"
#include "intercept/take.h"

/* clang-format off */
REAL(int, thrd_create, (thrd_t *, thrd_start_t, void *));
REAL(int, thrd_join, (thrd_t, int *));
REAL(int, thrd_detach, (thrd_t));
REAL(_Noreturn void, thrd_exit, (int));
REAL(int, thrd_sleep, (const struct timespec *, struct timespec *));
REAL(void, thrd_yield, (void));
REAL(int, mtx_init, (mtx_t *, int));
REAL(void, mtx_destroy, (mtx_t *));
REAL(int, mtx_lock, (mtx_t *));
REAL(int, mtx_trylock, (mtx_t *));
REAL(int, mtx_timedlock, (mtx_t *, const struct timespec *));
REAL(int, mtx_unlock, (mtx_t *));
REAL(int, cnd_init, (cnd_t *));
REAL(void, cnd_destroy, (cnd_t *));
REAL(int, cnd_wait, (cnd_t *, mtx_t *));
REAL(int, cnd_timedwait, (cnd_t *, mtx_t *, const struct timespec *));
REAL(int, cnd_signal, (cnd_t *));
REAL(int, cnd_broadcast, (cnd_t *));
REAL(void, call_once, (once_flag *, void (*)(void)));
REAL(int, timespec_get, (struct timespec *, int));
/* clang-format on */

int __real_pthread_mutex_lock(pthread_mutex_t *);
int __real_pthread_mutex_unlock(pthread_mutex_t *);
int __real_pthread_mutex_destroy(pthread_mutex_t *);
int __real_pthread_cond_destroy(pthread_cond_t *);
int __real_pthread_mutex_clocklock(pthread_mutex_t *, clockid_t,
                                   const struct timespec *);

_Static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t), "other locks");
_Static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t),
               "other conditions");
_Static_assert(sizeof(once_flag) == sizeof(pthread_once_t),
               "other flags");

/* What <threads.h> calls an errno value. */
static int result_of(int error)
{
    switch (error) {
    case 0: return thrd_success;
    case EBUSY: return thrd_busy;
    case ENOMEM: return thrd_nomem;
    case ETIMEDOUT: return thrd_timedout;
    default: return thrd_error;
    }
}

/* ---- threads ---- */

/*
 * The routine returns an int where one of POSIX returns a pointer.  By
 * the calling conventions of Linux that is the lower part of it, as it
 * is for the C library itself, and all that thrd_join looks at.
 */
int __wrap_thrd_create(thrd_t *thread, thrd_start_t routine,
                       void *argument)
{
    union {
        thrd_start_t c11;
        void *(*posix)(void *);
    } start = {.c11 = routine};

    return is_actor() ? result_of(posix_create(thread, NULL, start.posix,
                                               argument, HERE))
                      : __real_thrd_create(thread, routine, argument);
}

int __wrap_thrd_join(thrd_t thread, int *result)
{
    void *value = NULL;
    int error;

    if (!is_actor())
        return __real_thrd_join(thread, result);
    error = posix_join(thread, &value, HERE);
    if (error == 0 && result != NULL)
        *result = (int)(intptr_t)value;
    return result_of(error);
}

int __wrap_thrd_detach(thrd_t thread)
{
    return is_actor() ? result_of(posix_detach(thread, HERE))
                      : __real_thrd_detach(thread);
}

_Noreturn void __wrap_thrd_exit(int result)
{
    if (is_actor())
        posix_exit((void *)(intptr_t)result, HERE);
    __real_thrd_exit(result);
}

int __wrap_thrd_sleep(const struct timespec *time, struct timespec *left)
{
    int kept = errno, error;

    if (!is_actor())
        return __real_thrd_sleep(time, left);
    error = posix_sleep(time, left, HERE) < 0 ? errno : 0;
    errno = kept;
    return error == 0 ? 0 : error == EINTR ? -1 : -2;
}

void __wrap_thrd_yield(void)
{
    if (is_actor())
        posix_yield(HERE);
    else
        __real_thrd_yield();
}

/* ---- locks ---- */

static int lock(const struct take *take, const struct timespec *deadline)
{
    return deadline == NULL
               ? __real_pthread_mutex_lock(take->what)
               : __real_pthread_mutex_clocklock(take->what, take->clock,
                                                deadline);
}

int __wrap_mtx_init(mtx_t *mutex, int type)
{
    int result = __real_mtx_init(mutex, type);

    note_made(KIND_LOCK_INIT, mutex,
              type & mtx_recursive ? LOCK_RECURSIVE : LOCK_NORMAL, HERE,
              result == thrd_success ? 0 : EINVAL);
    return result;
}

/* POSIX says whether it could be done. */
void __wrap_mtx_destroy(mtx_t *mutex)
{
    struct give give = give_begin(KIND_LOCK_DESTROY, mutex, HERE);

    give_end(&give,
             __real_pthread_mutex_destroy((pthread_mutex_t *)mutex));
}

int __wrap_mtx_lock(mtx_t *mutex)
{
    struct take call = {
        .kind = KIND_LOCK, .what = mutex, .call = lock, .pc = HERE};

    return is_actor() ? result_of(take(&call)) : __real_mtx_lock(mutex);
}

int __wrap_mtx_timedlock(mtx_t *mutex, const struct timespec *deadline)
{
    struct take call = {.kind = KIND_LOCK,
                        .what = mutex,
                        .call = lock,
                        .clock = CLOCK_REALTIME,
                        .deadline = deadline,
                        .pc = HERE};

    return is_actor() ? result_of(take(&call))
                      : __real_mtx_timedlock(mutex, deadline);
}

int __wrap_mtx_trylock(mtx_t *mutex)
{
    int result;

    try_begin(KIND_LOCK, mutex, HERE);
    result = __real_mtx_trylock(mutex);
    note_tried(KIND_LOCK, mutex, HERE,
               result == thrd_success ? 0
               : result == thrd_busy  ? EBUSY
                                      : EINVAL);
    return result;
}

int __wrap_mtx_unlock(mtx_t *mutex)
{
    struct give give = give_begin(KIND_UNLOCK, mutex, HERE);

    return result_of(give_end(
        &give, __real_pthread_mutex_unlock((pthread_mutex_t *)mutex)));
}

/* ---- conditions ---- */

int __wrap_cnd_init(cnd_t *condition)
{
    int result = __real_cnd_init(condition);

    note_made(KIND_CONDITION_INIT, condition, 0, HERE,
              result == thrd_success ? 0 : EINVAL);
    return result;
}

void __wrap_cnd_destroy(cnd_t *condition)
{
    struct give give = give_begin(KIND_CONDITION_DESTROY, condition, HERE);

    give_end(&give,
             __real_pthread_cond_destroy((pthread_cond_t *)condition));
}

int __wrap_cnd_wait(cnd_t *condition, mtx_t *mutex)
{
    return is_actor()
               ? result_of(posix_wait((pthread_cond_t *)condition,
                                      (pthread_mutex_t *)mutex, NULL, HERE))
               : __real_cnd_wait(condition, mutex);
}

int __wrap_cnd_timedwait(cnd_t *condition, mtx_t *mutex,
                         const struct timespec *deadline)
{
    return is_actor() ? result_of(posix_wait((pthread_cond_t *)condition,
                                             (pthread_mutex_t *)mutex,
                                             deadline, HERE))
                      : __real_cnd_timedwait(condition, mutex, deadline);
}

int __wrap_cnd_signal(cnd_t *condition)
{
    return is_actor() ? result_of(posix_signal((pthread_cond_t *)condition,
                                               HERE))
                      : __real_cnd_signal(condition);
}

int __wrap_cnd_broadcast(cnd_t *condition)
{
    return is_actor()
               ? result_of(posix_broadcast((pthread_cond_t *)condition,
                                           HERE))
               : __real_cnd_broadcast(condition);
}

/* ---- others ---- */

void __wrap_call_once(once_flag *flag, void (*routine)(void))
{
    if (is_actor())
        posix_once((pthread_once_t *)flag, routine, HERE);
    else
        __real_call_once(flag, routine);
}

int __wrap_timespec_get(struct timespec *time, int base)
{
    if (!is_controlled() || base != TIME_UTC)
        return __real_timespec_get(time, base);
    *time = posix_time(CLOCK_REALTIME, HERE);
    return base;
}
