/*
 * handler.c - see handler.h; and the wrappers of sigaction, signal,
 * pause and sigsuspend.
 */
#define _GNU_SOURCE /* sighandler_t */
#include "intercept/handler.h"

#include <string.h>

#include "intercept/real.h"
#include "intercept/turn.h"

/* clang-format off */
REAL(int, sigaction, (int, const struct sigaction *, struct sigaction *));
REAL(sighandler_t, signal, (int, sighandler_t));
REAL(int, pause, (void));
REAL(int, sigsuspend, (const sigset_t *));
/* clang-format on */

/* What the program has set; the process's own, copied by fork. */
static struct sigaction handlers[NSIG];
static bool handled[NSIG];

static _Thread_local volatile sig_atomic_t came[NSIG];
static _Thread_local volatile sig_atomic_t any_came;
static _Thread_local bool restarts;
static _Thread_local volatile sig_atomic_t runs; /* of handlers */

static void run(int number, siginfo_t *about, void *context)
{
    struct sigaction action = handlers[number];

    runs++;
    if ((action.sa_flags & SA_RESTART) == 0)
        restarts = false;
    if (action.sa_flags & SA_RESETHAND)
        handled[number] = false;
    if (action.sa_flags & SA_SIGINFO)
        action.sa_sigaction(number, about, context);
    else
        action.sa_handler(number);
}

static void on_signal(int number, siginfo_t *about, void *context)
{
    int error = errno;

    if (gate->has_turn()) {
        run(number, about, context);
    } else {
        came[number] = 1;
        any_came = 1;
    }
    errno = error;
}

void handler_run(void)
{
    siginfo_t about;

    if (!any_came)
        return;
    any_came = 0;
    restarts = true;
    for (int number = 1; number < NSIG; number++) {
        if (!came[number])
            continue;
        came[number] = 0;
        memset(&about, 0, sizeof about);
        about.si_signo = number;
        if (handled[number])
            run(number, &about, NULL);
    }
}

bool handler_restarts(void)
{
    return restarts;
}

static bool is_function(const struct sigaction *action)
{
    return (action->sa_flags & SA_SIGINFO) != 0 ||
           (action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN);
}

static int set_by_turns(int number, const struct sigaction *action,
                        struct sigaction *before)
{
    struct sigaction ours = *action, old = handlers[number];
    bool was_handled = handled[number];

    if (is_function(action)) {
        handlers[number] = *action;
        ours.sa_flags |= SA_SIGINFO;
        ours.sa_flags &= ~SA_ONSTACK;
        ours.sa_sigaction = on_signal;
    }
    if (__real_sigaction(number, &ours, before) < 0) {
        handlers[number] = old;
        return -1;
    }
    handled[number] = is_function(action);
    if (number == SIGCHLD)
        gate->hears_children(handled[number]);
    if (before != NULL && was_handled)
        *before = old;
    return 0;
}

int __wrap_sigaction(int number, const struct sigaction *action,
                     struct sigaction *before)
{
    int result;

    if (!is_controlled() || number < 1 || number >= NSIG)
        return __real_sigaction(number, action, before);
    if (action != NULL)
        return set_by_turns(number, action, before);
    result = __real_sigaction(number, NULL, before);
    if (result == 0 && before != NULL && handled[number])
        *before = handlers[number];
    return result;
}

sighandler_t __wrap_signal(int number, sighandler_t handler)
{
    struct sigaction action = {.sa_handler = handler,
                               .sa_flags = SA_RESTART};
    struct sigaction before;

    if (!is_controlled() || number < 1 || number >= NSIG)
        return __real_signal(number, handler);
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, number);
    return set_by_turns(number, &action, &before) < 0 ? SIG_ERR
                                                      : before.sa_handler;
}

/* Until more than `before` handlers have run; only a signal ends it. */
static int wait_for_signal(sig_atomic_t before, uint64_t pc)
{
    uint64_t object = object_key(OBJECT_TIME, 1);
    unsigned waited = 0;

    ask(KIND_WAIT, object, pc);
    while (runs == before)
        turn_wait(KIND_SLEEP, object, pc, 0, GATE_NEVER, &waited);
    errno = EINTR;
    return -1;
}

int __wrap_pause(void)
{
    return is_controlled() ? wait_for_signal(runs, HERE) : __real_pause();
}

int __wrap_sigsuspend(const sigset_t *mask)
{
    sig_atomic_t run_before = runs; /* one may wait to be let in */
    sigset_t before;

    if (!is_controlled())
        return __real_sigsuspend(mask);
    sigprocmask(SIG_SETMASK, mask, &before);
    wait_for_signal(run_before, HERE);
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = EINTR;
    return -1;
}
