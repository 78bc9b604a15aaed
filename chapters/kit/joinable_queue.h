/*
 * A queue that also knows how much of the work is not yet done.
 *
 * Every item that is put counts as unfinished until somebody who got
 * it says joinable_task_done. joinable_join waits until that count is
 * 0. So the end of the work is seen without any last item: consumers
 * may loop for ever and be ended from outside after the join.
 *
 *     producer:  joinable_put(queue, &item); ...
 *                joinable_join(queue);
 *     consumer:  for (;;) {
 *                    joinable_get(queue, &item);
 *                    ...
 *                    joinable_task_done(queue);
 *                }
 *
 * Sharing, copying of items and kills: as in queue.h. The calls that
 * can fail return 0 or one of
 *     ETIMEDOUT  the time is up
 *     EPIPE      the queue is closed
 *     EINVAL     joinable_task_done: once too often
 *
 * A consumer that dies between get and task_done leaves its item
 * unfinished: join then waits for ever.
 */
#ifndef KIT_JOINABLE_QUEUE_H
#define KIT_JOINABLE_QUEUE_H

#include <stddef.h>

struct joinable_queue;

/*
 * Like queue_create: NULL and errno on failure; the caller owns the
 * result.
 */
struct joinable_queue *joinable_create(size_t capacity,
                                       size_t item_size);

/*
 * Like queue_put and queue_put_for. The item is unfinished from the
 * moment its put begins, even while that put waits for room; a put
 * that fails takes the count back.
 */
int joinable_put(struct joinable_queue *queue, const void *item);
int joinable_put_for(struct joinable_queue *queue, const void *item,
                     int milliseconds);

/* Like queue_get and queue_get_for. They do not finish the item. */
int joinable_get(struct joinable_queue *queue, void *item);
int joinable_get_for(struct joinable_queue *queue, void *item,
                     int milliseconds);

/*
 * Says that one item that was got is finished. EINVAL, and no effect,
 * if that would be more than were put. Never waits for others' work.
 */
int joinable_task_done(struct joinable_queue *queue);

/*
 * Waits until no item is unfinished; returns at once if there is
 * none. joinable_join_for waits at most so many milliseconds.
 */
int joinable_join(struct joinable_queue *queue);
int joinable_join_for(struct joinable_queue *queue, int milliseconds);

/*
 * Like queue_close: puts and gets fail from now on, and so do joins,
 * as the work can no longer be finished.
 */
void joinable_close(struct joinable_queue *queue);

/* Like queue_destroy. NULL is allowed. */
void joinable_destroy(struct joinable_queue *queue);

#endif
