/*
 * Ten people book three tickets; a lock makes each purchase whole.
 *
 * Whoever buys holds the lock from reading the count to writing it
 * back, so nobody can read a count that is about to change. Exactly
 * three tickets are sold, and the other seven are told that there are
 * none. Looking stays outside the lock: nobody's look is delayed, but
 * what it shows may be old by the time one buys. That is why buy()
 * reads the count again.
 *
 * Expect: always ok: exactly three buyers get a ticket
 * Compare: the lock around buying sells each ticket exactly once
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS and usleep are not in POSIX */
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BUYERS = 10, TICKETS = 3, NETWORK_MS = 20 };

struct office {
    pthread_mutex_t lock;
    bool sold_to[BUYERS + 1]; /* each buyer writes only its own */
};

static struct office *office; /* shared by all the processes */
static int db;                /* so is this file: {"count": 3} */

static int read_count(void)
{
    char text[32] = "";
    int count;

    if (pread(db, text, sizeof text - 1, 0) < 0 ||
        sscanf(text, "{\"count\": %d}", &count) != 1) {
        fprintf(stderr, "db: no count in \"%s\"\n", text);
        exit(2);
    }
    return count;
}

/* One write, over the old text: a look never finds half a count. */
static void write_count(int count)
{
    char text[32];
    int length;

    length = snprintf(text, sizeof text, "{\"count\": %d}\n", count);
    if (pwrite(db, text, length, 0) != length) {
        perror("db");
        exit(2);
    }
}

static void look(int number)
{
    int count = read_count(); // b1

    usleep(NETWORK_MS * 1000);
    printf("buyer %d sees %d left\n", number, count);
}

static void buy(int number)
{
    int count = read_count(); // b2

    usleep(NETWORK_MS * 1000);
    if (count > 0) {          // b3
        count--;
        office->sold_to[number] = true;
        printf("buyer %d has a ticket\n", number);
    } else {
        printf("buyer %d is told: sold out\n", number);
    }
    usleep(NETWORK_MS * 1000);
    write_count(count);       // b4
}

static void buyer(int number)
{
    look(number);
    pthread_mutex_lock(&office->lock);
    buy(number);
    pthread_mutex_unlock(&office->lock);
}

static void start(int number)
{
    pid_t pid = fork();

    if (pid < 0) {
        perror("fork");
        exit(2);
    }
    if (pid == 0) {
        buyer(number);
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

/* An office in memory that children share, with a lock to share. */
static struct office *new_office(void)
{
    pthread_mutexattr_t attr;
    struct office *new = mmap(NULL, sizeof *new, PROT_READ | PROT_WRITE,
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

/* A file without a name: it goes when the last process that has it. */
static int unnamed_file(void)
{
    FILE *file = tmpfile();

    if (file == NULL) {
        perror("tmpfile");
        exit(2);
    }
    return fileno(file);
}

int main(void)
{
    int sold = 0;

    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    office = new_office();
    db = unnamed_file();
    write_count(TICKETS);
    for (int i = 1; i <= BUYERS; i++)
        start(i);
    int failed = wait_for_all();
    for (int i = 1; i <= BUYERS; i++)
        sold += office->sold_to[i];
    printf("of %d tickets %d were sold, and db says %d are left\n",
           TICKETS, sold, read_count());
    assert(sold <= TICKETS);
    return failed > 0;
}
