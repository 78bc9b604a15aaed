/*
 * Two rings, one lock, and a semaphore a worker.
 *
 * A ring says which tasks wait, the other which are done. As long as
 * there is work, a worker goes from task to task with no system call
 * but what the lock may need.
 *
 * A process may be killed at any moment, also while it has the lock.
 * So each change takes effect by one single store:
 *     a task is taken  when its owner is written
 *     a task is done   when `finished` goes up
 * and what follows that store can be found out again. Both are atomic
 * and stay in their order. The lock is a robust one: it tells its next
 * owner that the last one has died.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS, besides POSIX */

#include "board.h"

#include <errno.h>
#include <sys/mman.h>

static size_t aligned(size_t size)
{
    size_t unit = sizeof(max_align_t);

    return (size + unit - 1) / unit * unit;
}

static void make_lock(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

/* One mapping: the board, the two rings, the results. */
struct board *board_create(int workers, size_t places,
                           size_t argument_size, size_t value_size)
{
    size_t head = aligned(sizeof(struct board)
                          + (size_t)workers * sizeof(struct seat));
    size_t rings = aligned(2 * places * sizeof(struct result *));
    size_t result = aligned(sizeof(struct result))
                    + aligned(argument_size) + aligned(value_size);
    size_t size = head + rings + places * result;
    char *start = mmap(NULL, size, PROT_READ | PROT_WRITE,
                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct board *board = (void *)start;

    if (start == MAP_FAILED)
        return NULL;
    *board = (struct board){
        .workers = workers, .places = places,
        .argument_size = argument_size, .value_size = value_size,
        .value_offset = aligned(argument_size),
        .result_size = result, .mapping_size = size,
        .waiting = (void *)(start + head),
        .results = start + head + rings};
    board->done = board->waiting + places;
    for (int i = 0; i < workers; i++)
        sem_init(&board->seats[i].call, 1, 0);
    make_lock(&board->lock);
    return board;
}

void board_destroy(struct board *board)
{
    if (board != NULL)
        munmap(board, board->mapping_size);
}

struct result *board_result(struct board *board, size_t place)
{
    return (void *)(board->results + place * board->result_size);
}

void *board_value(struct board *board, struct result *result)
{
    return (char *)result->blobs + board->value_offset;
}

/*
 * The last owner died and had the lock. It may have taken the task at
 * the front without saying so in `taken`; the rest is right.
 */
static void repair(struct board *board)
{
    if (board->taken < board->submitted
        && board->waiting[board->taken % board->places]->owner
               != NOBODY)
        board->taken++;
    pthread_mutex_consistent(&board->lock);
}

static void lock(struct board *board)
{
    if (pthread_mutex_lock(&board->lock) == EOWNERDEAD)
        repair(board);
}

static void unlock(struct board *board)
{
    pthread_mutex_unlock(&board->lock);
}

/* The first worker that sleeps, or NULL. Requires the lock. */
static struct seat *sleeper(struct board *board)
{
    for (int i = 0; i < board->workers; i++) {
        if (board->seats[i].asleep) {
            board->seats[i].asleep = 0;
            return &board->seats[i];
        }
    }
    return NULL;
}

/*
 * One that has died in its sleep is called in vain: it is for the
 * parent to notice, and its successor will look for tasks by itself.
 */
void board_post(struct board *board, struct result *task)
{
    struct seat *seat;

    lock(board);
    board->waiting[board->submitted % board->places] = task;
    board->submitted++;
    seat = sleeper(board);
    unlock(board);
    if (seat != NULL)
        sem_post(&seat->call);
}

void board_clear_seat(struct board *board, int seat)
{
    lock(board);
    board->seats[seat].asleep = 0;
    unlock(board);
}

int board_may_sleep(struct board *board, size_t finished)
{
    int may_sleep;

    lock(board);
    may_sleep = board->finished == finished;
    board->parent_asleep = may_sleep;
    unlock(board);
    return may_sleep;
}

void board_end(struct board *board)
{
    board->over = 1;
    for (int i = 0; i < board->workers; i++)
        sem_post(&board->seats[i].call);
}

static int hand_in(struct board *board, struct result *task)
{
    int wake = board->parent_asleep;

    board->done[board->finished % board->places] = task;
    board->finished++;
    board->parent_asleep = 0;
    return wake;
}

static struct result *take(struct board *board, int seat)
{
    struct result *task;

    task = board->waiting[board->taken % board->places];
    task->owner = seat;
    board->taken++;
    return task;
}

/*
 * All at once, so that the parent, when it wakes, finds the worker
 * asleep already, or at work, and does not call another in its place.
 */
struct result *board_exchange(struct board *board, int seat,
                              struct result *finished, int *wake)
{
    struct result *task = NULL;

    lock(board);
    *wake = finished != NULL && hand_in(board, finished);
    board->seats[seat].asleep = board->taken == board->submitted;
    if (!board->seats[seat].asleep)
        task = take(board, seat);
    unlock(board);
    return task;
}

void board_sleep(struct board *board, int seat)
{
    sem_wait(&board->seats[seat].call);
}
