/*
 * Three workers report to one screen, one after another under a lock.
 *
 * A worker takes the lock before it says "running" and gives it back
 * after it has said "done". Whoever comes meanwhile waits, so the two
 * lines of a worker always stand together. The price is in the last
 * line: nobody works while another does, and all the work takes as
 * long as the sum of its parts. The lock is held for the whole work
 * only because the two lines belong together; what need not be kept
 * together should stay outside.
 *
 * Expect: always ok: every "done" stands under its own "running"
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS and usleep are not in POSIX */
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WORKERS = 3 };

struct screen {
    pthread_mutex_t lock;
    int last;  /* the worker that said "running" last */
    bool torn; /* someone started before another was done */
};

static struct screen *screen; /* shared by all the processes */

static void worker(int number, int busy_ms)
{
    pthread_mutex_lock(&screen->lock);
    printf("worker %d is running\n", number); // w1
    screen->last = number;                    // w2
    usleep(busy_ms * 1000);                   // w3
    if (screen->last != number)               // w4
        screen->torn = true;
    printf("worker %d is done\n", number);    // w5
    pthread_mutex_unlock(&screen->lock);
}

static void start(int number, int busy_ms)
{
    pid_t pid = fork();

    if (pid < 0) {
        perror("fork");
        exit(2);
    }
    if (pid == 0) {
        worker(number, busy_ms);
        exit(0);
    }
}

/* Waits for every child and returns how many of them failed. */
static int wait_for_all(void)
{
    int status, failed = 0;

    while (wait(&status) > 0)
        failed += status != 0;
    return failed;
}

/* A screen in memory that children share, with a lock to share. */
static struct screen *new_screen(void)
{
    pthread_mutexattr_t attr;
    struct screen *new = mmap(NULL, sizeof *new, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (new == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&new->lock, &attr);
    pthread_mutexattr_destroy(&attr);
    return new;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

int main(void)
{
    int work_ms = 0;

    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    screen = new_screen();
    double begin = now();
    for (int i = 1; i <= WORKERS; i++) {
        int busy_ms = rand() % 100; /* unseeded: the same every run */
        start(i, busy_ms);
        work_ms += busy_ms;
    }
    int failed = wait_for_all();
    double took = now() - begin;
    printf("%.2f s of work took %.2f s\n", work_ms / 1e3, took);
    assert(!screen->torn);
    return failed > 0;
}
