/*
 * handler.h - the program's signal handlers in a controlled run.
 *
 * A signal reaches a process whenever the kernel likes, but a handler is
 * the program's code and may run only in its actor's turn.  So the
 * kernel is given a handler of ours, which only notes that the signal
 * came if the actor has not got the turn; the program's handler is run
 * when it has.
 *
 * Used by schedule/, too.
 */
#ifndef INTERCEPT_HANDLER_H
#define INTERCEPT_HANDLER_H

#include <stdbool.h>

/* handler_run - run the handlers of signals that have come meanwhile.
 * Requires the turn. */
void handler_run(void);

/* Is a call that those handlers have interrupted to be made again?
 * (All of them were set with SA_RESTART.) */
bool handler_restarts(void);

#endif
