/*
 * take.c - see take.h.
 */
#define _GNU_SOURCE /* real.h: spawn, poll and clock calls */
#include "intercept/take.h"

#include "intercept/handler.h"
#include "intercept/real.h"

static void stop_waiting(void *unused)
{
    (void)unused;
    wait_end();
}

/* A thread may be cancelled in the real call; its cleanup handlers then
 * run, and it does not wait any more. */
static int take_waiting(const struct take *take, uint64_t object)
{
    int error;

    wait_begin(take->kind, object, take->pc,
               take->flags | (take->deadline != NULL ? EVENT_TIMED : 0));
    pthread_cleanup_push(stop_waiting, NULL);
    error = take->call(take, take->deadline);
    pthread_cleanup_pop(1);
    return error;
}

/*
 * A deadline before 1970 fails a wait without a system call; but that
 * would hide nanoseconds that are none, which must fail as EINVAL.
 */
static struct timespec past_of(const struct timespec *deadline)
{
    struct timespec past = {.tv_sec = -1};

    if (deadline != NULL)
        past.tv_nsec = deadline->tv_nsec;
    if (past.tv_nsec < 0 || past.tv_nsec > 999999999)
        past.tv_sec = 0;
    return past;
}

/* The same by turns: tried again and again, whenever the object was
 * touched. */
static int take_by_turns(const struct take *take, uint64_t object,
                         const struct timespec *past, unsigned *waited)
{
    uint64_t deadline = turn_deadline(take->clock, take->deadline);
    enum gate_answer answer;
    int error;

    while ((error = take->call(take, past)) == ETIMEDOUT) {
        answer = turn_wait(take->kind, object, take->pc, take->flags,
                           deadline, waited);
        if (answer == GATE_TIMEOUT)
            return ETIMEDOUT;
        if (answer == GATE_SIGNAL && take->kind == KIND_SEMAPHORE_WAIT &&
            !handler_restarts())
            return EINTR;
        if (answer == GATE_REALLY)
            return take->call(take, take->deadline);
    }
    return error;
}

int take(const struct take *take)
{
    int kept = errno;
    uint64_t object = take->object != 0 ? take->object
                                        : object_of(take->what);
    struct timespec past = past_of(take->deadline);
    unsigned waited = 0;
    int error;

    ask(take->kind, object, take->pc);
    if (is_controlled()) {
        error = take_by_turns(take, object, &past, &waited);
    } else if ((error = take->call(take, &past)) == ETIMEDOUT) {
        error = take_waiting(take, object);
        waited = EVENT_WAITED;
    }
    record_call(take->kind, object, 0, take->pc, error, waited);
    errno = kept;
    return error;
}

int note_made(enum kind kind, const volatile void *what, int64_t value,
              uint64_t pc, int error)
{
    int kept = errno;

    if (is_actor())
        record_call(kind, object_made(what), value, pc, error, 0);
    errno = kept;
    return error;
}

void try_begin(enum kind kind, const volatile void *what, uint64_t pc)
{
    int kept = errno;

    if (is_controlled())
        ask(kind, object_of(what), pc);
    errno = kept;
}

int note_tried(enum kind kind, const volatile void *what, uint64_t pc,
               int error)
{
    int kept = errno;

    if (is_actor())
        record_call(kind, object_of(what), 0, pc, error, EVENT_TRY);
    if (error != 0)
        looked();
    errno = kept;
    return error;
}

struct give give_key_begin(enum kind kind, uint64_t object, int64_t value,
                           uint64_t pc)
{
    struct give give = {
        .event = TRACE_NONE, .value = value, .object = object};

    ask(kind, object, pc);
    if (is_actor())
        give.event = record(kind, object, value, pc);
    return give;
}

struct give give_begin(enum kind kind, const volatile void *what,
                       uint64_t pc)
{
    int kept = errno;
    struct give give = {.event = TRACE_NONE};

    if (is_actor())
        give = give_key_begin(kind, object_of(what), 0, pc);
    errno = kept;
    return give;
}

int give_end(const struct give *give, int error)
{
    record_result(give->event, give->value, error);
    if (error == 0)
        touched(give->object);
    return error;
}
