/*
 * leftover.h - named shared memory and semaphores that a program left.
 *
 * They outlive the processes that made them.  A program that is killed
 * had no chance to take them away, one that forgets them should hear it.
 *
 * Used by run/session.c.  Uses trace/.
 */
#ifndef RUN_LEFTOVER_H
#define RUN_LEFTOVER_H

#include "trace/trace.h"

/* leftover_begin - remember which there are before the program runs. */
void leftover_begin(void);

/*
 * leftover_end - take away those that the program has made and left.
 *
 * That is: what its trace names, was not there before, and belongs to
 * this user.  Says so on stderr for each.
 */
void leftover_end(const struct trace *trace);

#endif
