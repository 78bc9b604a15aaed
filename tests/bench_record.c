/*
 * bench_record.c - what recording costs.
 *
 * Each operation is made bare (the real call, the plain access) and
 * recorded, in turn, ROUNDS times; the medians are compared.  Times of
 * two machines differ, the ratio says more; the aim is at most 40 ns an
 * event.  A real run writes each page of its log for the first time,
 * and the kernel has to map that page; how much that is, is measured by
 * writing to the same pages again.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "intercept/intercept.h"
#include "trace/fail.h"
#include "trace/trace.h"

#define ROUNDS 31
#define TIMES 400         /* in a round: all within trace_prepare's */
#define RACES 9
#define RACE_TIMES 40000 /* of each process that races */

int __real_pthread_mutex_lock(pthread_mutex_t *mutex);
int __real_pthread_mutex_unlock(pthread_mutex_t *mutex);
int __real_sem_wait(sem_t *semaphore);
int __real_sem_post(sem_t *semaphore);
void __tsan_read4(const void *address);
void __tsan_write4(const void *address);

#define PROCESSES 2

/* What the operations work on. */
static struct shared {
    pthread_mutex_t lock;
    sem_t semaphore;
    volatile int counter;
    pthread_barrier_t start;
    struct {
        _Alignas(128) pthread_mutex_t lock; /* a cache line of its own */
    } own[PROCESSES];
} *shared;

static struct {
    pthread_mutexattr_t mutex;
    pthread_barrierattr_t barrier;
} for_processes;

static void bare_lock(int times)
{
    while (times-- > 0) {
        __real_pthread_mutex_lock(&shared->lock);
        __real_pthread_mutex_unlock(&shared->lock);
    }
}

static void recorded_lock(int times)
{
    while (times-- > 0) {
        pthread_mutex_lock(&shared->lock);
        pthread_mutex_unlock(&shared->lock);
    }
}

static void bare_semaphore(int times)
{
    while (times-- > 0) {
        __real_sem_post(&shared->semaphore);
        __real_sem_wait(&shared->semaphore);
    }
}

static void recorded_semaphore(int times)
{
    while (times-- > 0) {
        sem_post(&shared->semaphore);
        sem_wait(&shared->semaphore);
    }
}

static void bare_access(int times)
{
    while (times-- > 0)
        shared->counter++;
}

/* What the compiler makes of the same line. */
static void recorded_access(int times)
{
    while (times-- > 0) {
        int value;

        __tsan_read4((const void *)&shared->counter);
        value = shared->counter;
        __tsan_write4((const void *)&shared->counter);
        shared->counter = value + 1;
    }
}

static const struct operation {
    const char *name;
    void (*bare)(int times);
    void (*recorded)(int times);
    int events; /* of one recorded operation */
} operations[] = {
    {"pthread_mutex_lock, _unlock", bare_lock, recorded_lock, 2},
    {"sem_post, sem_wait", bare_semaphore, recorded_semaphore, 2},
    {"counter++ in shared memory", bare_access, recorded_access, 2},
};

static double time_of(void (*operation)(int times))
{
    uint64_t start = trace_nanoseconds();

    operation(TIMES);
    return (double)(trace_nanoseconds() - start) / TIMES;
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return values[count / 2];
}

static void compare(struct trace *trace, const struct operation *operation)
{
    double bare[ROUNDS], first[ROUNDS], again[ROUNDS];
    double one, two, three;

    for (int i = 0; i < ROUNDS; i++) {
        uint64_t head = atomic_load(&trace->event_head);

        bare[i] = time_of(operation->bare);
        first[i] = time_of(operation->recorded);
        atomic_store(&trace->event_head, head); /* over the same pages */
        again[i] = time_of(operation->recorded);
    }
    one = median(bare, ROUNDS);
    two = median(first, ROUNDS);
    three = median(again, ROUNDS);
    printf("  %-27s %5.1f ns bare, %5.1f recorded, %5.1f times\n"
           "      %.1f ns added an event, %.1f of them to touch the log's "
           "pages first\n", operation->name, one, two, two / one,
           (two - one) / operation->events,
           (two - three) / operation->events);
}

/* One of the processes that record at once, each with its own lock. */
static void race(int number)
{
    pthread_mutex_t *own = &shared->own[number].lock;

    pthread_barrier_wait(&shared->start);
    for (int i = 0; i < RACE_TIMES; i++) {
        pthread_mutex_lock(own);
        pthread_mutex_unlock(own);
    }
    _exit(0);
}

/* Millions of events a second that so many processes record. */
static double race_of(int processes)
{
    uint64_t start;

    pthread_barrier_init(&shared->start, &for_processes.barrier,
                         (unsigned)processes + 1);
    for (int i = 0; i < processes; i++) {
        pid_t child = fork();

        if (child < 0)
            die("cannot fork:");
        if (child == 0)
            race(i);
    }
    pthread_barrier_wait(&shared->start);
    start = trace_nanoseconds();
    while (wait(NULL) > 0)
        ;
    pthread_barrier_destroy(&shared->start);
    return 1e3 * 2 * RACE_TIMES * processes /
           (double)(trace_nanoseconds() - start);
}

static void compare_races(void)
{
    double alone[RACES], both[RACES], one, two;

    for (int i = 0; i < RACES; i++) {
        alone[i] = race_of(1);
        both[i] = race_of(PROCESSES);
    }
    one = median(alone, RACES);
    two = median(both, RACES);
    printf("  events a second: %.1f million by 1 process, %.1f million "
           "by %d, %.2f times\n"
           "      limited by what they share: pages and cache lines of the "
           "one log\n", one, two, PROCESSES, two / one);
}

static void make_shared(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        die("cannot map memory:");
    pthread_mutexattr_init(&for_processes.mutex);
    pthread_mutexattr_setpshared(&for_processes.mutex,
                                 PTHREAD_PROCESS_SHARED);
    pthread_barrierattr_init(&for_processes.barrier);
    pthread_barrierattr_setpshared(&for_processes.barrier,
                                   PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->lock, &for_processes.mutex);
    for (int i = 0; i < PROCESSES; i++)
        pthread_mutex_init(&shared->own[i].lock, &for_processes.mutex);
    sem_init(&shared->semaphore, 1, 0);
}

int main(void)
{
    struct trace *trace = trace_create(0);

    intercept_start(trace);
    make_shared();
    printf("Recording (medians of %d rounds; aim: 40 ns an event)\n",
           ROUNDS);
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++)
        compare(trace, &operations[i]);
    printf("      the rest is mostly reading the clock and one atomic "
           "addition\n");
    compare_races();
    if (trace_lost(trace) > 0)
        die("the trace was too small for this");
    return 0;
}
