/*
 * signal.c - wrappers that send signals: kill, raise.
 *
 * To send is to give, so it is recorded before.  Who is killed by it is
 * recorded as such by who learns it, see intercept_killed.
 */
#define _GNU_SOURCE
#include "intercept/intercept.h"
#include "intercept/real.h"
#include "intercept/record.h"

/* clang-format off */
REAL(int, kill, (pid_t, int));
REAL(int, raise, (int));
/* clang-format on */

static uint64_t target_of(pid_t pid)
{
    uint32_t actor =
        pid > 0 ? intercept_process_of(self.trace, pid) : TRACE_NONE;

    return actor == TRACE_NONE ? 0 : object_key(OBJECT_ACTOR, actor);
}

int __wrap_kill(pid_t pid, int number)
{
    uint32_t event;
    int result;

    if (!is_actor())
        return __real_kill(pid, number);
    event = record(KIND_KILL, target_of(pid), number, HERE);
    result = __real_kill(pid, number);
    record_result(event, number, result < 0 ? errno : 0);
    return result;
}

int __wrap_raise(int number)
{
    uint32_t event;
    int result;

    if (!is_actor())
        return __real_raise(number);
    event = record(KIND_KILL, object_key(OBJECT_ACTOR, self.number),
                   number, HERE);
    result = __real_raise(number);
    record_result(event, number, result != 0 ? errno : 0);
    return result;
}
