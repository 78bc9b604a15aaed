/*
 * process.c - wrappers of a process's life: fork, vfork, wait, waitpid,
 * wait3, wait4, waitid, exit, _exit, _Exit, quick_exit, prctl.
 *
 * vfork is made as a fork: a child that shares its parent's memory could
 * not be another actor.
 *
 * EXIT is the last thing that a process is seen to do.  So exit() is
 * recorded by a handler that was registered before all of the program's
 * own and therefore runs after them.
 */
#define _GNU_SOURCE /* wait4, on_exit */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "intercept/handler.h"
#include "intercept/identity.h"
#include "intercept/intercept.h"
#include "intercept/real.h"
#include "intercept/turn.h"

/* clang-format off */
REAL(pid_t, fork, (void));
REAL(pid_t, vfork, (void));
REAL(pid_t, wait, (int *));
REAL(pid_t, waitpid, (pid_t, int *, int));
REAL(pid_t, wait3, (int *, int, struct rusage *));
REAL(pid_t, wait4, (pid_t, int *, int, struct rusage *));
REAL(int, waitid, (idtype_t, id_t, siginfo_t *, int));
REAL(_Noreturn void, exit, (int));
REAL(_Noreturn void, _exit, (int));
REAL(_Noreturn void, _Exit, (int));
REAL(_Noreturn void, quick_exit, (int));
REAL(int, prctl, (int, ...));
/* clang-format on */

static uint64_t actor_key(uint32_t number)
{
    return number == TRACE_NONE ? 0 : object_key(OBJECT_ACTOR, number);
}

/* ---- births ---- */

/*
 * The handlers that the program gave to pthread_atfork are its doing:
 * those before the fork come before FORK, and those of the child are the
 * child's.  So FORK is recorded, and the child becomes its own actor, in
 * handlers that were registered before all others: the first to be
 * registered is the last one before the fork and the first one after.
 */
static _Thread_local struct {
    bool is_asked; /* it is a fork of the program itself */
    uint32_t child, event;
    uint64_t pc;
} forking;

static void before_fork(void)
{
    if (!forking.is_asked)
        return;
    forking.child = actor_announce();
    forking.event =
        record(KIND_FORK, actor_key(forking.child), 0, forking.pc);
}

static void in_child(void)
{
    if (!forking.is_asked)
        return;
    forking.is_asked = false;
    actor_forked(forking.child, forking.pc);
}

__attribute__((constructor)) static void watch_forks(void)
{
    pthread_atfork(before_fork, NULL, in_child);
}

static pid_t fork_actor(uint64_t pc)
{
    uint32_t child;
    pid_t pid;

    if (!is_actor())
        return __real_fork();
    ask(KIND_FORK, 0, pc);
    forking.is_asked = true;
    forking.pc = pc;
    pid = __real_fork();
    if (pid == 0)
        return 0;
    forking.is_asked = false;
    child = forking.child;
    record_result(forking.event, pid < 0 ? 0 : identity_of_actor(child, pid),
                  pid < 0 ? errno : 0);
    if (child == TRACE_NONE)
        return pid;
    if (pid < 0) {
        actor_end_process(self.trace, child);
        return pid;
    }
    trace_actor(self.trace, child)->pid = pid;
    if (gate != NULL)
        gate->born(child);
    return identity_of_actor(child, pid);
}

pid_t __wrap_fork(void)
{
    return fork_actor(HERE);
}

pid_t __wrap_vfork(void)
{
    return fork_actor(HERE);
}

/* ---- ends ---- */

static void note_exit(int status, uint64_t pc)
{
    if (!is_actor())
        return;
    ask(KIND_EXIT, object_key(OBJECT_ACTOR, self.process), pc);
    record(KIND_EXIT, 0, status & 0xff, pc);
    actor_end_process(self.trace, self.process);
    if (gate != NULL)
        gate->leave(true);
    actor_end();
}

/* Where exit was called; 0 if main has returned. */
static uint64_t exit_pc;

/*
 * By turns, a process leaves here: what the harness's own libraries do
 * at an exit is nothing that the program could notice, but takes a tenth
 * of a short run.  So what is left to exit is done here: the program's
 * destructors (the symbols are the linker's) and its streams.
 */
static _Noreturn void leave_at_once(int status)
{
    extern void (*const __fini_array_start[])(void);
    extern void (*const __fini_array_end[])(void);
    size_t count = (size_t)(__fini_array_end - __fini_array_start);

    while (count-- > 0)
        __fini_array_start[count]();
    fflush(NULL);
    __real__exit(status);
}

/* The handlers that the program registers run before this one. */
static void on_exit_of_process(int status, void *nothing)
{
    bool by_turns = is_controlled();

    (void)nothing;
    note_exit(status, exit_pc);
    if (by_turns)
        leave_at_once(status);
}

__attribute__((constructor)) static void watch_exit(void)
{
    on_exit(on_exit_of_process, NULL);
}

void __wrap_exit(int status)
{
    if (is_actor() && self.depth > 0)
        exit_pc = HERE;
    __real_exit(status);
}

void __wrap__exit(int status)
{
    note_exit(status, HERE);
    __real__exit(status);
}

void __wrap__Exit(int status)
{
    note_exit(status, HERE);
    __real__Exit(status);
}

void __wrap_quick_exit(int status)
{
    note_exit(status, HERE);
    __real_quick_exit(status);
}

/* ---- waiting for a child's end ---- */

/* A call of the wait family, which is all wait4 underneath. */
struct reaping {
    pid_t pid;
    int options;
    struct rusage *usage;
    int status; /* the result */
};

static bool is_my_child(uint32_t actor)
{
    const struct actor *child = trace_actor(self.trace, actor);

    return child->process == actor && actor != self.process &&
           trace_actor(self.trace, child->parent)->process == self.process;
}

/* By turns: a child, or any, that has become a program which takes no
 * turns. */
static bool is_unseen(uint32_t child)
{
    if (!is_controlled())
        return false;
    if (child != TRACE_NONE)
        return trace_actor(self.trace, child)->unseen;
    for (uint32_t i = self.process; i < trace_actor_count(self.trace); i++)
        if (trace_actor(self.trace, i)->unseen && is_my_child(i) &&
            trace_actor(self.trace, i)->state != ACTOR_ENDED)
            return true;
    return false;
}

static uint64_t awaited(pid_t pid, unsigned *outside)
{
    uint32_t child = TRACE_NONE;

    if (pid > 0)
        child = intercept_process_of(self.trace, pid);
    *outside = (pid > 0 && child == TRACE_NONE) || is_unseen(child)
                   ? EVENT_OUTSIDE
                   : 0;
    return object_key(OBJECT_ACTOR,
                      child == TRACE_NONE ? OBJECT_ANY_CHILD : child);
}

/* The child did not say that it ended: it was killed, or has become a
 * program that we cannot see. */
static void note_end_of(uint32_t child, int status)
{
    struct actor *actor = trace_actor(self.trace, child);
    struct event event = {.kind = KIND_EXIT,
                          .actor = (uint16_t)child,
                          .peer = TRACE_NONE};

    if (WIFSIGNALED(status))
        intercept_killed(self.trace, child, WTERMSIG(status));
    if (actor == NULL || !WIFEXITED(status) ||
        atomic_load(&actor->state) == ACTOR_ENDED)
        return;
    event.value = WEXITSTATUS(status);
    actor_end_process(self.trace, child);
    trace_append(self.trace, &event);
}

static void note_reap(pid_t pid, int status, unsigned flags, uint64_t pc)
{
    uint32_t child = intercept_process_of(self.trace, pid);
    uint64_t key = object_key(OBJECT_ACTOR, child == TRACE_NONE
                                                ? OBJECT_ANY_CHILD
                                                : child);

    note_end_of(child, status);
    record_call(KIND_REAP, key, status, pc, 0, flags);
}

/*
 * Reap without waiting: 0 if nobody can be reaped yet.
 *
 * By turns: when a program that takes none ends is no matter of the
 * schedule, so whoever would wait for it is not to see whether it
 * already has.  It is waited for when nobody else can go on.
 */
static pid_t reap_at_once(struct reaping *reaping)
{
    struct trace *trace = self.trace;
    uint32_t child = reaping->pid > 0
                         ? intercept_process_of(trace, reaping->pid)
                         : TRACE_NONE;
    pid_t pid;

    if ((reaping->options & WNOHANG) != 0 || !is_unseen(child) ||
        (reaping->pid > 0 && child == TRACE_NONE))
        return __real_wait4(reaping->pid, &reaping->status,
                            reaping->options | WNOHANG, reaping->usage);
    for (uint32_t i = 0; i < trace_actor_count(trace); i++) {
        const struct actor *each = trace_actor(trace, i);

        if (reaping->pid > 0 || each->unseen || !is_my_child(i))
            continue;
        pid = __real_wait4(each->pid, &reaping->status,
                           reaping->options | WNOHANG, reaping->usage);
        if (pid > 0)
            return pid;
    }
    return 0;
}

/* By turns: until a child's end has touched it. */
static pid_t reap_by_turns(struct reaping *reaping, uint64_t pc)
{
    unsigned outside, waited = 0;
    uint64_t object;
    pid_t pid = 0;

    while (pid == 0) {
        object = awaited(reaping->pid, &outside);
        switch (turn_wait(KIND_REAP, object, pc, outside, GATE_NEVER,
                          &waited)) {
        case GATE_REALLY:
            return __real_wait4(reaping->pid, &reaping->status,
                                reaping->options, reaping->usage);
        case GATE_SIGNAL:
            if (!handler_restarts()) {
                errno = EINTR;
                return -1;
            }
            /* fall through */
        default:
            pid = reap_at_once(reaping);
        }
    }
    return pid;
}

static pid_t reap(struct reaping *reaping, uint64_t pc)
{
    unsigned outside, flags = reaping->options & WNOHANG ? EVENT_TRY : 0;
    uint64_t object = awaited(reaping->pid, &outside);
    pid_t pid;

    ask(KIND_REAP, object, pc);
    pid = reap_at_once(reaping);
    if (pid == 0 && flags == 0 && is_controlled()) {
        pid = reap_by_turns(reaping, pc);
        flags = EVENT_WAITED;
    } else if (pid == 0 && flags == 0) {
        wait_begin(KIND_REAP, object, pc, outside);
        pid = __real_wait4(reaping->pid, &reaping->status,
                           reaping->options, reaping->usage);
        wait_end();
        flags = EVENT_WAITED;
    } else if (pid == 0)
        looked();
    if (pid > 0)
        note_reap(pid, reaping->status, flags, pc);
    else
        record_call(KIND_REAP, object, 0, pc, pid < 0 ? errno : EAGAIN,
                    flags);
    return pid;
}

static pid_t reap_into(struct reaping reaping, int *status, uint64_t pc)
{
    pid_t pid;

    reaping.pid = identity_real(reaping.pid);
    pid = reap(&reaping, pc);
    if (pid > 0 && status != NULL)
        *status = reaping.status;
    return identity_shown(pid);
}

pid_t __wrap_wait(int *status)
{
    return is_actor()
               ? reap_into((struct reaping){.pid = -1}, status, HERE)
               : __real_wait(status);
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
    struct reaping reaping = {.pid = pid, .options = options};

    return is_actor() ? reap_into(reaping, status, HERE)
                      : __real_waitpid(pid, status, options);
}

pid_t __wrap_wait3(int *status, int options, struct rusage *usage)
{
    struct reaping reaping = {
        .pid = -1, .options = options, .usage = usage};

    return is_actor() ? reap_into(reaping, status, HERE)
                      : __real_wait3(status, options, usage);
}

pid_t __wrap_wait4(pid_t pid, int *status, int options,
                   struct rusage *usage)
{
    struct reaping reaping = {
        .pid = pid, .options = options, .usage = usage};

    return is_actor() ? reap_into(reaping, status, HERE)
                      : __real_wait4(pid, status, options, usage);
}

/* What the others of the family would have said. */
static int status_of(const siginfo_t *about)
{
    switch (about->si_code) {
    case CLD_EXITED:
        return W_EXITCODE(about->si_status, 0);
    case CLD_KILLED:
        return W_EXITCODE(0, about->si_status);
    case CLD_DUMPED:
        return W_EXITCODE(0, about->si_status) | WCOREFLAG;
    case CLD_CONTINUED:
        return __W_CONTINUED;
    default:
        return W_STOPCODE(about->si_status);
    }
}

/* One who only looks (WNOWAIT) reaps nobody. */
static void note_waitid(const siginfo_t *about, bool looks, unsigned flags,
                        uint64_t pc)
{
    uint32_t child = intercept_process_of(self.trace, about->si_pid);

    if (looks)
        note_end_of(child, status_of(about));
    else
        note_reap(about->si_pid, status_of(about), flags, pc);
}

int __wrap_waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    unsigned outside, flags = options & WNOHANG ? EVENT_TRY : 0;
    siginfo_t about;
    uint64_t object;
    int result;

    if (!is_actor())
        return __real_waitid(type, id, info, options);
    if (type == P_PID)
        id = (id_t)identity_real((pid_t)id);
    object = awaited(type == P_PID ? (pid_t)id : -1, &outside);
    memset(&about, 0, sizeof about);
    ask(KIND_REAP, object, HERE);
    result = __real_waitid(type, id, &about, options | WNOHANG);
    if (is_controlled() && flags == 0)
        while (result == 0 && about.si_pid == 0) {
            turn_wait(KIND_REAP, object, HERE, outside, GATE_NEVER, &flags);
            result = __real_waitid(type, id, &about, options | WNOHANG);
        }
    else if (result == 0 && about.si_pid == 0 && flags == 0) {
        wait_begin(KIND_REAP, object, HERE, outside);
        result = __real_waitid(type, id, &about, options);
        wait_end();
        flags = EVENT_WAITED;
    }
    if (result == 0 && about.si_pid != 0)
        note_waitid(&about, options & WNOWAIT, flags, HERE);
    else
        record_call(KIND_REAP, object, 0, HERE,
                    result < 0 ? errno : EAGAIN, flags);
    about.si_pid = identity_shown(about.si_pid);
    if (result == 0 && info != NULL)
        *info = about;
    return result;
}

/* ---- names ---- */

/* The name as it was written; the kernel keeps 15 bytes of it. */
static void note_name(const char *name, int result, uint64_t pc)
{
    uint32_t event = record_text(KIND_SET_NAME, actor_key(self.number), 0,
                                 pc, 0, name, strlen(name));

    if (event == TRACE_NONE)
        return;
    record_result(event, 0, result < 0 ? errno : 0);
    if (result == 0)
        atomic_store(&self.actor->name,
                     trace_event(self.trace, event)->text);
}

int __wrap_prctl(int option, ...)
{
    unsigned long argument[4];
    va_list arguments;
    int result;

    va_start(arguments, option);
    for (int i = 0; i < 4; i++)
        argument[i] = va_arg(arguments, unsigned long);
    va_end(arguments);
    result = __real_prctl(option, argument[0], argument[1], argument[2],
                          argument[3]);
    if (option == PR_SET_NAME && is_actor())
        note_name((const char *)argument[0], result, HERE);
    return result;
}
