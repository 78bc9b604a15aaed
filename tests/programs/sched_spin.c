/*
 * Every way to wait without waiting: all of them end.
 *
 * A spin lock, a loop around a try, around a yield, around a look at a
 * flag, around a look at the clock, around a look for a dead child.
 *
 * Expect: always ok: who spins lets the others go on
 */
#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pthread_spinlock_t spin;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sem_t units;
static atomic_int flag;
static int inside;

static void *spinner(void *none)
{
    pthread_spin_lock(&spin);
    assert(inside == 0);
    pthread_spin_unlock(&spin);
    while (pthread_mutex_trylock(&lock) != 0)
        continue;
    assert(inside == 0);
    pthread_mutex_unlock(&lock);
    while (sem_trywait(&units) != 0)
        sched_yield();
    while (atomic_load(&flag) == 0)
        continue;
    return none;
}

static void *helper(void *none)
{
    pthread_spin_lock(&spin);
    pthread_mutex_lock(&lock);
    inside = 1;
    sleep(1);
    inside = 0;
    pthread_spin_unlock(&spin);
    pthread_mutex_unlock(&lock);
    sleep(1);
    sem_post(&units);
    sleep(1);
    atomic_store(&flag, 1);
    return none;
}

static void await_child(void)
{
    pid_t child = fork();

    if (child < 0)
        _exit(2);
    if (child == 0) {
        sleep(2);
        _exit(0);
    }
    while (waitpid(child, NULL, WNOHANG) == 0)
        continue;
}

int main(void)
{
    time_t end = time(NULL) + 1;
    pthread_t one, two;

    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    sem_init(&units, 0, 0);
    if (pthread_create(&one, NULL, spinner, NULL) != 0 ||
        pthread_create(&two, NULL, helper, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    await_child();
    while (time(NULL) < end)
        usleep(1000);
    return 0;
}
