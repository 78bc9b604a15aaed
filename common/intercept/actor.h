/*
 * actor.h - who is calling: the thread's own side of its actor.
 *
 * For the files of intercept/ only.
 */
#ifndef INTERCEPT_ACTOR_H
#define INTERCEPT_ACTOR_H

#include <pthread.h>

#include "trace/trace.h"

#define FRAMES_MAX 64

/* One function that the actor is in. */
struct frame {
    uint64_t pc;  /* an address in the function */
    uint64_t cfa; /* where its variables are measured from */
};

/*
 * What only its own thread touches.  A fork copies it; the child then
 * calls actor_forked.
 */
struct self {
    struct trace *trace;  /* NULL: this thread is no actor */
    struct actor *actor;
    uint32_t number;
    uint32_t process;
    uint64_t stack_end;   /* its own variables lie below */
    bool unnamed;         /* the next function entered is its first */
    int depth;            /* may exceed FRAMES_MAX; deeper is not kept */
    struct frame frames[FRAMES_MAX];
    /* A write is announced before it is made; its value is read back
     * when this actor next records something. */
    uint32_t store;       /* that event, or TRACE_NONE */
    uint64_t store_address;
    uint32_t store_size;
};

extern _Thread_local struct self self
    __attribute__((tls_model("initial-exec")));

/* More than one thread was ever seen in this process. */
extern bool process_has_threads;

/* A thread was given the address of a variable on another's stack. */
extern bool stacks_are_shared;

/* Where the wrapper will return to, in the program. */
#define HERE ((uint64_t)(uintptr_t)__builtin_return_address(0))

/* True in a thread of the program under study. */
static inline bool is_actor(void)
{
    return self.trace != NULL;
}

/* actor_owns_stack - does that address lie on the caller's own stack? */
static inline bool actor_owns_stack(const volatile void *address)
{
    uint64_t at = (uint64_t)(uintptr_t)address;

    return at < self.stack_end &&
           at > (uint64_t)(uintptr_t)__builtin_frame_address(0);
}

/*
 * actor_become - the calling thread is actor `number` from now on.
 * Records BEGIN.
 */
void actor_become(struct trace *trace, uint32_t number, uint64_t pc);

/*
 * actor_forked - in the child of a fork: it is actor `number` from now
 * on, and still in the functions that its parent was in.  Records BEGIN.
 * With TRACE_NONE it is no actor.
 */
void actor_forked(uint32_t number, uint64_t pc);

/* actor_catch_crashes - make fatal signals events; anew after exec. */
void actor_catch_crashes(void);

/*
 * actor_announce - make a number for a child about to be born.
 *
 * Returns TRACE_NONE if there are too many; the child is then no actor.
 */
uint32_t actor_announce(void);

/* The actor of a thread of this process; TRACE_NONE if none is known. */
uint32_t actor_of_thread(pthread_t thread);

/* actor_end_process - a process has ended, and its threads with it. */
void actor_end_process(struct trace *trace, uint32_t process);

/* The thread is gone: the actor ends, and self is no actor any more. */
void actor_end(void);

#endif
