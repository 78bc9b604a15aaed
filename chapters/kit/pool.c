/*
 * Data lies in shared memory, news comes by pipes.
 *
 * Parent and workers share a board (board.h) with all the tasks. As
 * long as there is work to do and nobody waits for it, all goes on
 * there. Each worker has a pipe to the parent besides. When the parent
 * sleeps, it polls these pipes: one byte from the worker that has
 * finished something wakes it. And a pipe, unlike anything in memory,
 * also tells that the other side has died: the read ends.
 */
#define _GNU_SOURCE /* pipe2 */

#include "pool.h"

#include "board.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FOR_EVER = -1 };

struct pool {
    int workers;
    struct board *board;   /* shared */
    pid_t *pids;           /* one a worker */
    struct pollfd *lines;  /* one a worker; fd -1: nobody there */
    struct result *free;
    size_t collected;      /* tasks ever, of those finished */
    size_t pending;        /* submitted, not settled */
    size_t failures;       /* of callbacks */
    int calling;           /* how deep we are in callbacks */
    int closed;            /* no more tasks */
    int ended;             /* no more workers */
};

/* Tells the parent that there is news. */
static void ring(int line)
{
    while (write(line, "!", 1) < 0 && errno == EINTR)
        ;
}

/* Takes in the bytes that came; returns 0 if the line has ended. */
static int hear(int line)
{
    char bytes[64];
    ssize_t got;

    do
        got = read(line, bytes, sizeof(bytes));
    while (got < 0 && errno == EINTR);
    return got > 0;
}

static void worker(struct board *board, int seat, int line)
{
    struct result *task = NULL;
    int wake;

    while (!board->over) {
        task = board_exchange(board, seat, task, &wake);
        if (wake)
            ring(line);
        if (task == NULL) {
            board_sleep(board, seat);
        } else {
            task->error = task->function(task->blobs,
                                         board_value(board, task));
            fflush(stdout);
        }
    }
}

/* Puts a worker on an empty seat. Returns 0 or why it cannot. */
static int hire(struct pool *pool, int seat)
{
    pid_t parent = getpid();
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    fflush(stdout); /* lest the child print it again */
    pool->pids[seat] = fork();
    if (pool->pids[seat] == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent) /* else it died before the prctl */
            worker(pool->board, seat, ends[1]);
        _exit(0);
    }
    close(ends[1]); /* before the next fork: only one may have it */
    if (pool->pids[seat] > 0) {
        pool->lines[seat].fd = ends[0];
        return 0;
    }
    close(ends[0]);
    return errno;
}

/* Waits for the end of the worker on this seat, which is near. */
static void dismiss(struct pool *pool, int seat)
{
    while (waitpid(pool->pids[seat], NULL, 0) < 0 && errno == EINTR)
        ;
    close(pool->lines[seat].fd);
    pool->lines[seat].fd = -1;
    board_clear_seat(pool->board, seat);
}

static void dismiss_all(struct pool *pool)
{
    pool->ended = 1;
    for (int i = 0; i < pool->workers; i++)
        if (pool->lines[i].fd >= 0)
            dismiss(pool, i);
}

static void kill_all(struct pool *pool)
{
    for (int i = 0; i < pool->workers; i++)
        if (pool->lines[i].fd >= 0)
            kill(pool->pids[i], SIGKILL);
    dismiss_all(pool);
}

static void free_place(struct result *result)
{
    result->state = FREE;
    result->next_free = result->pool->free;
    result->pool->free = result;
}

/* The task has ended: with this error, unless it did so before. */
static void settle(struct result *result, int error)
{
    struct pool *pool = result->pool;
    const void *value;

    if (result->state != PENDING)
        return;
    pool->pending--;
    result->error = error;
    result->state = CALLING; /* its place must stay till the end */
    if (result->callback != NULL) {
        pool->calling++;
        value = error ? NULL : board_value(pool->board, result);
        if (result->callback(error, value) != 0)
            pool->failures++;
        pool->calling--;
    }
    result->state = ENDED;
    if (result->forgotten)
        free_place(result);
}

/* Settles what the workers have finished, in the order they did. */
static void collect(struct pool *pool)
{
    struct board *board = pool->board;
    struct result *result;

    while (pool->collected < board->finished) {
        result = board->done[pool->collected++ % board->places];
        settle(result, result->error);
    }
}

/* Kills the workers; tasks that have not ended get this error. */
static void stop(struct pool *pool, int error)
{
    struct result *result;

    pool->closed = 1;
    kill_all(pool);
    collect(pool);
    for (size_t i = 0; i < pool->board->places; i++) {
        result = board_result(pool->board, i);
        result->callback = NULL;
        settle(result, error);
    }
}

/* A dead worker's unfinished task never comes; its seat is refilled. */
static void replace(struct pool *pool, int seat)
{
    struct result *result;
    int error;

    kill(pool->pids[seat], SIGKILL); /* if it only closed its line */
    dismiss(pool, seat);
    collect(pool);
    for (size_t i = 0; i < pool->board->places; i++) {
        result = board_result(pool->board, i);
        if (result->owner == seat)
            settle(result, EOWNERDEAD);
    }
    error = pool->ended ? 0 : hire(pool, seat);
    if (error != 0)
        stop(pool, error);
}

/*
 * Sleeps until something was finished that is not yet collected, or a
 * worker died, or so many milliseconds have passed, or FOR_EVER.
 */
static void sleep_until_news(struct pool *pool, int milliseconds)
{
    struct pollfd *lines = pool->lines;

    if (!board_may_sleep(pool->board, pool->collected)
        || poll(lines, (nfds_t)pool->workers, milliseconds) < 0)
        return; /* below 0: a signal; the caller will look again */
    for (int i = 0; i < pool->workers; i++)
        if (lines[i].fd >= 0 && lines[i].revents != 0
            && !hear(lines[i].fd))
            replace(pool, i);
}

static long long now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* Until now() is `deadline`: 0 or more, or FOR_EVER. */
static int left_until(long long deadline)
{
    long long left = deadline - now();

    if (deadline == FOR_EVER)
        return FOR_EVER;
    return left < 0 ? 0 : left < INT_MAX ? (int)left : INT_MAX;
}

static int wait_for(struct result *result, long long deadline)
{
    struct pool *pool = result->pool;
    int left = FOR_EVER;

    for (;;) {
        collect(pool);
        if (result->state == ENDED)
            return 0;
        if (pool->calling > 0)
            return EDEADLK;
        if (left == 0)
            return ETIMEDOUT;
        left = left_until(deadline);
        sleep_until_news(pool, left);
    }
}

static int get(struct result *result, void *value, long long deadline)
{
    struct board *board = result->pool->board;
    int error = wait_for(result, deadline);

    if (error != 0)
        return error;
    if (result->error == 0 && value != NULL)
        memcpy(value, board_value(board, result), board->value_size);
    free_place(result);
    return result->error;
}

int result_get(struct result *result, void *value)
{
    return get(result, value, FOR_EVER);
}

int result_get_for(struct result *result, void *value,
                   int milliseconds)
{
    return get(result, value, now() + milliseconds);
}

int result_ready(struct result *result)
{
    return wait_for(result, now()) == 0;
}

void result_forget(struct result *result)
{
    if (result->state == ENDED)
        free_place(result);
    else
        result->forgotten = 1;
}

/* NULL and errno if the pool is closed or has no place left. */
static struct result *take_place(struct pool *pool)
{
    struct result *result;

    if (pool->free == NULL)
        collect(pool); /* forgotten ones may have ended */
    result = pool->free;
    if (pool->closed || result == NULL) {
        errno = pool->closed ? EPIPE : EAGAIN;
        return NULL;
    }
    pool->free = result->next_free;
    pool->pending++;
    return result;
}

struct result *pool_apply_async(struct pool *pool,
                                pool_function *function,
                                const void *argument,
                                pool_callback *callback)
{
    struct result *result = take_place(pool);

    if (result == NULL)
        return NULL;
    *result = (struct result){.pool = pool, .state = PENDING,
                              .callback = callback,
                              .function = function, .owner = NOBODY};
    if (pool->board->argument_size > 0)
        memcpy(result->blobs, argument, pool->board->argument_size);
    board_post(pool->board, result);
    return result;
}

int pool_apply(struct pool *pool, pool_function *function,
               const void *argument, void *value)
{
    struct result *result;

    if (pool->calling > 0)
        return EDEADLK;
    result = pool_apply_async(pool, function, argument, NULL);
    return result == NULL ? errno : result_get(result, value);
}

/* Hires the workers. Returns 0 or an error. */
static int furnish(struct pool *pool)
{
    size_t workers = (size_t)pool->workers;
    int error = 0;

    pool->pids = calloc(workers, sizeof(*pool->pids));
    pool->lines = calloc(workers, sizeof(*pool->lines));
    if (pool->pids == NULL || pool->lines == NULL)
        return ENOMEM;
    for (size_t i = 0; i < workers; i++)
        pool->lines[i] = (struct pollfd){-1, POLLIN, 0};
    for (size_t i = pool->board->places; i-- > 0;) {
        board_result(pool->board, i)->pool = pool;
        free_place(board_result(pool->board, i));
    }
    for (int i = 0; i < pool->workers && error == 0; i++)
        error = hire(pool, i);
    return error;
}

struct pool *pool_create(int workers, size_t tasks,
                         size_t argument_size, size_t value_size)
{
    struct pool *pool;
    int error;

    if (workers < 1 || tasks < 1 || tasks > INT_MAX
        || argument_size > INT_MAX || value_size > INT_MAX) {
        errno = EINVAL;
        return NULL;
    }
    pool = calloc(1, sizeof(*pool));
    if (pool == NULL)
        return NULL;
    pool->workers = workers;
    pool->board = board_create(workers, tasks, argument_size,
                               value_size);
    error = pool->board == NULL ? errno : furnish(pool);
    if (error == 0)
        return pool;
    pool_destroy(pool);
    errno = error;
    return NULL;
}

size_t pool_callback_failures(const struct pool *pool)
{
    return pool->failures;
}

void pool_close(struct pool *pool)
{
    pool->closed = 1;
}

int pool_join(struct pool *pool)
{
    if (!pool->closed)
        return EBUSY;
    if (pool->calling > 0)
        return EDEADLK;
    for (collect(pool); pool->pending > 0; collect(pool))
        sleep_until_news(pool, FOR_EVER);
    board_end(pool->board);
    dismiss_all(pool);
    return 0;
}

void pool_terminate(struct pool *pool)
{
    stop(pool, ECANCELED);
}

void pool_destroy(struct pool *pool)
{
    if (pool == NULL)
        return;
    if (pool->lines != NULL)
        kill_all(pool);
    board_destroy(pool->board);
    free(pool->pids);
    free(pool->lines);
    free(pool);
}
