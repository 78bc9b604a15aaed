/*
 * Data lies in shared memory, news comes by sockets.
 *
 * Tasks, and two rings that say which of them wait and which are done,
 * lie in one shared mapping under one lock. A worker takes the oldest
 * waiting task, runs it, and notes it as done; as long as there is
 * work, that needs no system call but what the lock may need.
 *
 * Whoever has nothing to do says so in the shared memory and then
 * sleeps on a socket: each worker has a pair of them with the parent.
 * One byte wakes the sleeper. A socket, unlike a semaphore, also tells
 * that the other side has died: the read ends.
 *
 * A process may be killed at any moment, also while it has the lock.
 * So each change takes effect by one single store:
 *     a task is taken  when its owner is written
 *     a task is done   when `finished` goes up
 * and what follows that store can be found out again. Both are atomic
 * and stay in their order. The lock is a robust one: it tells its next
 * owner that the last one has died.
 */
#define _GNU_SOURCE /* SOCK_CLOEXEC, MAP_ANONYMOUS */

#include "pool.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { NOBODY = -1, FOR_EVER = -1 };

/* A task and what comes of it. Shared. */
struct result {
    /* the parent's */
    struct pool *pool;
    struct result *next_free;
    enum { FREE, PENDING, CALLING, ENDED } state;
    int forgotten;
    pool_callback *callback;

    /* written when submitted, and by the worker that owns it */
    pool_function *function;
    atomic_int owner;        /* a worker, or NOBODY */
    int error;
    max_align_t blobs[];     /* the argument, then the value */
};

/* Shared. The lock guards all of it and the rings for writing. */
struct board {
    pthread_mutex_t lock;
    size_t submitted;        /* tasks ever: end of ring `waiting` */
    size_t taken;            /* tasks ever: its front */
    atomic_size_t finished;  /* tasks ever: end of ring `done` */
    int parent_asleep;       /* and wants a byte to go on */
    char asleep[];           /* which workers want one */
};

struct pool {
    /* set once and inherited by the workers */
    int workers;
    size_t places;
    size_t argument_size, value_size, value_offset, result_size;
    pid_t parent;
    size_t mapping_size;
    struct board *board;     /* at the start of the mapping */
    struct result **waiting; /* in the mapping */
    struct result **done;    /* in the mapping */
    char *results;           /* in the mapping */

    /* the parent's; a worker's copy of it means nothing */
    pid_t *pids;             /* one a worker */
    struct pollfd *lines;    /* one a worker; fd -1: nobody there */
    struct result *free;
    size_t collected;        /* tasks ever: front of ring `done` */
    size_t pending;          /* submitted, not settled */
    size_t failures;         /* of callbacks */
    int calling;             /* how deep we are in callbacks */
    int closed;              /* no more tasks */
    int ended;               /* no more workers */
};

static struct result *result_at(struct pool *pool, size_t number)
{
    return (void *)(pool->results + number * pool->result_size);
}

static void *value_of(struct result *result)
{
    return (char *)result->blobs + result->pool->value_offset;
}

/*
 * The last owner died and had the lock. It may have taken the task at
 * the front without saying so in `taken`; the rest is right.
 */
static void repair(struct pool *pool)
{
    struct board *board = pool->board;

    if (board->taken < board->submitted
        && pool->waiting[board->taken % pool->places]->owner != NOBODY)
        board->taken++;
    pthread_mutex_consistent(&board->lock);
}

static void lock(struct pool *pool)
{
    if (pthread_mutex_lock(&pool->board->lock) == EOWNERDEAD)
        repair(pool);
}

static void unlock(struct pool *pool)
{
    pthread_mutex_unlock(&pool->board->lock);
}

/* Wakes the other side; returns 0 if it is dead. */
static int ring(int line)
{
    return send(line, "!", 1, MSG_NOSIGNAL) == 1;
}

/* Takes in the bytes that came; returns 0 if the line has ended. */
static int hear(int line, int flags)
{
    char bytes[64];
    ssize_t got;

    do
        got = recv(line, bytes, sizeof(bytes), flags);
    while (got < 0 && errno == EINTR);
    return got > 0 || (got < 0 && errno == EAGAIN);
}

/* Takes the oldest waiting task. NULL: none; we are down as asleep. */
static struct result *take(struct pool *pool, int me)
{
    struct board *board = pool->board;
    struct result *task = NULL;

    lock(pool);
    if (board->taken < board->submitted) {
        task = pool->waiting[board->taken % pool->places];
        task->owner = me;
        board->taken++;
    } else {
        board->asleep[me] = 1;
    }
    unlock(pool);
    return task;
}

static void finish(struct pool *pool, struct result *task, int line)
{
    struct board *board = pool->board;
    int wake;

    lock(pool);
    pool->done[board->finished % pool->places] = task;
    board->finished++;
    wake = board->parent_asleep;
    board->parent_asleep = 0;
    unlock(pool);
    if (wake)
        ring(line);
}

static void worker(struct pool *pool, int me, int line)
{
    struct result *task;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != pool->parent)
        _exit(0); /* it died before the prctl */
    /* the parent's ends must end with the parent */
    for (int i = 0; i < pool->workers; i++)
        if (pool->lines[i].fd >= 0)
            close(pool->lines[i].fd);
    for (;;) {
        task = take(pool, me);
        if (task != NULL) {
            task->error = task->function(task->blobs, value_of(task));
            fflush(stdout);
            finish(pool, task, line);
        } else if (!hear(line, 0)) {
            _exit(0); /* no more tasks will come */
        }
    }
}

/* Puts a worker on an empty seat. Returns 0 or why it cannot. */
static int hire(struct pool *pool, int seat)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return errno;
    pool->lines[seat].fd = ends[0];
    pool->board->asleep[seat] = 0;
    fflush(stdout); /* lest the child print it again */
    pool->pids[seat] = fork();
    if (pool->pids[seat] == 0)
        worker(pool, seat, ends[1]);
    close(ends[1]);
    if (pool->pids[seat] > 0)
        return 0;
    close(ends[0]);
    pool->lines[seat].fd = -1;
    return errno;
}

/* Empties a seat: lets the worker end by itself, or kills it. */
static void dismiss(struct pool *pool, int seat, int killed)
{
    /* not close alone: another child of ours may have a copy */
    shutdown(pool->lines[seat].fd, SHUT_RDWR);
    close(pool->lines[seat].fd);
    pool->lines[seat].fd = -1;
    if (killed)
        kill(pool->pids[seat], SIGKILL);
    while (waitpid(pool->pids[seat], NULL, 0) < 0 && errno == EINTR)
        ;
}

static void dismiss_all(struct pool *pool, int killed)
{
    pool->ended = 1;
    for (int i = 0; i < pool->workers; i++)
        if (pool->lines[i].fd >= 0)
            dismiss(pool, i, killed);
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

    if (result->state != PENDING)
        return;
    pool->pending--;
    result->error = error;
    result->state = CALLING; /* its place must stay till the end */
    if (result->callback != NULL) {
        pool->calling++;
        if (result->callback(error, error ? NULL : value_of(result)))
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
    struct result *result;

    while (pool->collected < pool->board->finished) {
        result = pool->done[pool->collected++ % pool->places];
        settle(result, result->error);
    }
}

/* Kills the workers; tasks that have not ended get this error. */
static void stop(struct pool *pool, int error)
{
    pool->closed = 1;
    dismiss_all(pool, 1);
    collect(pool);
    for (size_t i = 0; i < pool->places; i++) {
        result_at(pool, i)->callback = NULL;
        settle(result_at(pool, i), error);
    }
}

/* A dead worker's unfinished task never comes; its seat is refilled. */
static void replace(struct pool *pool, int seat)
{
    int error;

    dismiss(pool, seat, 1);
    collect(pool);
    for (size_t i = 0; i < pool->places; i++)
        if (result_at(pool, i)->owner == seat)
            settle(result_at(pool, i), EOWNERDEAD);
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
    int news;

    lock(pool);
    news = pool->board->finished > pool->collected;
    pool->board->parent_asleep = !news;
    unlock(pool);
    if (news || poll(lines, (nfds_t)pool->workers, milliseconds) < 0)
        return; /* below 0: a signal; the caller will look again */
    for (int i = 0; i < pool->workers; i++)
        if (lines[i].fd >= 0 && lines[i].revents != 0
            && !hear(lines[i].fd, MSG_DONTWAIT))
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
    int error = wait_for(result, deadline);

    if (error != 0)
        return error;
    if (result->error == 0 && value != NULL)
        memcpy(value, value_of(result), result->pool->value_size);
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

/* Wakes a sleeper, if any; one that died in its sleep will not do. */
static void wake_one(struct pool *pool)
{
    char *asleep = pool->board->asleep;
    char *one;

    do {
        lock(pool);
        one = memchr(asleep, 1, (size_t)pool->workers);
        if (one != NULL)
            *one = 0;
        unlock(pool);
    } while (one != NULL && !ring(pool->lines[one - asleep].fd));
}

static void submit(struct pool *pool, struct result *task)
{
    struct board *board = pool->board;

    lock(pool);
    pool->waiting[board->submitted % pool->places] = task;
    board->submitted++;
    unlock(pool);
    wake_one(pool);
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
    if (pool->argument_size > 0)
        memcpy(result->blobs, argument, pool->argument_size);
    submit(pool, result);
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

static size_t aligned(size_t size)
{
    size_t unit = sizeof(max_align_t);

    return (size + unit - 1) / unit * unit;
}

/* One mapping: the board, the two rings, the results. */
static int map_shared(struct pool *pool)
{
    size_t board = aligned(sizeof(struct board)
                           + (size_t)pool->workers);
    size_t rings = aligned(2 * pool->places * sizeof(*pool->waiting));
    size_t size = board + rings + pool->places * pool->result_size;
    char *start = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (start == MAP_FAILED)
        return errno;
    pool->mapping_size = size;
    pool->board = (void *)start;
    pool->waiting = (void *)(start + board);
    pool->done = pool->waiting + pool->places;
    pool->results = start + board + rings;
    return 0;
}

static void make_lock(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

static int furnish(struct pool *pool)
{
    int error = map_shared(pool);

    pool->pids = calloc((size_t)pool->workers, sizeof(*pool->pids));
    pool->lines = calloc((size_t)pool->workers, sizeof(*pool->lines));
    for (int i = 0; pool->lines != NULL && i < pool->workers; i++)
        pool->lines[i] = (struct pollfd){-1, POLLIN, 0};
    if (error != 0 || pool->pids == NULL || pool->lines == NULL)
        return error != 0 ? error : ENOMEM;
    make_lock(&pool->board->lock);
    for (size_t i = pool->places; i-- > 0;) {
        result_at(pool, i)->pool = pool;
        free_place(result_at(pool, i));
    }
    for (int i = 0; i < pool->workers && error == 0; i++)
        error = hire(pool, i);
    return error;
}

struct pool *pool_create(int workers, size_t tasks,
                         size_t argument_size, size_t value_size)
{
    struct pool *pool = calloc(1, sizeof(*pool));
    int error = EINVAL;

    if (pool == NULL)
        return NULL;
    pool->workers = workers;
    pool->places = tasks;
    pool->argument_size = argument_size;
    pool->value_size = value_size;
    pool->value_offset = aligned(argument_size);
    pool->result_size = aligned(sizeof(struct result))
                        + pool->value_offset + aligned(value_size);
    pool->parent = getpid();
    if (workers >= 1 && tasks >= 1 && tasks <= INT_MAX
        && argument_size <= INT_MAX && value_size <= INT_MAX)
        error = furnish(pool);
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
    dismiss_all(pool, 0);
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
        dismiss_all(pool, 1);
    if (pool->board != NULL)
        munmap(pool->board, pool->mapping_size);
    free(pool->pids);
    free(pool->lines);
    free(pool);
}
