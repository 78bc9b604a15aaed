/*
 * descriptor.h - what a descriptor stands for.  For intercept/ only.
 *
 * The table is private to the process, is copied by fork as the
 * descriptors are, and is gone after exec as the program is; what it
 * does not know is found out from the kernel and the trace.
 *
 * A pipe and a pair of sockets are one object each, with two ends.  What
 * goes in at one end comes out of the other: EVENT_READ_END is fds[0],
 * EVENT_WRITE_END is fds[1], and a socket of a pair does both at its end.
 */
#ifndef INTERCEPT_DESCRIPTOR_H
#define INTERCEPT_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

enum descriptor_sort {
    DESCRIPTOR_FILE, /* reading and writing never wait */
    DESCRIPTOR_PIPE,
    DESCRIPTOR_SOCKET,
    DESCRIPTOR_OTHER /* a terminal, a device, an event counter */
};

struct descriptor {
    uint64_t object; /* 0: it is not open */
    enum descriptor_sort sort;
    unsigned ends; /* EVENT_READ_END and EVENT_WRITE_END */
    bool ours;     /* a pipe or a pair of sockets made by an actor */
    int speaks;    /* STDOUT_FILENO or STDERR_FILENO: what the program
                    * was given to talk to people, or a copy of it */
};

/* What `file` is.  Keeps errno. */
struct descriptor descriptor_of(int file);

/* A wrapper has just been given this descriptor by the kernel: what the
 * table says of that number is old.  Returns what it is now. */
struct descriptor descriptor_new(int file);

/* The same where the wrapper knows better than the kernel. */
void descriptor_set(int file, struct descriptor about);

/* It is about to be closed. */
void descriptor_forget(int file);

/* EVENT_CLOEXEC if exec will close it, else 0.  Keeps errno. */
unsigned descriptor_cloexec(int file);

/* Can nobody but actors end a wait for it?  0 or EVENT_OUTSIDE. */
unsigned descriptor_outside(const struct descriptor *about);

/* Is it the harness's own?  The program must not close that one. */
bool descriptor_is_harness(int file);

/* Was it set to O_NONBLOCK?  Keeps errno. */
bool descriptor_never_waits(int file);

/*
 * descriptor_wait_for_room - until a pipe can be written to.
 *
 * Returns -1 and sets errno where write would: EINTR, EPIPE.
 */
int descriptor_wait_for_room(int file);

#endif
