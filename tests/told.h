/*
 * told.h - what the wrappers told, for the tests of intercept/.
 *
 * Check runs each test in a process of its own; start() makes that one
 * the first actor, and the calls in a test go through the wrappers as
 * those of a chapter do.  TOLD and TOLD_BY compare what was recorded
 * since forget(), one word an event:
 *
 *     READ[0]:5"hello"   at the first end of a pipe or pair, its value,
 *                        its text
 *     CLOSE=EBADF        its error
 *     REAP>1 WAIT>any    done to actor 1, to any child
 *     WAIT(READ)         waits to do what; & until somebody outside ends
 *                        it, @ until time does
 *     READ~  LOCK?       had to wait before; never waits
 *
 * Nothing sleeps to let something happen: somebody is known to wait when
 * its actor says so and the kernel says that it is asleep.
 */
#ifndef TESTS_TOLD_H
#define TESTS_TOLD_H

#include <check.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "intercept/actor.h"
#include "intercept/intercept.h"
#include "intercept/real.h"

pid_t __real_fork(void);
pid_t __real_waitpid(pid_t, int *, int);
int __real_waitid(idtype_t, id_t, siginfo_t *, int);
int __real_kill(pid_t, int);
int __real_sched_yield(void);
_Noreturn void __real__exit(int);

#define UNTOUCHED 77 /* an errno that no call gives */

/* Check is linked in and prints; that is none of the story. */
#define QUIETLY(statement)                \
    do {                                  \
        struct trace *kept_ = self.trace; \
        self.trace = NULL;                \
        statement;                        \
        self.trace = kept_;               \
    } while (0)

/* Returns `value`, errno untouched. */
#define RETURNS(value, call)                              \
    do {                                                  \
        long got_;                                        \
        int left_;                                        \
        errno = UNTOUCHED;                                \
        got_ = (long)(call);                              \
        left_ = errno;                                    \
        QUIETLY(ck_assert_int_eq(got_, (value));          \
                ck_assert_int_eq(left_, UNTOUCHED));      \
    } while (0)

/* Returns -1 and sets errno. */
#define FAILS(error, call)                                \
    do {                                                  \
        long got_;                                        \
        int left_;                                        \
        errno = UNTOUCHED;                                \
        got_ = (long)(call);                              \
        left_ = errno;                                    \
        QUIETLY(ck_assert_int_eq(got_, -1);               \
                ck_assert_int_eq(left_, (error)));        \
    } while (0)

#define HOLDS(condition) QUIETLY(ck_assert(condition))

#define TOLD_BY(actor, expected) \
    QUIETLY(ck_assert_str_eq(told_by(actor), (expected)))
#define TOLD(expected) TOLD_BY(0u, expected)

static struct trace *trace;
static uint32_t forgotten;

static inline void forget(void)
{
    forgotten = trace_count(trace);
}

static inline void start(void)
{
    trace = trace_create(1 << 16);
    intercept_start(trace);
    forget();
}

/* Where nobody sees it, as if that were the terminal. */
static inline void start_mute(void)
{
    int nowhere = open("/dev/null", O_WRONLY);

    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    start();
}

static inline bool tells_value(enum kind kind)
{
    return kind == KIND_READ || kind == KIND_WRITE || kind == KIND_POLL ||
           kind == KIND_EXIT || kind == KIND_KILL || kind == KIND_KILLED ||
           kind == KIND_CRASH || kind == KIND_MAP || kind == KIND_UNMAP;
}

static inline void tell_object(FILE *out, uint64_t object)
{
    if (object_class(object) == OBJECT_TIME)
        fputs(">time", out);
    if (object_class(object) != OBJECT_ACTOR)
        return;
    if (object_where(object) == OBJECT_ANY_CHILD)
        fputs(">any", out);
    else
        fprintf(out, ">%d", (int)object_where(object));
}

static inline void tell_value(FILE *out, const struct event *event)
{
    if (tells_value(event_kind(event)))
        fprintf(out, ":%d", (int)event->value);
    if (event_kind(event) == KIND_REAP && event->error == 0)
        fprintf(out, ":%x", (unsigned)event->value);
    if (event->text != 0 && event_kind(event) != KIND_SOCKET_PAIR)
        fprintf(out, "\"%s\"", trace_text(trace, event->text));
}

static inline void tell(FILE *out, const struct event *event)
{
    unsigned flags = event->flags;

    fputs(kind_info[event_kind(event)].name, out);
    if (event_kind(event) == KIND_WAIT)
        fprintf(out, "(%s)", kind_info[event->value].name);
    fprintf(out, "%s%s%s%s%s%s%s%s%s", flags & EVENT_TRY ? "?" : "",
            flags & EVENT_WAITED ? "~" : "", flags & EVENT_TIMED ? "@" : "",
            flags & EVENT_OUTSIDE ? "&" : "",
            flags & EVENT_READ_END ? "[0]" : "",
            flags & EVENT_WRITE_END ? "[1]" : "",
            flags & EVENT_STDERR ? "!" : "",
            flags & EVENT_CLOEXEC ? "x" : "",
            flags & EVENT_CUT ? "..." : "");
    tell_object(out, event->object);
    tell_value(out, event);
    if (event->error != 0)
        fprintf(out, "=%s", strerrorname_np(event->error));
}

/* What an actor did since forget(); names are left out. */
static inline const char *told_by(uint32_t actor)
{
    static char text[4096];
    FILE *out = fmemopen(text, sizeof text, "w");
    const char *between = "";

    fputs("", out);
    for (uint32_t i = forgotten; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);

        if (event == NULL || event->actor != actor ||
            event_kind(event) == KIND_OBJECT_NAME)
            continue;
        fputs(between, out);
        tell(out, event);
        between = " ";
    }
    fclose(out);
    return text;
}

/* The last event of a kind since forget(). */
static inline const struct event *last_event(enum kind kind)
{
    for (uint32_t i = trace_count(trace); i-- > forgotten;) {
        const struct event *event = trace_read(trace, i);

        if (event != NULL && event_kind(event) == kind)
            return event;
    }
    QUIETLY(ck_abort_msg("no such event: %s", kind_info[kind].name));
    return NULL;
}

/* Was the object given this name since forget()? */
static inline bool is_named(uint64_t object, const char *name)
{
    for (uint32_t i = forgotten; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);

        if (event != NULL && event_kind(event) == KIND_OBJECT_NAME &&
            event->object == object &&
            strcmp(trace_text(trace, event->text), name) == 0)
            return true;
    }
    return false;
}

/* ---- others ---- */

static inline bool kernel_says_asleep(int pid)
{
    char path[64], line[256] = "";
    const char *state;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    file = fopen(path, "r");
    if (file == NULL)
        return false;
    state = fgets(line, sizeof line, file) == NULL ? NULL
                                                   : strrchr(line, ')');
    fclose(file);
    return state != NULL && state[2] == 'S';
}

static inline bool is_asleep(const struct actor *actor)
{
    uint32_t state = atomic_load(&actor->state);
    bool asleep;

    QUIETLY(asleep = state >= ACTOR_WAITING &&
                     state <= ACTOR_WAITING_OUTSIDE &&
                     kernel_says_asleep(actor->pid));
    return asleep;
}

/* Until the actor waits for something and really sleeps. */
static inline void await_asleep(uint32_t number)
{
    while (!is_asleep(trace_actor(trace, number)))
        __real_sched_yield();
}

static inline void await_state(uint32_t number, enum actor_state state)
{
    while (atomic_load(&trace_actor(trace, number)->state) != state)
        __real_sched_yield();
}

/* Until the process has ended, which leaves it to be reaped. */
static inline void await_end(pid_t pid)
{
    siginfo_t about;

    __real_waitid(P_PID, (id_t)pid, &about, WEXITED | WNOWAIT);
}

/* Somebody who is no actor; does `act` once the first actor waits. */
static inline pid_t stranger(void (*act)(void))
{
    pid_t pid = __real_fork();

    if (pid != 0)
        return pid;
    self.trace = NULL;
    await_asleep(0);
    act();
    __real__exit(0);
}

static inline void gone(pid_t pid)
{
    int status = -1;

    HOLDS(__real_waitpid(pid, &status, 0) == pid && status == 0);
}

static inline void signal_parent(void)
{
    __real_kill(getppid(), SIGUSR1);
}

static inline void on_signal(int number)
{
    (void)number;
}

/* SIGUSR1 is handled; a wait then fails with EINTR, unless `flags` has
 * SA_RESTART. */
static inline void handle_signal(int flags)
{
    struct sigaction action = {.sa_handler = on_signal,
                               .sa_flags = flags};

    sigaction(SIGUSR1, &action, NULL);
}

#endif
