/*
 * signal.c - wrappers that send signals: kill, raise.
 *
 * To send is to give, so it is recorded before.  Who is killed by it is
 * recorded as such by who learns it, see intercept_killed.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "intercept/identity.h"
#include "intercept/intercept.h"
#include "intercept/real.h"
#include "intercept/turn.h"

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

/*
 * By turns: does that signal end that process?  Then it is ended before
 * anybody goes on.  The kernel tells of the signals that a process
 * handles (ours for crashes among them), ignores or holds up.
 */
static uint64_t signals(const char *status, const char *which)
{
    const char *at = strstr(status, which);

    return at == NULL ? 0 : strtoull(at + strlen(which), NULL, 16);
}

/* By the kernel's own calls: the wrapped ones would be on record. */
static void read_status(pid_t pid, char *text, size_t size)
{
    char path[40];
    ssize_t length = -1;
    long file;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        length = syscall(SYS_read, file, text, size - 1);
        syscall(SYS_close, file);
    }
    text[length > 0 ? length : 0] = '\0';
}

static bool is_harmless(int number)
{
    return number == 0 || number == SIGCHLD || number == SIGCONT ||
           number == SIGURG || number == SIGWINCH || number == SIGSTOP ||
           number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

static bool ends(pid_t pid, int number)
{
    uint64_t bit = number > 0 ? UINT64_C(1) << (number - 1) : 0;
    char status[4096];

    if (number == SIGKILL)
        return true;
    if (is_harmless(number))
        return false;
    read_status(pid, status, sizeof status);
    return ((signals(status, "SigCgt:") | signals(status, "SigIgn:") |
             signals(status, "SigBlk:")) & bit) == 0;
}

/* The process was sent a signal, in our turn. */
static void deliver(pid_t pid, int number, bool fatal)
{
    uint32_t actor = intercept_process_of(self.trace, pid);

    if (actor == TRACE_NONE || actor == self.process)
        return;
    if (fatal) {
        gate->killed(actor);
        intercept_killed(self.trace, actor, number);
    } else if (!is_harmless(number)) {
        gate->signalled(actor);
    }
}

int __wrap_kill(pid_t pid, int number)
{
    uint32_t event;
    bool fatal;
    int result;

    if (!is_actor())
        return __real_kill(pid, number);
    pid = identity_real(pid);
    ask(KIND_KILL, target_of(pid), HERE);
    event = record(KIND_KILL, target_of(pid), number, HERE);
    fatal = is_controlled() && pid > 0 && ends(pid, number);
    if (fatal && pid == identity_pid())
        gate->leave(true); /* it will not come to say so */
    result = __real_kill(pid, number);
    record_result(event, number, result < 0 ? errno : 0);
    if (is_controlled() && pid > 0 && result == 0)
        deliver(pid, number, fatal);
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
    if (is_controlled() && ends(identity_pid(), number))
        gate->leave(true); /* it will not come to say so */
    result = __real_raise(number);
    record_result(event, number, result != 0 ? errno : 0);
    return result;
}
