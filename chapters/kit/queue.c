/*
 * A ring of slots, one lock, and two conditions to wait for.
 *
 * `put` and `got` count all items ever put and got; they only grow.
 * Their difference is what is inside, and their remainders are where
 * to write and to read. So each operation takes effect by one single
 * store, the count that goes up after the copy: a process that is
 * killed in the middle leaves a queue in which it has done the whole
 * operation or nothing, and the next owner of its lock can go on.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS, besides POSIX */

#include "queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

struct queue {
    pthread_mutex_t lock;
    pthread_cond_t not_empty;
    pthread_cond_t not_full;
    size_t capacity;
    size_t item_size;
    size_t put;    /* this and the rest are guarded by the lock */
    size_t got;
    int closed;
    char slots[];  /* item k lies in slot k % capacity */
};

static size_t bytes_of(size_t capacity, size_t item_size)
{
    return sizeof(struct queue) + capacity * item_size;
}

static void make_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

static void make_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    /* a change of the wall clock must not stretch a timeout */
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct queue *queue_create(size_t capacity, size_t item_size)
{
    struct queue *queue;

    if (capacity == 0 || item_size == 0
        || capacity > SIZE_MAX / 2 / item_size) {
        errno = EINVAL;
        return NULL;
    }
    queue = mmap(NULL, bytes_of(capacity, item_size),
                 PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                 -1, 0);
    if (queue == MAP_FAILED)
        return NULL;
    make_lock(&queue->lock);
    make_condition(&queue->not_empty);
    make_condition(&queue->not_full);
    queue->capacity = capacity;
    queue->item_size = item_size;
    return queue;
}

/* The last owner died with the lock: what it left is in order. */
static int take_over(struct queue *queue, int error)
{
    if (error != EOWNERDEAD)
        return error;
    pthread_mutex_consistent(&queue->lock);
    return 0;
}

static void lock(struct queue *queue)
{
    take_over(queue, pthread_mutex_lock(&queue->lock));
}

static void unlock(struct queue *queue)
{
    pthread_mutex_unlock(&queue->lock);
}

/* Without a deadline it waits for ever. */
static int wait_for(struct queue *queue, pthread_cond_t *condition,
                    const struct timespec *deadline)
{
    int error;

    if (deadline == NULL)
        error = pthread_cond_wait(condition, &queue->lock);
    else
        error = pthread_cond_timedwait(condition, &queue->lock,
                                       deadline);
    return take_over(queue, error);
}

static int is_full(const struct queue *queue)
{
    return queue->put - queue->got == queue->capacity;
}

static int is_empty(const struct queue *queue)
{
    return queue->put == queue->got;
}

static char *slot(struct queue *queue, size_t number)
{
    return queue->slots + number % queue->capacity * queue->item_size;
}

static int put_until(struct queue *queue, const void *item,
                     const struct timespec *deadline)
{
    int error = 0;

    lock(queue);
    while (is_full(queue) && !queue->closed && error == 0)
        error = wait_for(queue, &queue->not_full, deadline);
    if (queue->closed) {
        error = EPIPE;
    } else if (!is_full(queue)) {
        error = 0;
        memcpy(slot(queue, queue->put), item, queue->item_size);
        atomic_signal_fence(memory_order_release);
        queue->put++;
        pthread_cond_signal(&queue->not_empty);
    }
    unlock(queue);
    return error;
}

static int get_until(struct queue *queue, void *item,
                     const struct timespec *deadline)
{
    int error = 0;

    lock(queue);
    while (is_empty(queue) && !queue->closed && error == 0)
        error = wait_for(queue, &queue->not_empty, deadline);
    if (queue->closed) {
        error = EPIPE;
    } else if (!is_empty(queue)) {
        error = 0;
        memcpy(item, slot(queue, queue->got), queue->item_size);
        atomic_signal_fence(memory_order_release);
        queue->got++;
        pthread_cond_signal(&queue->not_full);
    }
    unlock(queue);
    return error;
}

static struct timespec after(int milliseconds)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    if (milliseconds <= 0)
        return time;
    time.tv_sec += milliseconds / 1000;
    time.tv_nsec += milliseconds % 1000 * 1000000L;
    if (time.tv_nsec >= 1000000000) {
        time.tv_sec++;
        time.tv_nsec -= 1000000000;
    }
    return time;
}

int queue_put(struct queue *queue, const void *item)
{
    return put_until(queue, item, NULL);
}

int queue_put_for(struct queue *queue, const void *item,
                  int milliseconds)
{
    struct timespec deadline = after(milliseconds);

    return put_until(queue, item, &deadline);
}

int queue_get(struct queue *queue, void *item)
{
    return get_until(queue, item, NULL);
}

int queue_get_for(struct queue *queue, void *item, int milliseconds)
{
    struct timespec deadline = after(milliseconds);

    return get_until(queue, item, &deadline);
}

size_t queue_size(struct queue *queue)
{
    size_t size;

    lock(queue);
    size = queue->put - queue->got;
    unlock(queue);
    return size;
}

void queue_close(struct queue *queue)
{
    lock(queue);
    queue->closed = 1;
    pthread_cond_broadcast(&queue->not_empty);
    pthread_cond_broadcast(&queue->not_full);
    unlock(queue);
}

/*
 * No pthread_cond_destroy: others may still use the queue, and glibc
 * would wait for sleepers that were killed.
 */
void queue_destroy(struct queue *queue)
{
    if (queue != NULL)
        munmap(queue, bytes_of(queue->capacity, queue->item_size));
}
