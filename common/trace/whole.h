/*
 * whole.h - a file that appears whole or not at all.
 *
 * For what the harness saves.  Uses nothing of the harness.
 */
#ifndef TRACE_WHOLE_H
#define TRACE_WHOLE_H

#include <stdbool.h>

struct whole {
    int file;        /* to write to; -1: see errno */
    char *path;      /* what it will be called; of a link, its target */
    char *temporary; /* what it is called until then; NULL: nothing */
};

/*
 * whole_open - begin a file that will be called `path`.
 *
 * Until whole_close it has no name where the file system can do that, so
 * that nothing is left of it even if this process is killed.
 * Returns it with `file` -1 and errno set if it cannot be made; end it
 * with whole_close all the same.
 */
struct whole whole_open(const char *path);

/*
 * whole_close - give it its name, in place of an older file; or, with
 * `keep` false, forget it and leave the older file as it is.
 *
 * Returns whether there is now a new file; errno is set if not, and kept
 * with `keep` false.
 */
bool whole_close(struct whole *whole, bool keep);

#endif
