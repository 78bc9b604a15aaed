/*
 * Three workers report to one screen, and no lock keeps them apart.
 *
 * Each worker says that it is running, works for a while, and says
 * that it is done. A worker's two lines belong together, but nothing
 * holds the others back in between, so the pairs are torn: the screen
 * fills with "running, running, running" before the first "done". In
 * return the three work at the same time, and the last line shows it:
 * all the work takes about as long as its longest part.
 *
 * The screen has a lock. Here nobody takes it.
 *
 * Expect: sometimes assertion: a pair of lines is torn by another
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
    printf("worker %d is running\n", number); // w1
    screen->last = number;                    // w2
    usleep(busy_ms * 1000);                   // w3
    if (screen->last != number)               // w4
        screen->torn = true;
    printf("worker %d is done\n", number);    // w5
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
