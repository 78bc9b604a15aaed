/*
 * A parent kills its children: one that waits, one that sleeps, one
 * that runs, and one that holds a lock of them all.
 *
 * Expect: always ok: it finds each of them killed, by the right signal
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    sem_t begun, never;
    pthread_mutex_t lock;
    int spins;
} *shared;

static void be_killed(int number)
{
    if (number == 3)
        pthread_mutex_lock(&shared->lock);
    sem_post(&shared->begun);
    if (number == 0)
        sem_wait(&shared->never);
    if (number == 1)
        sleep(1000);
    if (number == 2)
        for (;;)
            shared->spins++;
    pause();
    _exit(1);
}

static void make_shared(void)
{
    pthread_mutexattr_t attributes;

    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        _exit(2);
    sem_init(&shared->begun, 1, 0);
    sem_init(&shared->never, 1, 0);
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&shared->lock, &attributes);
}

int main(void)
{
    static const int signals[4] = {SIGTERM, SIGKILL, SIGUSR1, SIGKILL};
    pid_t children[4];
    int status;

    make_shared();
    for (int i = 0; i < 4; i++) {
        children[i] = fork();
        if (children[i] < 0)
            return 2;
        if (children[i] == 0)
            be_killed(i);
    }
    for (int i = 0; i < 4; i++)
        sem_wait(&shared->begun);
    for (int i = 0; i < 4; i++)
        assert(kill(children[i], signals[i]) == 0);
    assert(pthread_mutex_lock(&shared->lock) == EOWNERDEAD);
    pthread_mutex_consistent(&shared->lock);
    pthread_mutex_unlock(&shared->lock);
    for (int i = 0; i < 4; i++) {
        assert(waitpid(children[i], &status, 0) == children[i]);
        assert(WIFSIGNALED(status) && WTERMSIG(status) == signals[i]);
    }
    return 0;
}
