/*
 * Ten people, four karaoke rooms: a semaphore counts the keys.
 *
 * A semaphore is a lock with a count of keys. Taking a key lowers the
 * count, and at zero one waits; giving a key back raises it and lets
 * in one who waits. Here there are four keys, one for each room. The
 * first four people enter at once, everybody else enters when someone
 * leaves, and there are never more than four inside. With one key it
 * would be an ordinary lock.
 *
 * Expect: always ok: never more than four people are inside
 * Compare: with four keys, four are inside at once, and never a fifth
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS and usleep are not in POSIX */
#include <assert.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PEOPLE = 10, ROOMS = 4 };

struct ktv {
    sem_t keys;
    atomic_int inside; /* several enter at once, so ++ must be whole */
};

static struct ktv *ktv; /* shared by all the processes */

static void person(int number, int stay_ms)
{
    sem_wait(&ktv->keys);                               // k1
    int inside = atomic_fetch_add(&ktv->inside, 1) + 1; // k2
    printf("person %d enters, %d inside\n", number, inside);
    usleep(stay_ms * 1000);
    printf("person %d leaves\n", number);
    atomic_fetch_sub(&ktv->inside, 1);                  // k3
    sem_post(&ktv->keys);                               // k4
    assert(inside <= ROOMS);                            // k5
}

static void start(int number, int stay_ms)
{
    pid_t pid = fork();

    if (pid < 0) {
        perror("fork");
        exit(2);
    }
    if (pid == 0) {
        person(number, stay_ms);
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

/* A KTV in memory that children share, with a key for every room. */
static struct ktv *new_ktv(void)
{
    struct ktv *new = mmap(NULL, sizeof *new, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (new == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    sem_init(&new->keys, 1, ROOMS); /* 1: shared by processes */
    return new;
}

int main(void)
{
    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    ktv = new_ktv();
    for (int i = 1; i <= PEOPLE; i++) {
        int stay_ms = 100 * (1 + rand() % 4); /* the same every run */
        start(i, stay_ms);
    }
    int failed = wait_for_all();
    printf("%d of %d went home\n", PEOPLE - failed, PEOPLE);
    return failed > 0;
}
