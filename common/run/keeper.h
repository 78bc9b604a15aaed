/*
 * keeper.h - runs the program under study, and ends all of it.
 *
 * Three processes: the *front* is the one that the user started; it
 * forks the *keeper*, which forks the *program*.  The keeper watches,
 * and whatever happens (the program ends, crashes, forks away, never
 * ends; the user presses Ctrl-C; the front is killed) it ends and reaps
 * every descendant of its own before it ends itself.  If the keeper is
 * killed, the front does.
 *
 * Used by run/session.c and tests.  Uses run/family.h, run/stuck.h,
 * intercept/ and trace/.
 */
#ifndef RUN_KEEPER_H
#define RUN_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "run/variants.h"
#include "trace/trace.h"

struct study {
    const struct variant *variant;
    int argc; /* for its main; argv[0] is the program's name */
    char **argv;
    uint64_t timeout; /* nanoseconds; 0: none */
    bool raw;         /* the program writes to our own stdout and stderr;
                         else what it writes is only in the trace */
    uint64_t runs;    /* 0: one; else many.h judges each of so many */
    bool until_failure;
    bool no_input;    /* the program's stdin is empty */
};

/*
 * keeper_run - run a program to its end and record it in `trace`.
 *
 * On return trace->ending, ending_value and left_behind are set, and no
 * process of the program is left.  While it runs, SIGINT, SIGTERM,
 * SIGHUP and SIGQUIT end it; on a terminal a line on stderr says how far
 * it is.
 * Returns 0, or the signal by which the user ended it (which is also
 * said if the keeper itself was killed).  Dies if no process can be
 * made.
 *
 * A controlled run (schedule/) must find the same addresses each time.
 * So its keeper is this same program started anew by exec, with a heap
 * in which nothing was done before, at addresses that are not random;
 * and the program under study has a stack at a fixed address, whatever
 * environment was given to us.
 */
int keeper_run(struct trace *trace, const struct study *study);

/*
 * keeper_resume - be that keeper, if this process was started as one.
 *
 * Must come first in main.  Returns if this is no keeper.
 */
void keeper_resume(int argc, char **argv);

#endif
