/*
 * renumber.h - files by their number in the run, not by the kernel's.
 *
 * The key of an open file, and of memory that a file stands behind, is
 * made from the numbers that the kernel gave the file, which are others
 * in each run.
 *
 * Used by run/session.c, for controlled runs, which are to be the same.
 */
#ifndef TRACE_RENUMBER_H
#define TRACE_RENUMBER_H

#include "trace/trace.h"

/*
 * trace_renumber - make keys from the order in which files were met.
 *
 * Once the run is over, and before anything is made from its keys.
 */
void trace_renumber(struct trace *trace);

#endif
