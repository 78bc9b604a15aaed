/*
 * real.h - how a file of intercept/ says which calls it wraps.  The
 * linker's --wrap gives the real call another name.  For intercept/
 * only.
 */
#ifndef INTERCEPT_REAL_H
#define INTERCEPT_REAL_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * REAL(result, name, (parameters)) - this file wraps `name`: declares
 * the real call and the wrapper that takes its place.  One a line, at
 * the head of the file that defines the wrapper: make reads these lines
 * to write the linker's list of what to wrap (build/wrap.ld).
 */
#define REAL(result, name, parameters) \
    result __real_##name parameters;   \
    result __wrap_##name parameters

#endif
