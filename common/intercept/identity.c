/*
 * identity.c - see identity.h; and the wrappers of getpid, getppid and
 * gettid.
 */
#define _GNU_SOURCE /* gettid */
#include "intercept/identity.h"

#include <limits.h>
#include <sys/syscall.h>

#include "intercept/intercept.h"
#include "intercept/real.h"
#include "intercept/turn.h"

/* clang-format off */
REAL(pid_t, getpid, (void));
REAL(pid_t, getppid, (void));
REAL(pid_t, gettid, (void));
/* clang-format on */

#define FIRST 1000 /* the number of the first actor */
#define OUTSIDE (FIRST - 1) /* that of a parent who is none */

pid_t identity_pid(void)
{
    return (pid_t)syscall(SYS_getpid);
}

pid_t identity_tid(void)
{
    return (pid_t)syscall(SYS_gettid);
}

pid_t identity_of_actor(uint32_t actor, pid_t real)
{
    return is_controlled() && actor != TRACE_NONE ? FIRST + (pid_t)actor
                                                  : real;
}

pid_t identity_shown(pid_t real)
{
    if (!is_controlled() || real <= 0)
        return real;
    return identity_of_actor(intercept_process_of(self.trace, real), real);
}

pid_t identity_real(pid_t shown)
{
    const struct actor *actor;
    pid_t parent;

    if (!is_controlled() || shown < OUTSIDE)
        return shown;
    if (shown == OUTSIDE) {
        parent = __real_getppid();
        return intercept_process_of(self.trace, parent) == TRACE_NONE
                   ? parent
                   : INT_MAX; /* nobody's number */
    }
    actor = trace_actor(self.trace, (uint32_t)(shown - FIRST));
    return actor == NULL ? shown : actor->pid;
}

pid_t __wrap_getpid(void)
{
    return is_controlled() ? identity_of_actor(self.process, 0)
                           : __real_getpid();
}

pid_t __wrap_getppid(void)
{
    pid_t real = __real_getppid();
    uint32_t parent;

    if (!is_controlled())
        return real;
    parent = intercept_process_of(self.trace, real);
    return parent == TRACE_NONE ? OUTSIDE : FIRST + (pid_t)parent;
}

pid_t __wrap_gettid(void)
{
    return is_controlled() ? identity_of_actor(self.number, 0)
                           : __real_gettid();
}
