/*
 * Two processes each add one to a counter, one after the other.
 *
 * The lock lies in the shared memory and is made for several processes,
 * so that reading, adding and writing are one step for both.
 *
 * Expect: always ok: the counter is 2
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS is not in POSIX */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct shared {
    pthread_mutex_t lock;
    int counter;
};

static struct shared *shared;

static void adder(void)
{
    pthread_mutex_lock(&shared->lock);
    shared->counter = shared->counter + 1;
    pthread_mutex_unlock(&shared->lock);
}

static void start(void (*role)(void))
{
    pid_t pid = fork();

    if (pid < 0)
        exit(2);
    if (pid == 0) {
        role();
        exit(0);
    }
}

int main(void)
{
    pthread_mutexattr_t attr;

    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 2;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->lock, &attr);
    start(adder);
    start(adder);
    wait(NULL);
    wait(NULL);
    assert(shared->counter == 2);
    return 0;
}
