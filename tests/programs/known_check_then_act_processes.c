/*
 * Two processes look whether a ticket is left, and then take one.
 *
 * Looking and taking are two steps: if both buyers look before either
 * takes, both see the last ticket, and both take it. There is a
 * semaphore to let in one at a time, but nobody waits for it.
 *
 * Expect: sometimes assertion: the one ticket is sold twice
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS is not in POSIX */
#include <assert.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    sem_t key;
    int tickets;
    bool sold_to[2]; /* each buyer writes only its own */
};

static struct shared *shared;

static void buyer(int number)
{
    if (shared->tickets > 0) {
        shared->tickets--;
        shared->sold_to[number] = true;
    }
}

static void start(void (*role)(int), int number)
{
    pid_t pid = fork();

    if (pid < 0)
        exit(2);
    if (pid == 0) {
        role(number);
        exit(0);
    }
}

int main(void)
{
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || sem_init(&shared->key, 1, 1) != 0)
        return 2;
    shared->tickets = 1;
    start(buyer, 0);
    start(buyer, 1);
    wait(NULL);
    wait(NULL);
    assert(shared->sold_to[0] != shared->sold_to[1]);
    return 0;
}
