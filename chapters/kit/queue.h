/*
 * A bounded queue that processes share: first in, first out.
 *
 *     struct queue *queue = queue_create(10, sizeof(int));
 *     if (fork() == 0) {
 *         int item;
 *         queue_get(queue, &item);
 *         ...
 *     }
 *     queue_put(queue, &number);
 *
 * Make it before the forks: every process that is to use it inherits
 * the mapping. Threads of one process may use it too.
 *
 * Items are copied in and copied out, all of the one size given at
 * the start. Nobody ever holds a pointer into the queue. Do not put
 * pointers to private memory in it: they mean nothing elsewhere.
 *
 * Each item is got exactly once. One producer's items keep their
 * order; those of several producers mingle.
 *
 * Every call returns 0 or one of these, never -1:
 *     ETIMEDOUT  the time is up and the queue is still full or empty
 *     EPIPE      the queue is closed
 * After an error nothing has been put or got.
 *
 * If a process is killed while it is putting or getting, its item is
 * either wholly in the queue or not at all, and the others go on.
 * What is not guarded against is a kill while it waits in the queue:
 * a condition variable does not notice that a sleeper is dead, so a
 * wake-up may be lost with it, or the next one may block. End
 * processes that wait in a queue only when you are done with it.
 */
#ifndef KIT_QUEUE_H
#define KIT_QUEUE_H

#include <stddef.h>

struct queue;

/*
 * Makes an empty queue of at most `capacity` items (at least 1) of
 * `item_size` bytes (at least 1). NULL and errno on failure: EINVAL,
 * or what mmap says. The caller owns it: queue_destroy.
 */
struct queue *queue_create(size_t capacity, size_t item_size);

/* Puts a copy of `item` at the end; waits while the queue is full. */
int queue_put(struct queue *queue, const void *item);

/* The same, waiting at most so many milliseconds; 0: not at all. */
int queue_put_for(struct queue *queue, const void *item,
                  int milliseconds);

/* Moves the oldest item to `item`; waits while there is none. */
int queue_get(struct queue *queue, void *item);

/* The same, waiting at most so many milliseconds; 0: not at all. */
int queue_get_for(struct queue *queue, void *item, int milliseconds);

/*
 * How many items were in the queue a moment ago. When others use the
 * queue the answer may be wrong by the time you read it.
 */
size_t queue_size(struct queue *queue);

/*
 * Ends the queue for everybody: each put and get, those that wait now
 * included, returns EPIPE; what was still inside is not to be had any
 * more. It is not a way to say "no more items": put a last item that
 * says so, one for each consumer. Closing twice does no harm.
 */
void queue_close(struct queue *queue);

/*
 * Gives back this process's mapping; other processes keep theirs
 * until they do the same or end. NULL is allowed.
 */
void queue_destroy(struct queue *queue);

#endif
