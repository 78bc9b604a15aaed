/*
 * Every way to say which variable is meant.
 *
 * A line whose comment is `is NAME` writes to one variable or calls one
 * function on it; tests/check_names.c wants an event of that line to be
 * on an object of exactly this name. All of it is done by a second
 * thread, for what no other can reach is of no interest.
 *
 * Expect: always ok: each line says its name
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "../../chapters/kit/event.h"
#include "../../chapters/kit/queue.h"

enum { ROWS = 3, COLUMNS = 4, SLOTS = 8 };

struct date {
    int day, month;
};

struct person {
    char name[16];
    struct date born;
    struct person *next;
};

union number {
    int whole;
    float real;
};

struct flags {
    unsigned ready : 1;
    unsigned busy : 2;
    int other;
};

struct db {
    pthread_mutex_t lock;
    int tickets;
    struct date opened;
    struct person people[2];
    struct person *owner;
    int *count;
    struct {
        int hidden;
    };
};

struct ring {
    pthread_mutex_t lock;
    pthread_cond_t not_empty;
    int used;
    struct date slots[];
};

typedef struct ring ring_t;

/* One block, and in it, behind the open end, what it points to. */
struct desk {
    int used;
    struct date **waiting;
    struct date *last; /* in slots */
    double *results;
    char *notes;
    struct date slots[];
};

struct packet {
    int size;
    max_align_t blobs[];
};

static int counter;
static _Atomic int hits;
static int grid[ROWS][COLUMNS];
static struct date today;
static struct person people[2];
static union number number;
static struct flags flags;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t forks[3] = {PTHREAD_MUTEX_INITIALIZER,
                                   PTHREAD_MUTEX_INITIALIZER,
                                   PTHREAD_MUTEX_INITIALIZER};
static pthread_mutex_t *shared_lock;
static pthread_mutex_t *shared_forks;
static sem_t room;
static struct db *db;
static ring_t *ring;
static struct desk *desk;
static struct desk *cut;
static long *rest; /* what comes behind cut's slots */
static struct packet *packet;
static int *shared_counter;
static int *values;
static int *page;
static int (*eaten)[COLUMNS];
static bool *ready;
static char *letters;
static struct date *dates;
static struct {
    struct db *db;
    pthread_mutex_t *lock;
} office;

static void *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    return memory;
}

static void make_shared_lock(pthread_mutex_t *mutex)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

static int globals(void)
{
    static int calls;
    static int table[4];

    counter = 1;             // is counter
    hits = 1;                // is hits
    hits++;                  // is hits
    calls = 1;               // is calls
    table[2] = 1;            // is table[2]
    today.month = 2;         // is today.month
    grid[2][3] = 1;          // is grid[2][3]
    grid[0][0] = 1;          // is grid[0][0]
    people[1].born.day = 3;  // is people[1].born.day
    people[1].name[4] = 'x'; // is people[1].name[4]
    number.real = 1.5f;      // is number
    flags.busy = 2;          // is flags.ready|busy
    flags.other = 2;         // is flags.other
    pthread_mutex_lock(&lock);       // is lock
    pthread_mutex_unlock(&lock);     // is lock
    pthread_mutex_lock(&forks[1]);   // is forks[1]
    pthread_mutex_unlock(forks + 1); // is forks[1]
    return calls + table[2];
}

static void mapped(void)
{
    db->tickets = 3;              // is db->tickets
    db->opened.month = 5;         // is db->opened.month
    db->people[1].born.day = 1;   // is db->people[1].born.day
    db->people[0].name[2] = 'x';  // is db->people[0].name[2]
    db->hidden = 1;               // is db->hidden
    ring->used = 1;               // is ring->used
    ring->slots[3].month = 1;     // is ring->slots[3].month
    desk->slots[2].month = 1;     // is desk->slots[2].month
    desk->waiting[1] = NULL;      // is desk->waiting[1]
    desk->results[3] = 1;         // is desk->results[3]
    desk->notes[6] = 'x';         // is desk->notes[6]
    cut->slots[1].day = 1;        // is cut->slots[1].day
    rest[2] = 1;                  // is rest[2]
    packet->size = 1;             // is packet->size
    *(int *)packet->blobs = 1;    // is memory 1
    *shared_counter = 1;          // is *shared_counter
    values[0] = 1;                // is values[0]
    values[3] = 1;                // is values[3]
    page[0] = 1;                  // is *page
    eaten[0][1] = 1;              // is eaten[0][1]
    eaten[2][3] = 1;              // is eaten[2][3]
    *ready = true;                // is *ready
    letters[5] = 'x';             // is letters[5]
    dates[2].day = 3;             // is dates[2].day
    pthread_mutex_lock(&db->lock);           // is db->lock
    pthread_mutex_unlock(&db->lock);         // is db->lock
    pthread_mutex_lock(shared_lock);         // is shared_lock
    pthread_mutex_unlock(shared_lock);       // is shared_lock
    pthread_mutex_lock(&shared_forks[0]);    // is shared_forks[0]
    pthread_mutex_lock(&shared_forks[2]);    // is shared_forks[2]
    pthread_mutex_unlock(&shared_forks[2]);  // is shared_forks[2]
    pthread_mutex_unlock(&shared_forks[0]);  // is shared_forks[0]
}

/* Who calls this knows what the value is, but not by its type. */
static void give(void *value)
{
    *(int *)value = 1; // is *value
}

/* No global leads here, only what the caller hands over. */
static void parameter(struct db *given, int *total, int rows,
                      pthread_mutex_t *door)
{
    given->tickets = 3;          // is given->tickets
    *total = 1;                  // is *total
    (void)rows;
    pthread_mutex_lock(door);    // is door
    pthread_mutex_unlock(door);  // is door
}

static int locals(int rows)
{
    struct db *mine = map(sizeof *mine);
    ring_t *list = calloc(1, sizeof *list + SLOTS * sizeof(struct date));
    struct person *head = calloc(1, sizeof *head);
    int *heap = calloc(10, sizeof *heap);
    int (*table)[COLUMNS] = calloc((size_t)rows, sizeof *table);
    struct date *here, inside = {1, 1};
    pthread_mutex_t *door = map(sizeof *door);
    int total = 0;

    make_shared_lock(door);
    mine->opened.day = 4;     // is mine->opened.day
    list->slots[7].month = 1; // is list->slots[7].month
    head->born.day = 1;       // is head->born.day
    head->next = calloc(1, sizeof *head);
    head->next->born.day = 2; // is head->next->born.day
    heap[0] = 1;              // is heap[0]
    heap[9] = 1;              // is heap[9]
    table[1][2] = 1;          // is table[1][2]
    here = &inside;
    here->month = 2;          // is inside.month
    mine->owner = calloc(1, sizeof *mine->owner);
    mine->owner->born.day = 1; // is mine->owner->born.day
    mine->count = map(sizeof *mine->count);
    *mine->count = 1;         // is *mine->count
    if (rows > 0) {
        struct date *deep = calloc(1, sizeof *deep);

        deep->day = 1;        // is deep->day
        free(deep);
    }
    give((char *)packet->blobs + 16);
    parameter(map(sizeof *mine), &total, rows, door);
    parameter(map(sizeof *mine), map(sizeof total), rows, door);
    free(mine->owner);
    free(table);
    free(heap);
    free(head->next);
    free(head);
    free(list);
    return total;
}

/* What is inside the kit goes by the program's name for it. */
static void kit(void)
{
    struct event *green = map(sizeof *green);
    struct queue *orders = queue_create(2, sizeof(int));
    struct queue *bills = queue_create(2, sizeof(int));
    int one = 1;

    event_init(green);
    event_set(green);
    queue_put(orders, &one);
    queue_put(bills, &one);
    queue_destroy(bills);
    queue_destroy(orders);
}

static void *everything(void *argument)
{
    struct date *date = argument;

    date->month = 3; // is date->month
    globals();
    mapped();
    locals(ROWS);
    office.db = map(sizeof *office.db);
    office.db->tickets = 1;              // is office.db->tickets
    office.lock = map(sizeof *office.lock);
    make_shared_lock(office.lock);
    pthread_mutex_lock(office.lock);     // is office.lock
    pthread_mutex_unlock(office.lock);   // is office.lock
    sem_init(&room, 0, 1);               // is room
    sem_wait(&room);                     // is room
    kit();
    return NULL;
}

/* Three slots, four waiting, five results, eight bytes of notes. */
static void make_desk(void)
{
    size_t head = sizeof *desk + 3 * sizeof(struct date);
    char *start = map(head + 4 * sizeof(struct date *) +
                      5 * sizeof(double) + 8);

    desk = (void *)start;
    desk->waiting = (void *)(start + head);
    desk->last = desk->slots + 1;
    desk->results = (void *)(desk->waiting + 4);
    desk->notes = (void *)(desk->results + 5);
    cut = map(head + 4 * sizeof *rest);
    rest = (void *)((char *)cut + head);
    packet = map(sizeof *packet + 64);
}

static void make_everything(void)
{
    make_desk();
    db = map(sizeof *db);
    ring = map(sizeof *ring + SLOTS * sizeof(struct date));
    shared_counter = map(sizeof *shared_counter);
    values = map(5 * sizeof *values);
    page = map(4096);
    eaten = map(ROWS * sizeof *eaten);
    ready = map(sizeof *ready);
    letters = map(9);
    dates = map(3 * sizeof *dates);
    shared_lock = map(sizeof *shared_lock);
    shared_forks = map(3 * sizeof *shared_forks);
    make_shared_lock(&db->lock);
    make_shared_lock(shared_lock);
    for (int i = 0; i < 3; i++)
        make_shared_lock(&shared_forks[i]);
}

static void *look(void *stack)
{
    return stack;
}

int main(void)
{
    struct date *date = calloc(1, sizeof *date);
    pthread_t thread;

    make_everything();
    /* From here on what is on a stack may be shared. */
    pthread_create(&thread, NULL, look, &date);
    pthread_join(thread, NULL);
    pthread_create(&thread, NULL, everything, date);
    pthread_join(thread, NULL);
    *(int *)packet->blobs = 2; // is memory 1
    free(date);
    return counter - 1;
}
