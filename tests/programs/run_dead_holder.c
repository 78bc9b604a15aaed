/*
 * A process is killed while it runs with a lock, and nobody waits for
 * it: it can never say that it has ended.
 *
 * Expect: always deadlock: the holder is dead
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS is not in POSIX */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

static void hold(pthread_mutex_t *lock, int ready)
{
    volatile unsigned long count = 0;

    pthread_mutex_lock(lock);
    if (write(ready, "!", 1) != 1)
        _exit(2);
    for (;;)
        count++;
}

int main(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t *lock = mmap(NULL, sizeof *lock,
                                 PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int ready[2];
    char byte;
    pid_t holder;

    if (lock == MAP_FAILED || pipe(ready) < 0)
        return 2;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(lock, &attr);
    holder = fork();
    if (holder == 0)
        hold(lock, ready[1]);
    if (read(ready[0], &byte, 1) != 1)
        return 2;
    kill(holder, SIGKILL);
    pthread_mutex_lock(lock);
    return 0;
}
