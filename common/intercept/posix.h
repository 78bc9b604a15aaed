/*
 * posix.h - some wrapped calls of POSIX, for wrappers of calls that are
 * made of them (c11.c).  For intercept/ only.
 *
 * Each does what the wrapper of that name does in a thread of the
 * program under study, and requires that it is called by one; `pc` is
 * where the program calls.  All but the sleep return what the call
 * returns, and that its errno value.
 */
#ifndef INTERCEPT_POSIX_H
#define INTERCEPT_POSIX_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

int posix_create(pthread_t *thread, const pthread_attr_t *attributes,
                 void *(*routine)(void *), void *argument, uint64_t pc);
int posix_join(pthread_t thread, void **result, uint64_t pc);
int posix_detach(pthread_t thread, uint64_t pc);
_Noreturn void posix_exit(void *result, uint64_t pc);

/* deadline: by CLOCK_REALTIME; NULL: none. */
int posix_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
               const struct timespec *deadline, uint64_t pc);
int posix_signal(pthread_cond_t *condition, uint64_t pc);
int posix_broadcast(pthread_cond_t *condition, uint64_t pc);

int posix_once(pthread_once_t *control, void (*routine)(void),
               uint64_t pc);

int posix_sleep(const struct timespec *time, struct timespec *left,
                uint64_t pc);
int posix_yield(uint64_t pc);

/* Requires a controlled run. */
struct timespec posix_time(clockid_t clock, uint64_t pc);

#endif
