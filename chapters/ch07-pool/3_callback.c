/*
 * The parent is told of each value at once: callbacks.
 *
 * With each task main gives a function to be called with its value. It
 * is called in the main process, not in the worker, and so it may
 * count in a plain variable. Calls come in the order in which the tasks
 * end, one at a time, while main waits in join: a callback that takes
 * long holds up the others, but no worker.
 *
 * Main keeps no handles here: it forgets them, and asks for nothing.
 *
 * Expect: always ok: ten callbacks, all with the pid of main
 * Compare: the same work: wait for each, wait for all, be called
 */
#define _DEFAULT_SOURCE /* usleep */

#include "../kit/pool.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

enum { WORKERS = 3, TASKS = 10 };

static pid_t main_pid;
static int calls;

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(1);
    }
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

static int call_back(int error, const void *value)
{
    assert(error == 0);
    printf("%d is called: %d\n", (int)getpid(), *(const int *)value);
    assert(getpid() == main_pid); // b1
    calls++; // b2
    return 0;
}

int main(void)
{
    struct result *result;
    struct pool *pool;

    /* into a pipe, too, line by line, and nothing left at a fork */
    setvbuf(stdout, NULL, _IOLBF, 0);
    main_pid = getpid();
    printf("main is %d\n", (int)main_pid);
    pool = pool_create(WORKERS, TASKS, sizeof(int), sizeof(int));
    must(pool != NULL, "pool_create");
    for (int n = 0; n < TASKS; n++) {
        result = pool_apply_async(pool, work, &n, call_back); // m1
        must(result != NULL, "pool_apply_async");
        result_forget(result);
    }
    pool_close(pool);
    pool_join(pool); // m2
    printf("%d callbacks\n", calls);
    assert(calls == TASKS);
    pool_destroy(pool);
    return 0;
}
