/*
 * A pool: a fixed number of processes that run tasks for their parent.
 *
 *     struct pool *pool = pool_create(3, 10, sizeof(int), sizeof(int));
 *     struct result *result = pool_apply_async(pool, square, &n, NULL);
 *     ...
 *     result_get(result, &value);
 *     pool_close(pool);
 *     pool_join(pool);
 *     pool_destroy(pool);
 *
 * A task is a function, an argument and room for a value. Argument and
 * value are copied, and have the same size for all tasks of a pool.
 * Tasks begin in the order in which they were submitted, and end in
 * whatever order the workers come to it; each value is kept until it
 * is asked for. A task whose worker dies is not run again.
 *
 * A worker has the parent's memory as it was when the worker was
 * forked. Tell a task what it needs by its argument, not by variables
 * that were set since then. Between tasks a worker's stdout is
 * flushed.
 *
 * The pool belongs to the process that made it, and there to one
 * thread; that thread must live as long as the pool, as workers end
 * with it. Nothing happens in the parent behind its back: callbacks
 * run, and dead workers are replaced, while the parent waits in
 * pool_apply, pool_join or a result_get, or looks with result_ready.
 * The workers work on whether it waits or not.
 *
 * What is promised when processes die, by whatever signal, at whatever
 * moment:
 *     a worker  its task fails with EOWNERDEAD, another worker takes
 *               its place, the other tasks are not disturbed
 *     parent    the workers are killed, in mid-task too
 * A task must not leave child processes behind: while they hold what
 * the worker had open, the parent does not learn of its death.
 *
 * Calls that return int give 0 or a positive error number:
 *     EPIPE       the pool is closed (to submit)
 *     EBUSY       the pool is not closed (to join)
 *     EAGAIN      no place is free for one more task
 *     ETIMEDOUT   the time is up, the task has not ended
 *     EOWNERDEAD  the task's worker died
 *     ECANCELED   the pool was terminated before the task ended
 *     EDEADLK     called from a callback, which must not wait
 *     ENOMEM ...  a worker died and no other could be forked: that
 *                 terminates the pool, with fork's error
 *     or what the task's function returned, if that is not 0
 */
#ifndef KIT_POOL_H
#define KIT_POOL_H

#include <stddef.h>

struct pool;
struct result;

/*
 * What a worker runs: reads `argument`, writes `value`. It returns 0,
 * or a positive error number that the parent gets instead of a value.
 */
typedef int pool_function(const void *argument, void *value);

/*
 * What the parent runs when a task has ended, once for each task and
 * in the order in which they end: `error` is 0 and `value` the task's,
 * or there is an error and `value` is NULL. It may submit more tasks,
 * but must not wait for any. Returns 0 if it succeeded; anything else
 * is counted by pool_callback_failures, and changes nothing more.
 * Terminated tasks have no callback.
 */
typedef int pool_callback(int error, const void *value);

/*
 * Makes a pool of `workers` processes, at least 1, with places for
 * `tasks` tasks, at least 1. A task has its place from submission
 * until its result has been got or forgotten. Sizes are in bytes and
 * may be 0. Flushes stdout, so that no worker prints what was printed
 * before. NULL and errno on failure: EINVAL, or what mmap, fork,
 * pipe and malloc say. The caller owns it: pool_destroy.
 */
struct pool *pool_create(int workers, size_t tasks,
                         size_t argument_size, size_t value_size);

/*
 * Has a worker run function(argument, value) and waits for its end.
 * Returns what result_get would. Callbacks of other tasks may run
 * meanwhile.
 */
int pool_apply(struct pool *pool, pool_function *function,
               const void *argument, void *value);

/*
 * The same without waiting. `callback` may be NULL. Returns a handle
 * that is to be given to result_get or result_forget, or NULL and
 * errno: EPIPE, EAGAIN. Copies the argument. Never waits; if there
 * is no place, callbacks of ended tasks run first, to make one.
 */
struct result *pool_apply_async(struct pool *pool,
                                pool_function *function,
                                const void *argument,
                                pool_callback *callback);

/*
 * Waits until the task has ended, copies its value to `value` (which
 * may be NULL), and gives back the handle and its place: a result is
 * got once. Returns 0, or the task's error, and then no value. After
 * EDEADLK, and ETIMEDOUT from result_get_for, which waits at most so
 * many milliseconds (0 or more), the handle is still good.
 */
int result_get(struct result *result, void *value);
int result_get_for(struct result *result, void *value,
                   int milliseconds);

/* Returns 1 if result_get would return at once, else 0. */
int result_ready(struct result *result);

/* Gives the handle back unasked; the task is run all the same. */
void result_forget(struct result *result);

/* How many callbacks have returned something other than 0. */
size_t pool_callback_failures(const struct pool *pool);

/* Ends submission. What has been submitted will be run. */
void pool_close(struct pool *pool);

/*
 * Waits until all tasks have ended and their callbacks have run, then
 * until all workers have ended. Returns 0, EBUSY before pool_close or
 * pool_terminate, EDEADLK in a callback. Results may still be got.
 */
int pool_join(struct pool *pool);

/*
 * Kills the workers at once and waits for their end. Tasks that have
 * not ended fail with ECANCELED. Closes the pool. From a callback, the
 * task whose callback it is has ended already.
 */
void pool_terminate(struct pool *pool);

/*
 * Terminates the pool unless it was joined, and frees everything, the
 * results that nobody asked for included. Not from a callback. NULL
 * is allowed.
 */
void pool_destroy(struct pool *pool);

#endif
