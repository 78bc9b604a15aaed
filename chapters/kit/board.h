/*
 * The board: what a pool's parent and its workers share.
 *
 * The parent posts tasks, workers take them, and note on the board
 * when they have finished. Who finds nothing to do goes to sleep: a
 * worker until it is called, the parent in a way of its own. Used by
 * pool.c only; what users of a pool see is in pool.h.
 *
 * All of it lies in one shared mapping that is made before the workers
 * are forked, at the same address for all. So pointers into it are
 * good everywhere, and so is a pointer to a function.
 */
#ifndef KIT_BOARD_H
#define KIT_BOARD_H

#include "pool.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stddef.h>

enum { NOBODY = -1 };

/* A task and what comes of it. */
struct result {
    /* the parent's */
    struct pool *pool;
    struct result *next_free;
    enum { FREE, PENDING, CALLING, ENDED } state;
    int forgotten;
    pool_callback *callback;

    /* written when posted, and by the worker that owns it */
    pool_function *function;
    atomic_int owner;        /* the seat of a worker, or NOBODY */
    int error;
    max_align_t blobs[];     /* the argument, then the value */
};

/* Where a worker sits. */
struct seat {
    int asleep;              /* and wants to be called */
    sem_t call;
};

struct board {
    /* set once */
    int workers;
    size_t places;
    size_t argument_size, value_size, value_offset, result_size;
    size_t mapping_size;
    struct result **waiting; /* a ring */
    struct result **done;    /* a ring */
    char *results;           /* as many as there are places */

    pthread_mutex_t lock;    /* guards all the rest, and the rings */
    size_t submitted;        /* tasks ever: end of ring `waiting` */
    size_t taken;            /* tasks ever: its front */
    atomic_size_t finished;  /* tasks ever: end of ring `done` */
    int parent_asleep;       /* and wants to be woken */
    atomic_int over;         /* no more tasks will come */
    struct seat seats[];     /* one a worker */
};

/*
 * Makes a board without tasks. NULL and errno on failure, which is
 * mmap's. Requires reasonable numbers: at least 1 worker and 1 place.
 */
struct board *board_create(int workers, size_t places,
                           size_t argument_size, size_t value_size);

/* Gives back this process's mapping. NULL is allowed. */
void board_destroy(struct board *board);

/* The result at a place, from 0, and where its value lies. */
struct result *board_result(struct board *board, size_t place);
void *board_value(struct board *board, struct result *result);

/* -- the parent's ------------------------------------------------- */

/* Puts up a task and calls a worker that sleeps, if any does. */
void board_post(struct board *board, struct result *task);

/*
 * Puts in order what a dead worker has left undone, and makes its seat
 * ready for another one. To be called while the task that it had taken
 * still says who owns it.
 */
void board_clear_seat(struct board *board, int seat);

/*
 * Returns whether no more tasks have been finished than these; if so,
 * board_exchange will ask for the parent to be woken.
 */
int board_may_sleep(struct board *board, size_t finished);

/* Sends the workers home. Requires that no task waits. */
void board_end(struct board *board);

/* -- a worker's --------------------------------------------------- */

/*
 * Hands in a task that has ended, if it is not NULL, and takes the
 * oldest one that waits. NULL: there is none, we are down as asleep.
 * Sets `wake` to whether the parent is to be woken.
 */
struct result *board_exchange(struct board *board, int seat,
                              struct result *finished, int *wake);

/* Sleeps until it is called. May return sooner: look again. */
void board_sleep(struct board *board, int seat);

#endif
