/*
 * once.c - the wrapper of pthread_once.
 *
 * Who runs the routine records ONCE when it has returned and before the
 * others are let go on, so theirs come later: for them ONCE is a take.
 *
 * There is no way to ask whether the call would wait.  The C library
 * keeps in the control whether the routine is being run; only that is
 * looked at, so a caller that finds somebody in there is known to wait.
 * Should it look wrong, a wait too many or too few is shown, no more.
 */
#define _GNU_SOURCE /* real.h: calls beyond POSIX */
#include "intercept/posix.h"
#include "intercept/real.h"
#include "intercept/take.h"

/* clang-format off */
REAL(int, pthread_once, (pthread_once_t *, void (*)(void)));
/* clang-format on */

#define IN_PROGRESS 1 /* glibc: the lowest bit of the control */

struct passage {
    uint64_t object;
    uint64_t pc;
    void (*routine)(void);
    unsigned waited;
    bool ran;
};

/* pthread_once hands no argument on to the routine. */
static _Thread_local struct passage *current;

static void run_routine(void)
{
    struct passage *passage = current;

    if (passage->waited) /* whoever it waited for has been cancelled */
        state_running();
    passage->routine();
    passage->ran = true;
    record_call(KIND_ONCE, passage->object, 1, passage->pc, 0,
                passage->waited);
}

/* The routine is being run: by turns, until it has returned. */
static void wait_for_routine(const pthread_once_t *control,
                             struct passage *passage)
{
    while (__atomic_load_n(control, __ATOMIC_ACQUIRE) & IN_PROGRESS)
        turn_wait(KIND_ONCE, passage->object, passage->pc, 0, GATE_NEVER,
                  &passage->waited);
}

static int pass(pthread_once_t *control, struct passage *passage)
{
    int error;

    ask(KIND_ONCE, passage->object, passage->pc);
    if (is_controlled())
        wait_for_routine(control, passage);
    else if (__atomic_load_n(control, __ATOMIC_ACQUIRE) & IN_PROGRESS) {
        wait_begin(KIND_ONCE, passage->object, passage->pc, 0);
        passage->waited = EVENT_WAITED;
    }
    error = __real_pthread_once(control, run_routine);
    touched(passage->object);
    if (passage->waited)
        wait_end();
    if (!passage->ran)
        record_call(KIND_ONCE, passage->object, 0, passage->pc, error,
                    passage->waited);
    return error;
}

int posix_once(pthread_once_t *control, void (*routine)(void),
               uint64_t pc)
{
    struct passage *outer = current;
    struct passage passage = {.routine = routine, .pc = pc};
    int error;

    passage.object = object_of(control);
    current = &passage;
    error = pass(control, &passage);
    current = outer;
    return error;
}

int __wrap_pthread_once(pthread_once_t *control, void (*routine)(void))
{
    return is_actor() ? posix_once(control, routine, HERE)
                      : __real_pthread_once(control, routine);
}
