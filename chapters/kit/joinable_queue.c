/*
 * A queue, and beside it a count with a lock and a condition.
 *
 * The count goes up before the item can be seen by anybody: were it
 * the other way round, a quick consumer could be done with an item
 * that has not been counted yet, and a join could slip in between.
 *
 * The count's lock is never held while waiting in the queue.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS, besides POSIX */

#include "joinable_queue.h"

#include "queue.h"

#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

struct joinable_queue {
    struct queue *items;
    pthread_mutex_t lock;     /* guards the rest */
    pthread_cond_t all_done;  /* unfinished became 0, or closed */
    size_t unfinished;
    int closed;
};

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
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

struct joinable_queue *joinable_create(size_t capacity,
                                       size_t item_size)
{
    struct joinable_queue *queue;
    struct queue *items = queue_create(capacity, item_size);

    if (items == NULL)
        return NULL;
    queue = mmap(NULL, sizeof(*queue), PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (queue == MAP_FAILED) {
        queue_destroy(items);
        errno = ENOMEM;
        return NULL;
    }
    queue->items = items;
    make_lock(&queue->lock);
    make_condition(&queue->all_done);
    return queue;
}

/* The last owner died with the lock: a count is always in order. */
static int take_over(struct joinable_queue *queue, int error)
{
    if (error != EOWNERDEAD)
        return error;
    pthread_mutex_consistent(&queue->lock);
    return 0;
}

static void lock(struct joinable_queue *queue)
{
    take_over(queue, pthread_mutex_lock(&queue->lock));
}

static void unlock(struct joinable_queue *queue)
{
    pthread_mutex_unlock(&queue->lock);
}

static void count_up(struct joinable_queue *queue)
{
    lock(queue);
    queue->unfinished++;
    unlock(queue);
}

static int count_down(struct joinable_queue *queue)
{
    int error = 0;

    lock(queue);
    if (queue->unfinished == 0)
        error = EINVAL;
    else if (--queue->unfinished == 0)
        pthread_cond_broadcast(&queue->all_done);
    unlock(queue);
    return error;
}

int joinable_put(struct joinable_queue *queue, const void *item)
{
    int error;

    count_up(queue);
    error = queue_put(queue->items, item);
    if (error != 0)
        count_down(queue);
    return error;
}

int joinable_put_for(struct joinable_queue *queue, const void *item,
                     int milliseconds)
{
    int error;

    count_up(queue);
    error = queue_put_for(queue->items, item, milliseconds);
    if (error != 0)
        count_down(queue);
    return error;
}

int joinable_get(struct joinable_queue *queue, void *item)
{
    return queue_get(queue->items, item);
}

int joinable_get_for(struct joinable_queue *queue, void *item,
                     int milliseconds)
{
    return queue_get_for(queue->items, item, milliseconds);
}

int joinable_task_done(struct joinable_queue *queue)
{
    return count_down(queue);
}

int joinable_join(struct joinable_queue *queue)
{
    int error;

    lock(queue);
    while (queue->unfinished > 0 && !queue->closed)
        take_over(queue,
                  pthread_cond_wait(&queue->all_done, &queue->lock));
    error = queue->unfinished > 0 ? EPIPE : 0;
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

int joinable_join_for(struct joinable_queue *queue, int milliseconds)
{
    struct timespec deadline = after(milliseconds);
    int error = 0;

    lock(queue);
    while (queue->unfinished > 0 && !queue->closed && error == 0)
        error = take_over(queue, pthread_cond_timedwait(
                          &queue->all_done, &queue->lock, &deadline));
    if (queue->unfinished == 0)
        error = 0;
    else if (queue->closed)
        error = EPIPE;
    unlock(queue);
    return error;
}

void joinable_close(struct joinable_queue *queue)
{
    queue_close(queue->items);
    lock(queue);
    queue->closed = 1;
    pthread_cond_broadcast(&queue->all_done);
    unlock(queue);
}

void joinable_destroy(struct joinable_queue *queue)
{
    if (queue == NULL)
        return;
    queue_destroy(queue->items);
    munmap(queue, sizeof(*queue));
}
