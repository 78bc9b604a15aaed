/*
 * condition.c - wrappers of pthread_cond_*.
 *
 * A wait gives the mutex away and takes it again: CONDITION_WAIT is
 * recorded before the call and begins the waiting, CONDITION_WAKE after
 * it, when the actor has the mutex back.  That holds for a thread that
 * is cancelled in there, too: its cleanup handlers run with the mutex
 * locked, so CONDITION_WAKE comes before them, with ECANCELED.
 */
#define _GNU_SOURCE /* pthread_cond_clockwait */
#include "intercept/posix.h"
#include "intercept/real.h"
#include "intercept/take.h"

/* clang-format off */
REAL(int, pthread_cond_init, (pthread_cond_t *, const pthread_condattr_t *));
REAL(int, pthread_cond_destroy, (pthread_cond_t *));
REAL(int, pthread_cond_wait, (pthread_cond_t *, pthread_mutex_t *));
REAL(int, pthread_cond_timedwait, (pthread_cond_t *, pthread_mutex_t *, const struct timespec *));
REAL(int, pthread_cond_clockwait, (pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *));
REAL(int, pthread_cond_signal, (pthread_cond_t *));
REAL(int, pthread_cond_broadcast, (pthread_cond_t *));
/* clang-format on */

/* Wrapped in mutex.c. */
int __real_pthread_mutex_trylock(pthread_mutex_t *);
int __real_pthread_mutex_unlock(pthread_mutex_t *);

struct wait {
    pthread_cond_t *condition;
    pthread_mutex_t *mutex;
    clockid_t clock;
    const struct timespec *deadline;
    int (*call)(const struct wait *wait);
    uint64_t pc;
    uint64_t object;
    int64_t mutex_key;
    int error;
};

/* The C library's own note of the clock that the condition was made
 * with: it has no call to ask for that. */
static clockid_t clock_of(const pthread_cond_t *condition)
{
    return condition->__data.__wrefs & 2 ? CLOCK_MONOTONIC
                                         : CLOCK_REALTIME;
}

static int call_wait(const struct wait *wait)
{
    return __real_pthread_cond_wait(wait->condition, wait->mutex);
}

static int call_timedwait(const struct wait *wait)
{
    return __real_pthread_cond_timedwait(wait->condition, wait->mutex,
                                         wait->deadline);
}

static int call_clockwait(const struct wait *wait)
{
    return __real_pthread_cond_clockwait(wait->condition, wait->mutex,
                                         wait->clock, wait->deadline);
}

static void fall_asleep(struct wait *wait)
{
    unsigned flags = wait->deadline != NULL ? EVENT_TIMED : 0;

    wait->object = object_of(wait->condition);
    wait->mutex_key = (int64_t)object_of(wait->mutex);
    state_waiting(record_call(KIND_CONDITION_WAIT, wait->object,
                              wait->mutex_key, wait->pc, 0, flags),
                  flags);
}

static void wake_up(void *argument)
{
    struct wait *wait = argument;

    state_running();
    record_call(KIND_CONDITION_WAKE, wait->object, wait->mutex_key,
                wait->pc, wait->error, 0);
}

/* By turns, without the real condition: give the mutex away and block
 * on the condition in one turn, then take the mutex again. */
static int wait_by_turns(const struct wait *wait)
{
    uint64_t mutex_key = (uint64_t)wait->mutex_key;
    enum gate_answer answer;
    int error = __real_pthread_mutex_unlock(wait->mutex);

    if (error != 0)
        return error;
    gate->touch(mutex_key);
    answer = gate->block(KIND_CONDITION_WAIT, wait->object, wait->pc,
                         turn_deadline(wait->clock, wait->deadline),
                         false);
    while ((error = __real_pthread_mutex_trylock(wait->mutex)) == EBUSY)
        gate->block(KIND_LOCK, mutex_key, wait->pc, GATE_NEVER, false);
    if (error == 0 && answer == GATE_TIMEOUT)
        return ETIMEDOUT;
    return error;
}

static bool is_valid(const struct timespec *deadline)
{
    return deadline == NULL ||
           (deadline->tv_nsec >= 0 && deadline->tv_nsec < 1000000000);
}

static int make(struct wait *wait)
{
    int kept = errno;

    if (!is_actor())
        return wait->call(wait);
    ask(KIND_CONDITION_WAIT, object_of(wait->condition), wait->pc);
    fall_asleep(wait);
    wait->error = ECANCELED;
    pthread_cleanup_push(wake_up, wait);
    wait->error = is_controlled() && is_valid(wait->deadline)
                      ? wait_by_turns(wait)
                      : wait->call(wait);
    pthread_cleanup_pop(1);
    errno = kept;
    return wait->error;
}

int __wrap_pthread_cond_init(pthread_cond_t *condition,
                             const pthread_condattr_t *attributes)
{
    return note_made(KIND_CONDITION_INIT, condition, 0, HERE,
                     __real_pthread_cond_init(condition, attributes));
}

int __wrap_pthread_cond_destroy(pthread_cond_t *condition)
{
    struct give give = give_begin(KIND_CONDITION_DESTROY, condition, HERE);

    return give_end(&give, __real_pthread_cond_destroy(condition));
}

int __wrap_pthread_cond_wait(pthread_cond_t *condition,
                             pthread_mutex_t *mutex)
{
    struct wait wait = {.condition = condition,
                        .mutex = mutex,
                        .call = call_wait,
                        .pc = HERE};

    return make(&wait);
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *condition,
                                  pthread_mutex_t *mutex,
                                  const struct timespec *deadline)
{
    struct wait wait = {.condition = condition,
                        .mutex = mutex,
                        .clock = clock_of(condition),
                        .deadline = deadline,
                        .call = call_timedwait,
                        .pc = HERE};

    return make(&wait);
}

int __wrap_pthread_cond_clockwait(pthread_cond_t *condition,
                                  pthread_mutex_t *mutex, clockid_t clock,
                                  const struct timespec *deadline)
{
    struct wait wait = {.condition = condition,
                        .mutex = mutex,
                        .clock = clock,
                        .deadline = deadline,
                        .call = call_clockwait,
                        .pc = HERE};

    return make(&wait);
}

int posix_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
               const struct timespec *deadline, uint64_t pc)
{
    struct wait wait = {.condition = condition,
                        .mutex = mutex,
                        .clock = CLOCK_REALTIME,
                        .deadline = deadline,
                        .call = deadline == NULL ? call_wait
                                                 : call_timedwait,
                        .pc = pc};

    return make(&wait);
}

int posix_signal(pthread_cond_t *condition, uint64_t pc)
{
    struct give give = give_begin(KIND_SIGNAL, condition, pc);

    if (is_controlled()) {
        gate->wake_one(give.object);
        return 0;
    }
    return give_end(&give, __real_pthread_cond_signal(condition));
}

int __wrap_pthread_cond_signal(pthread_cond_t *condition)
{
    return posix_signal(condition, HERE);
}

int posix_broadcast(pthread_cond_t *condition, uint64_t pc)
{
    struct give give = give_begin(KIND_BROADCAST, condition, pc);

    return give_end(&give, __real_pthread_cond_broadcast(condition));
}

int __wrap_pthread_cond_broadcast(pthread_cond_t *condition)
{
    return posix_broadcast(condition, HERE);
}
