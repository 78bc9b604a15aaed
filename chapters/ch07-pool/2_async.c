/*
 * Ten tasks for three workers at once: apply_async does not wait.
 *
 * pool_apply_async only notes the task and returns a handle. The main
 * process submits all ten before it asks for anything, and the three
 * workers share them: whoever is done takes the next. The total is
 * about a third of the sum.
 *
 * Tasks end out of order, yet each handle keeps the value of its own.
 * Close says that no more will come, join waits for the workers, and
 * only then are the values asked for.
 *
 * Expect: always ok: three at a time, about 0.35 s, values in order
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
    struct result *results[TASKS];
    struct pool *pool;
    double start;
    int square;

    /* into a pipe, too, line by line, and nothing left at a fork */
    setvbuf(stdout, NULL, _IOLBF, 0);
    pool = pool_create(WORKERS, TASKS, sizeof(int), sizeof(int));
    must(pool != NULL, "pool_create");
    start = seconds();
    for (int n = 0; n < TASKS; n++) {
        results[n] = pool_apply_async(pool, work, &n, NULL); // m1
        must(results[n] != NULL, "pool_apply_async");
    }
    printf("all %d submitted\n", TASKS);
    pool_close(pool); // m2
    pool_join(pool); // m3
    printf("async: %d tasks in %.2f s\n", TASKS, seconds() - start);
    for (int n = 0; n < TASKS; n++) {
        errno = result_get(results[n], &square); // m4
        must(errno == 0, "result_get");
        printf("task %d gave %d\n", n, square);
        assert(square == n * n);
    }
    pool_destroy(pool);
    return 0;
}
