/*
 * Ten tasks for three workers, one after another: apply waits.
 *
 * pool_apply hands a task to the pool and waits for its value. So the
 * next task is not submitted before the last one has ended: whatever
 * the number of workers, one works and the others wait. The total is
 * the sum of the ten tasks.
 *
 * The workers are forked once. The same few pids run all the tasks.
 *
 * Expect: always ok: one task at a time, about 0.95 s in all
 */
#define _DEFAULT_SOURCE /* usleep */

#include "../kit/pool.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 3, TASKS = 10 };

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(1);
    }
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Takes 50 to 140 ms, so that later tasks may end earlier. */
static int work(const void *argument, void *value)
{
    int n = *(const int *)argument;

    printf("%d runs task %d\n", (int)getpid(), n);
    usleep((useconds_t)(50 + n * 7 % 10 * 10) * 1000); // w1
    *(int *)value = n * n;
    return 0;
}

int main(void)
{
    struct pool *pool;
    double start;
    int square;

    /* into a pipe, too, line by line, and nothing left at a fork */
    setvbuf(stdout, NULL, _IOLBF, 0);
    pool = pool_create(WORKERS, TASKS, sizeof(int), sizeof(int));
    must(pool != NULL, "pool_create");
    start = seconds();
    for (int n = 0; n < TASKS; n++) {
        errno = pool_apply(pool, work, &n, &square); // m1
        must(errno == 0, "pool_apply");
        printf("task %d gave %d\n", n, square); // m2
        assert(square == n * n);
    }
    printf("sync: %d tasks in %.2f s\n", TASKS, seconds() - start);
    pool_close(pool);
    pool_join(pool);
    pool_destroy(pool);
    return 0;
}
