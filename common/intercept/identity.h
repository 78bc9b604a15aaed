/*
 * identity.h - the numbers that the program knows processes by.  For
 * intercept/ only.
 *
 * Under the kernel's schedule they are the kernel's.  In a controlled
 * run they must be the same each time, so they are made from the actors'
 * numbers, and every call that takes or gives one translates it.
 */
#ifndef INTERCEPT_IDENTITY_H
#define INTERCEPT_IDENTITY_H

#include <stdint.h>
#include <sys/types.h>

/* What the program is told: for an actor's process (or thread). */
pid_t identity_of_actor(uint32_t actor, pid_t real);

/* What the program is told for a real pid of a child. */
pid_t identity_shown(pid_t real);

/* What the kernel calls the process that the program calls `shown`;
 * unchanged if it is no actor. */
pid_t identity_real(pid_t shown);

/* The kernel's numbers of the calling process and thread. */
pid_t identity_pid(void);
pid_t identity_tid(void);

#endif
