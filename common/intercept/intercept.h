/*
 * intercept.h - how the program under study becomes visible.
 *
 * The linker sends every call named in wrap.ld to a wrapper here, the
 * compiler every memory access (memory.c).  Each wrapper makes the real
 * call, gives back its result and errno untouched, and appends an event
 * to the trace.  In a process that is no actor (the harness itself, or
 * a test) every wrapper is just the real call.
 *
 * Used by run/.  Uses trace/.
 */
#ifndef INTERCEPT_INTERCEPT_H
#define INTERCEPT_INTERCEPT_H

#include "trace/trace.h"

/*
 * intercept_start - make the calling thread the first actor.
 *
 * From here on everything that it and its descendants do is recorded in
 * `trace`, which must stay mapped.  Also catches fatal signals, so that
 * a crash is an event with its source line.
 */
void intercept_start(struct trace *trace);

/*
 * intercept_attach - go on as an actor after exec.
 *
 * `begin` is called first, with the trace: schedule_start, if turns are
 * to be taken in it.
 * Returns the variant that the program was running before exec, as
 * intercept_variant had set it; NULL if this process was not started by
 * an actor, and then nothing has changed.
 */
const char *intercept_attach(void (*begin)(struct trace *trace));

/* The variant's name, for intercept_attach after an exec. */
void intercept_variant(const char *name);

/*
 * intercept_process_of - the actor that is the first thread of process
 * `pid`, the latest of that number; TRACE_NONE if there is none.
 */
uint32_t intercept_process_of(struct trace *trace, int pid);

/*
 * intercept_killed - record that a process was ended by a signal.
 *
 * For whoever learned it by waiting: the dead cannot say it.  Does
 * nothing if that is on record already.
 */
void intercept_killed(struct trace *trace, uint32_t process, int signal);

#endif
