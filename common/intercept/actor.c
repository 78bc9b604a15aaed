/*
 * actor.c - actors begin, know themselves, and end.  See actor.h.
 *
 * Whoever makes a child announces it first, in the parent, so that the
 * event of the birth comes before anything the child does.  The number
 * reaches the child by fork's copy of memory, by the argument of the
 * thread's trampoline, or by the environment through exec.
 */
#define _GNU_SOURCE /* SA_RESETHAND, REG_RIP */
#include "intercept/actor.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "intercept/gate.h"
#include "intercept/identity.h"
#include "intercept/intercept.h"
#include "intercept/real.h"
#include "intercept/record.h"

_Thread_local struct self self;
bool process_has_threads;
bool stacks_are_shared;

/* Its first function's frame may begin a little above this one's. */
#define FRAME_MARGIN 512

static void become(struct trace *trace, uint32_t number, uint64_t pc)
{
    struct actor *actor = trace_actor(trace, number);

    self.trace = trace;
    self.actor = actor;
    self.number = number;
    self.process = actor->process;
    self.unnamed = true;
    self.store = TRACE_NONE;
    actor->pid = identity_pid();
    actor->tid = identity_tid();
    actor->thread = (uint64_t)pthread_self();
    if (gate != NULL)
        gate->begin();
    atomic_store(&actor->state, ACTOR_RUNNING);
    record(KIND_BEGIN, 0, identity_of_actor(number, actor->tid), pc);
}

void actor_become(struct trace *trace, uint32_t number, uint64_t pc)
{
    self.depth = 0;
    self.stack_end = (uint64_t)(uintptr_t)__builtin_frame_address(0) +
                     FRAME_MARGIN;
    become(trace, number, pc);
}

void actor_forked(uint32_t number, uint64_t pc)
{
    struct trace *trace = self.trace;

    process_has_threads = false;
    self.trace = NULL;
    if (number != TRACE_NONE)
        become(trace, number, pc);
}

uint32_t actor_announce(void)
{
    return trace_add_actor(self.trace, self.number);
}

uint32_t actor_of_thread(pthread_t thread)
{
    for (uint32_t i = trace_actor_count(self.trace); i-- > 0;) {
        struct actor *actor = trace_actor(self.trace, i);

        if (actor->process == self.process &&
            pthread_equal((pthread_t)actor->thread, thread))
            return i;
    }
    return TRACE_NONE;
}

void actor_end(void)
{
    atomic_store(&self.actor->state, ACTOR_ENDED);
    self.trace = NULL;
}

uint32_t intercept_process_of(struct trace *trace, int pid)
{
    for (uint32_t i = trace_actor_count(trace); i-- > 0;) {
        struct actor *actor = trace_actor(trace, i);

        if (actor->process == i && actor->pid == pid)
            return i;
    }
    return TRACE_NONE;
}

void actor_end_process(struct trace *trace, uint32_t process)
{
    for (uint32_t i = process; i < trace_actor_count(trace); i++)
        if (trace_actor(trace, i)->process == process)
            atomic_store(&trace_actor(trace, i)->state, ACTOR_ENDED);
}

void intercept_killed(struct trace *trace, uint32_t process, int signal)
{
    struct event event = {.kind = KIND_KILLED,
                          .actor = (uint16_t)process,
                          .value = signal,
                          .peer = TRACE_NONE};
    struct actor *actor = trace_actor(trace, process);

    if (actor == NULL || atomic_load(&actor->state) == ACTOR_ENDED)
        return;
    actor_end_process(trace, process);
    trace_append(trace, &event);
}

int __real_raise(int number); /* wrapped in signal.c */

/* The instruction at which the signal came. */
static uint64_t instruction_of(const ucontext_t *context)
{
#if defined __x86_64__
    return (uint64_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined __aarch64__
    return context->uc_mcontext.pc;
#else
    (void)context;
    return 0;
#endif
}

/*
 * Where the program crashed, as a return address would be: past the
 * first byte.  If that is in a library, or the signal was sent (by abort,
 * say), the function that was last entered.
 */
static uint64_t crash_pc(const siginfo_t *about, const ucontext_t *context)
{
    extern const char __executable_start, etext;
    uint64_t at = instruction_of(context);

    if (about->si_code > 0 &&
        at >= (uint64_t)(uintptr_t)&__executable_start &&
        at < (uint64_t)(uintptr_t)&etext)
        return at + 1;
    return self.depth > 0 ? self.frames[(self.depth - 1) % FRAMES_MAX].pc
                          : 0;
}

static bool is_about_memory(int number)
{
    return number == SIGSEGV || number == SIGBUS;
}

/* The load that crashes is ours, made to know the value: so its place
 * is that of the program's own, which comes next.  0: it was no load. */
static uint64_t load_pc(const siginfo_t *about)
{
    for (uint32_t i = trace_count(self.trace); i-- > 0;) {
        const struct event *event = trace_read(self.trace, i);

        if (event != NULL && event->actor == self.number)
            return event_kind(event) == KIND_LOAD &&
                           event->object == object_of(about->si_addr)
                       ? event->pc
                       : 0;
    }
    return 0;
}

/* What could not be written is not there to be read for the trace. */
static void forget_store(const siginfo_t *about)
{
    uint64_t at = (uint64_t)(uintptr_t)about->si_addr;

    if (at - self.store_address < sizeof(int64_t))
        self.store = TRACE_NONE;
}

/*
 * A crash is recorded by who crashes, with its line; then the signal
 * takes its course.
 */
static void on_crash(int number, siginfo_t *about, void *context)
{
    uint64_t pc = 0;

    if (is_actor() && is_about_memory(number)) {
        forget_store(about);
        pc = load_pc(about);
    }
    if (is_actor())
        record(KIND_CRASH, 0, number,
               pc != 0 ? pc : crash_pc(about, context));
    if (is_actor() && gate != NULL) {
        actor_end_process(self.trace, self.process);
        gate->leave(true);
    }
    __real_raise(number); /* SA_RESETHAND: this time for good */
}

/* By turns: to be killed by its own write is no crash, but nobody else
 * would get the turn. */
static void on_broken_pipe(int number)
{
    if (is_actor())
        gate->leave(true);
    __real_raise(number);
}

static void catch_broken_pipe(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = on_broken_pipe;
    action.sa_flags = SA_RESETHAND | SA_NODEFER;
    sigaction(SIGPIPE, &action, NULL);
}

/* A stack that has no room left has none for on_crash either: it gets
 * one of its own, in the first thread and whoever is forked by it. */
static void make_spare_stack(void)
{
    static char room[1 << 16];
    stack_t stack = {.ss_sp = room, .ss_size = sizeof room};

    sigaltstack(&stack, NULL);
}

void actor_catch_crashes(void)
{
    static const int fatal[] = {SIGSEGV, SIGBUS,  SIGFPE,
                                SIGILL,  SIGABRT, SIGSYS};
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_crash;
    action.sa_flags = SA_SIGINFO | SA_RESETHAND | SA_NODEFER | SA_ONSTACK;
    make_spare_stack();
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
        sigaction(fatal[i], &action, NULL);
    if (gate != NULL)
        catch_broken_pipe();
}

void intercept_start(struct trace *trace)
{
    uint32_t number = trace_add_actor(trace, 0);

    actor_catch_crashes();
    actor_become(trace, number, 0);
}
