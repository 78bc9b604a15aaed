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

/*
 * By turns the real barrier is not used: what it would count is kept in
 * its place, which all who share the barrier share.
 */
struct turn_barrier {
    uint32_t count, arrived, round;
};
_Static_assert(sizeof(struct turn_barrier) <= sizeof(pthread_barrier_t),
               "no room in a barrier");

int __wrap_pthread_barrier_init(pthread_barrier_t *barrier,
                                const pthread_barrierattr_t *attributes,
                                unsigned count)
{
    int error = __real_pthread_barrier_init(barrier, attributes, count);

    if (error == 0 && is_controlled())
        *(struct turn_barrier *)barrier =
            (struct turn_barrier){.count = count};
    return note_made(KIND_BARRIER_INIT, barrier, count, HERE, error);
}

int __wrap_pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    struct give give = give_begin(KIND_BARRIER_DESTROY, barrier, HERE);

    if (is_controlled())
        return give_end(&give, 0);
    return give_end(&give, __real_pthread_barrier_destroy(barrier));
}

static int wait_by_turns(pthread_barrier_t *barrier, uint64_t object,
                         uint64_t pc)
{
    struct turn_barrier *state = (struct turn_barrier *)barrier;

    uint32_t round = state->round;

    /* Only a signal's handler lets it go on too early; then the barrier
     * is still there to be looked at. */
    if (++state->arrived < state->count) {
        while (gate->block(KIND_BARRIER_LEAVE, object, pc, GATE_NEVER,
                           false) == GATE_SIGNAL &&
               state->round == round)
            ;
        return 0;
    }
    state->arrived = 0;
    state->round++;
    gate->touch(object);
    return PTHREAD_BARRIER_SERIAL_THREAD;
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
    ask(KIND_BARRIER_ARRIVE, object, pc);
    state_waiting(record(KIND_BARRIER_ARRIVE, object, 0, pc), 0);
    result = is_controlled() ? wait_by_turns(barrier, object, pc)
                             : __real_pthread_barrier_wait(barrier);
    state_running();
    serial = result == PTHREAD_BARRIER_SERIAL_THREAD;
    record_call(KIND_BARRIER_LEAVE, object, serial, pc,
                serial ? 0 : result, 0);
    errno = kept;
    return result;
}
