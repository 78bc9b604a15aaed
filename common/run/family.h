/*
 * family.h - the processes that descend from this one: who they are,
 * and how to end them all.
 *
 * Used by the keeper and, if the keeper was killed, by the front.  Uses
 * nothing of the harness but trace/fail.h.
 */
#ifndef RUN_FAMILY_H
#define RUN_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A process as /proc/PID/stat tells of it. */
struct member {
    pid_t pid, parent, group;
    char state; /* of its first thread: R, S, D, T, Z ... */
    int threads;
    uint64_t born;   /* in ticks since the machine was started */
    int wait_status; /* once it is dead */
};

struct family {
    struct member *members; /* owned; family_free */
    size_t count, room;
};

/*
 * family_scan - find every descendant of process `root`, dead or alive.
 *
 * Fills `family`, which starts as {0} and may be used again.  Processes
 * born before `since` (as member.born) are not counted in.
 * What is there is what /proc showed while it was read: a process made
 * meanwhile may be missing.
 */
void family_scan(struct family *family, pid_t root, uint64_t since);
void family_free(struct family *family);

/* member_is_dead - it has ended, and waits only to be reaped.  A process
 * whose first thread alone has ended is not dead. */
bool member_is_dead(const struct member *member);

/* family_born - when process `pid` was born, 0 if there is none. */
uint64_t family_born(pid_t pid);

/*
 * family_freeze - stop all descendants of the calling process where they
 * are, so that none sees another one go.
 *
 * Leaves in `family` all that there are, the dead ones included.
 */
void family_freeze(struct family *family, uint64_t since);

/*
 * family_end - kill and reap all descendants of the calling process.
 *
 * Requires: the process is a subreaper (PR_SET_CHILD_SUBREAPER), so that
 * orphans become its children, and SIGCHLD is blocked.
 * Returns once there is none left: with `since` 0 when the kernel says
 * that this process has no child, else when no process born since then
 * is a descendant.
 */
void family_end(uint64_t since);

#endif
