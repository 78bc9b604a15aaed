/*
 * bench_kit.c - what the kit's queue and pool cost, against the floor.
 *
 * The floor is what the kernel needs for the same job: a pipe between
 * the same two processes for the queue, a question and an answer over
 * two pipes for the pool.  The kit is compiled as `make plain` does it,
 * and nothing is recorded.  Kit and floor take turns, ROUNDS times; the
 * medians are compared.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../chapters/kit/pool.h"
#include "../chapters/kit/queue.h"
#include "trace/fail.h"
#include "trace/trace.h"

#define ROUNDS 9
#define ITEMS 20000
#define TASKS 10000
#define WORKERS 2

static pid_t child_that(void (*work)(void))
{
    pid_t child = fork();

    if (child < 0)
        die("cannot fork:");
    if (child == 0) {
        work();
        _exit(0);
    }
    return child;
}

static void end_of(pid_t child)
{
    int status;

    if (waitpid(child, &status, 0) < 0 || status != 0)
        die("a process of the measurement failed");
}

static int pipe_ends[2], back_ends[2];

static void write_item(int end, int item)
{
    if (write(end, &item, sizeof item) != sizeof item)
        die("cannot write to a pipe:");
}

static int read_item(int end)
{
    int item;

    if (read(end, &item, sizeof item) != sizeof item)
        die("cannot read from a pipe:");
    return item;
}

static void write_items(void)
{
    for (int i = 0; i < ITEMS; i++)
        write_item(pipe_ends[1], i);
}

static void through_pipe(void)
{
    pid_t child = child_that(write_items);

    for (int i = 0; i < ITEMS; i++)
        ENSURE(read_item(pipe_ends[0]) == i);
    end_of(child);
}

static struct queue *queue;

static void put_items(void)
{
    for (int i = 0; i < ITEMS; i++)
        queue_put(queue, &i);
}

static void through_queue(size_t capacity)
{
    pid_t child;
    int item;

    queue = queue_create(capacity, sizeof item);
    if (queue == NULL)
        die("cannot make a queue:");
    child = child_that(put_items);
    for (int i = 0; i < ITEMS; i++)
        ENSURE(queue_get(queue, &item) == 0 && item == i);
    end_of(child);
    queue_destroy(queue);
}

static void through_short_queue(void)
{
    through_queue(10);
}

static void through_long_queue(void)
{
    through_queue(1000);
}

static void answer(void)
{
    for (int i = 0; i < TASKS; i++)
        write_item(back_ends[1], read_item(pipe_ends[0]) + 1);
}

/* One task after another, each answered before the next is asked. */
static void by_pipes(void)
{
    pid_t child = child_that(answer);

    for (int i = 0; i < TASKS; i++) {
        write_item(pipe_ends[1], i);
        ENSURE(read_item(back_ends[0]) == i + 1);
    }
    end_of(child);
}

static int add_one(const void *argument, void *value)
{
    *(int *)value = *(const int *)argument + 1;
    return 0;
}

static struct pool *new_pool(void)
{
    struct pool *pool =
        pool_create(WORKERS, TASKS, sizeof(int), sizeof(int));

    if (pool == NULL)
        die("cannot make a pool:");
    return pool;
}

static void end_pool(struct pool *pool)
{
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
}

static void by_apply(void)
{
    struct pool *pool = new_pool();
    int value;

    for (int i = 0; i < TASKS; i++)
        ENSURE(pool_apply(pool, add_one, &i, &value) == 0 &&
               value == i + 1);
    end_pool(pool);
}

static void by_apply_async(void)
{
    static struct result *results[TASKS];
    struct pool *pool = new_pool();
    int value;

    for (int i = 0; i < TASKS; i++)
        results[i] = pool_apply_async(pool, add_one, &i, NULL);
    for (int i = 0; i < TASKS; i++)
        ENSURE(result_get(results[i], &value) == 0 && value == i + 1);
    end_pool(pool);
}

static const struct way {
    const char *name;
    void (*run)(void);
    int count;
    int floor; /* the way to compare with */
    const char *limit;
} ways[] = {
    {"items: bare pipe", through_pipe, ITEMS, 0,
     "a system call to write and one to read"},
    {"items: queue of 10", through_short_queue, ITEMS, 0,
     "a sleep and a wake-up whenever it is full or empty"},
    {"items: queue of 1000", through_long_queue, ITEMS, 0,
     "its lock and a signal, without system calls"},
    {"tasks in turn: two bare pipes", by_pipes, TASKS, 3,
     "two wake-ups of another process"},
    {"tasks in turn: pool_apply", by_apply, TASKS, 3,
     "two wake-ups: a semaphore, then a pipe and poll"},
    {"tasks at once: pool_apply_async", by_apply_async, TASKS, 3,
     "the lock of its tables; nobody has to sleep"},
};
#define WAYS (sizeof ways / sizeof *ways)

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* Microseconds for each item or task. */
static double time_of(const struct way *way)
{
    uint64_t start = trace_nanoseconds();

    way->run();
    return (double)(trace_nanoseconds() - start) / 1e3 / way->count;
}

int main(void)
{
    static double times[WAYS][ROUNDS];

    if (pipe(pipe_ends) < 0 || pipe(back_ends) < 0)
        die("cannot make a pipe:");
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < WAYS; i++)
            times[i][round] = time_of(&ways[i]);
    for (size_t i = 0; i < WAYS; i++)
        qsort(times[i], ROUNDS, sizeof(double), by_value);
    printf("The kit (medians of %d rounds, %d workers)\n", ROUNDS, WORKERS);
    for (size_t i = 0; i < WAYS; i++) {
        double time = times[i][ROUNDS / 2];
        double floor = times[ways[i].floor][ROUNDS / 2];

        printf("  %-31s %6.2f us, %5.2f million a second, %5.2f times\n"
               "      limited by %s\n", ways[i].name, time, 1 / time,
               time / floor, ways[i].limit);
    }
    return 0;
}
