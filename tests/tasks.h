/*
 * tasks.h - a pool of the kit, and tasks for it to run.
 *
 * Tasks write to memory that all share what the test is to know.  A
 * task that is to be in the middle of its work waits at a gate: a pipe
 * from which it gets a byte when the test opens the gate, and the end
 * of the file when the test has died.
 *
 * Used by check_kit_pool.c and check_kit_deaths.c.
 */
#ifndef TESTS_TASKS_H
#define TESTS_TASKS_H

#include <errno.h>

#include "../chapters/kit/pool.h"
#include "others.h"

enum { WORKERS = 3, PLACES = 10, FORTY = 40, CODE = 1234 };

struct notes {
    atomic_int begun;         /* tasks, in all */
    atomic_int first[100];    /* the argument of the nth to begin */
    atomic_int pid[FORTY];    /* who ran the task with this argument */
    atomic_int times[FORTY];  /* and how often */
};

static struct notes *notes;
static struct pool *pool;
static int gate[2];

static inline void make_pool(int workers, size_t tasks)
{
    notes = shared(sizeof *notes);
    ck_assert_int_eq(pipe(gate), 0);
    pool = pool_create(workers, tasks, sizeof(int), sizeof(int));
    ck_assert_ptr_nonnull(pool);
}

static inline void note(int number)
{
    notes->first[atomic_fetch_add(&notes->begun, 1)] = number;
    notes->pid[number] = getpid();
    notes->times[number]++;
}

static inline int negate(const void *argument, void *value)
{
    *(int *)value = UNTOLD; /* which leaves the argument alone */
    note(*(const int *)argument);
    *(int *)value = -*(const int *)argument;
    return 0;
}

static inline int break_off(const void *argument, void *value)
{
    *(int *)value = *(const int *)argument;
    return CODE;
}

static inline int pass_gate(const void *argument, void *value)
{
    char byte;

    note(*(const int *)argument);
    if (read(gate[0], &byte, 1) != 1)
        _exit(1);
    *(int *)value = -*(const int *)argument;
    return 0;
}

static inline void open_gate(int tasks)
{
    for (int i = 0; i < tasks; i++)
        ck_assert_int_eq(write(gate[1], "!", 1), 1);
}

/* Until as many tasks have begun. */
static inline void await_begun(int tasks)
{
    while (notes->begun < tasks)
        sched_yield();
}

static inline struct result *submit(pool_function *function, int number,
                             pool_callback *callback)
{
    struct result *result =
        pool_apply_async(pool, function, &number, callback);

    ck_assert_ptr_nonnull(result);
    return result;
}

#define GETS(result, expected)                           \
    do {                                                 \
        int value_ = UNTOLD;                             \
        ck_assert_int_eq(result_get(result, &value_), 0); \
        ck_assert_int_eq(value_, expected);              \
    } while (0)

#define GETS_ERROR(result, expected)                            \
    do {                                                        \
        int value_ = UNTOLD;                                    \
        ck_assert_int_eq(result_get(result, &value_), expected); \
        ck_assert_int_eq(value_, UNTOLD);                       \
    } while (0)

#define APPLIES(number)                                               \
    do {                                                              \
        int number_ = (number), value_ = UNTOLD;                      \
        ck_assert_int_eq(pool_apply(pool, negate, &number_, &value_), \
                         0);                                          \
        ck_assert_int_eq(value_, -number_);                           \
    } while (0)

#define REFUSES(error)                                                \
    do {                                                              \
        int number_ = 1;                                              \
        errno = 0;                                                    \
        ck_assert_ptr_null(                                           \
            pool_apply_async(pool, negate, &number_, NULL));          \
        ck_assert_int_eq(errno, error);                               \
        ck_assert_int_eq(pool_apply(pool, negate, &number_, &number_), \
                         error);                                      \
    } while (0)

static inline void no_children(void)
{
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
}

static inline void finish(void)
{
    pool_close(pool);
    ck_assert_int_eq(pool_join(pool), 0);
    no_children();
    pool_destroy(pool);
}

/* A callback, and how it was called. */
static struct {
    int error, value, pid;
} calls[FORTY];
static int called;

static inline int remember(int error, const void *value)
{
    calls[called].error = error;
    calls[called].value = value == NULL ? UNTOLD : *(const int *)value;
    calls[called++].pid = getpid();
    return 0;
}

#endif
