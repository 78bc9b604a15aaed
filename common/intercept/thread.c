/*
 * thread.c - wrappers of the pthread_* calls that make, name, signal and
 * end threads and wait for their ends.
 *
 * A thread's creator announces it and records its birth, so that no
 * event of the child can come before that; the child then runs through
 * `begin`, which makes it that actor.  However it ends (it returns, it
 * calls pthread_exit, it is cancelled), the destructor of a thread-
 * specific key records it, after the program's own cleanup handlers and
 * thread-specific destructors, which are still its doing.  For the first
 * thread of a process, which has no `begin`, the key is set as soon as
 * it may end in such a way.
 */
#define _GNU_SOURCE /* pthread_clockjoin_np, gettid */
#include "intercept/identity.h"
#include "intercept/posix.h"
#include "intercept/real.h"
#include "intercept/take.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
REAL(int, pthread_create, (pthread_t *, const pthread_attr_t *, void *(*)(void *), void *));
REAL(_Noreturn void, pthread_exit, (void *));
REAL(int, pthread_join, (pthread_t, void **));
REAL(int, pthread_tryjoin_np, (pthread_t, void **));
REAL(int, pthread_timedjoin_np, (pthread_t, void **, const struct timespec *));
REAL(int, pthread_clockjoin_np, (pthread_t, void **, clockid_t, const struct timespec *));
REAL(int, pthread_detach, (pthread_t));
REAL(int, pthread_setname_np, (pthread_t, const char *));
REAL(int, pthread_kill, (pthread_t, int));
/* clang-format on */

static pthread_key_t end_key;
static _Thread_local struct end {
    int rounds;  /* of destructors that have been made */
    uint64_t pc; /* of pthread_exit; 0: it returned, or was cancelled */
} end;

/* The program's destructors may come in the same round as this one, or
 * in the next, so it asks for one more until there are no more. */
static void on_end(void *unused)
{
    if (!is_actor())
        return;
    if (++end.rounds < PTHREAD_DESTRUCTOR_ITERATIONS) {
        pthread_setspecific(end_key, unused);
        return;
    }
    ask(KIND_THREAD_END, object_key(OBJECT_ACTOR, self.number), end.pc);
    record(KIND_THREAD_END, 0, 0, end.pc);
    if (gate != NULL)
        gate->leave(false);
    actor_end();
}

__attribute__((constructor)) static void make_end_key(void)
{
    pthread_key_create(&end_key, on_end);
}

static void expect_end(void)
{
    end = (struct end){0};
    pthread_setspecific(end_key, &end);
}

/* An address in the function, as a return address would be: past its
 * first byte. */
static uint64_t inside(uint64_t routine)
{
    return routine + 1;
}

/*
 * The new thread finds what it is to do in its actor, whose number is
 * its argument: nothing is allocated, by whom and for how long ever.
 */
static void *begin(void *argument)
{
    uint32_t number = (uint32_t)(uintptr_t)argument;
    struct trace *trace = trace_here();
    const struct actor *actor = trace_actor(trace, number);
    void *(*routine)(void *) = (void *(*)(void *))(uintptr_t)actor->routine;

    actor_become(trace, number, inside(actor->routine));
    if (actor->birth != TRACE_NONE)
        trace_event(trace, actor->birth)->value =
            identity_of_actor(number, identity_tid());
    expect_end();
    return routine((void *)(uintptr_t)actor->argument);
}

/* Fills in what the creator knows of the actor. */
static struct actor *describe(uint32_t number, void *(*routine)(void *),
                              void *argument, uint64_t pc)
{
    struct actor *actor = trace_actor(self.trace, number);

    actor->process = (uint16_t)self.process;
    actor->routine = (uint64_t)(uintptr_t)routine;
    actor->argument = (uint64_t)(uintptr_t)argument;
    atomic_store(&actor->start, inside(actor->routine));
    ask(KIND_THREAD_CREATE, 0, pc);
    actor->birth = record(KIND_THREAD_CREATE,
                          object_key(OBJECT_ACTOR, number), 0, pc);
    return actor;
}

/* There is room for no more actors.  Its name may be that of some which
 * have ended, and must not be taken for them. */
static int create_unknown(pthread_t *thread,
                          const pthread_attr_t *attributes,
                          void *(*routine)(void *), void *argument)
{
    int error = __real_pthread_create(thread, attributes, routine, argument);
    uint32_t ended;

    while (error == 0 && (ended = actor_of_thread(*thread)) != TRACE_NONE)
        trace_actor(self.trace, ended)->thread = 0;
    return error;
}

int posix_create(pthread_t *thread, const pthread_attr_t *attributes,
                 void *(*routine)(void *), void *argument, uint64_t pc)
{
    struct actor *actor;
    uint32_t number;
    int error;

    number = actor_announce();
    if (number == TRACE_NONE)
        return create_unknown(thread, attributes, routine, argument);
    if (actor_owns_stack(argument))
        stacks_are_shared = true;
    if (self.number == self.process)
        expect_end(); /* from now on somebody may cancel it */
    process_has_threads = true;
    actor = describe(number, routine, argument, pc);
    error = __real_pthread_create(thread, attributes, begin,
                                  (void *)(uintptr_t)number);
    if (error != 0) {
        atomic_store(&actor->state, ACTOR_ENDED);
        record_result(actor->birth, 0, error);
        return error;
    }
    /* The child stores the same, but may not have come to it yet when
     * its creator asks for it by this name. */
    actor->thread = (uint64_t)*thread;
    if (gate != NULL)
        gate->born(number);
    return 0;
}

int __wrap_pthread_create(pthread_t *thread,
                          const pthread_attr_t *attributes,
                          void *(*routine)(void *), void *argument)
{
    return is_actor() ? posix_create(thread, attributes, routine, argument,
                                     HERE)
                      : __real_pthread_create(thread, attributes, routine,
                                              argument);
}

void posix_exit(void *result, uint64_t pc)
{
    if (self.number == self.process)
        expect_end();
    end.pc = pc;
    __real_pthread_exit(result);
}

void __wrap_pthread_exit(void *result)
{
    if (is_actor())
        posix_exit(result, HERE);
    __real_pthread_exit(result);
}

/* The key of a thread; 0 for one that is no actor. */
static uint64_t key_of(pthread_t thread)
{
    uint32_t number = actor_of_thread(thread);

    return number == TRACE_NONE ? 0 : object_key(OBJECT_ACTOR, number);
}

struct joining {
    pthread_t thread;
    void **result;
};

static int join(const struct take *take, const struct timespec *deadline)
{
    struct joining *joining = take->what;

    if (deadline == NULL)
        return __real_pthread_join(joining->thread, joining->result);
    return __real_pthread_clockjoin_np(joining->thread, joining->result,
                                       take->clock, deadline);
}

static int take_join(pthread_t thread, void **result, clockid_t clock,
                     const struct timespec *deadline, uint64_t pc)
{
    struct joining joining = {.thread = thread, .result = result};
    struct take call = {.kind = KIND_JOIN,
                        .what = &joining,
                        .object = key_of(thread),
                        .call = join,
                        .clock = clock,
                        .deadline = deadline,
                        .pc = pc};

    if (call.object == 0) {
        call.object = object_key(OBJECT_ACTOR, OBJECT_ANY_CHILD);
        call.flags = EVENT_OUTSIDE;
    }
    return take(&call);
}

int posix_join(pthread_t thread, void **result, uint64_t pc)
{
    return take_join(thread, result, CLOCK_REALTIME, NULL, pc);
}

int __wrap_pthread_join(pthread_t thread, void **result)
{
    return is_actor()
               ? take_join(thread, result, CLOCK_REALTIME, NULL, HERE)
               : __real_pthread_join(thread, result);
}

int __wrap_pthread_timedjoin_np(pthread_t thread, void **result,
                                const struct timespec *deadline)
{
    return is_actor()
               ? take_join(thread, result, CLOCK_REALTIME, deadline, HERE)
               : __real_pthread_timedjoin_np(thread, result, deadline);
}

int __wrap_pthread_clockjoin_np(pthread_t thread, void **result,
                                clockid_t clock,
                                const struct timespec *deadline)
{
    return is_actor()
               ? take_join(thread, result, clock, deadline, HERE)
               : __real_pthread_clockjoin_np(thread, result, clock,
                                             deadline);
}

int __wrap_pthread_tryjoin_np(pthread_t thread, void **result)
{
    uint64_t object = is_actor() ? key_of(thread) : 0;
    int error;

    ask(KIND_JOIN, object, HERE);
    error = __real_pthread_tryjoin_np(thread, result);
    if (error != 0)
        looked();
    if (is_actor())
        record_call(KIND_JOIN, object, 0, HERE, error, EVENT_TRY);
    return error;
}

int posix_detach(pthread_t thread, uint64_t pc)
{
    struct give give =
        give_key_begin(KIND_DETACH, key_of(thread), 0, pc);

    return give_end(&give, __real_pthread_detach(thread));
}

int __wrap_pthread_detach(pthread_t thread)
{
    return is_actor() ? posix_detach(thread, HERE)
                      : __real_pthread_detach(thread);
}

int __wrap_pthread_kill(pthread_t thread, int number)
{
    struct give give = give_key_begin(
        KIND_KILL, is_actor() ? key_of(thread) : 0, number, HERE);

    return give_end(&give, __real_pthread_kill(thread, number));
}

static void note_name(pthread_t thread, const char *name, int error,
                      uint64_t pc)
{
    uint32_t number = actor_of_thread(thread);
    uint32_t event = record_text(
        KIND_SET_NAME,
        number == TRACE_NONE ? 0 : object_key(OBJECT_ACTOR, number), 0, pc,
        0, name, strlen(name));

    record_result(event, 0, error);
    if (error == 0 && number != TRACE_NONE && event != TRACE_NONE)
        atomic_store(&trace_actor(self.trace, number)->name,
                     trace_event(self.trace, event)->text);
}

int __wrap_pthread_setname_np(pthread_t thread, const char *name)
{
    int kept = errno;
    int error = __real_pthread_setname_np(thread, name);

    if (is_actor())
        note_name(thread, name, error, HERE);
    errno = kept;
    return error;
}
