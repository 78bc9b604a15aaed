/*
 * A thread that is cancelled while it waits on a condition has the lock
 * again: its cleanup handler gives it back.
 *
 * Expect: always ok
 */
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t both;

static void unlock(void *which)
{
    pthread_mutex_unlock(which);
}

static void *waiter(void *unused)
{
    pthread_mutex_lock(&lock);
    pthread_cleanup_push(unlock, &lock);
    pthread_barrier_wait(&both);
    for (;;)
        pthread_cond_wait(&never, &lock);
    pthread_cleanup_pop(1);
    return unused;
}

int main(void)
{
    pthread_t thread;

    pthread_barrier_init(&both, NULL, 2);
    if (pthread_create(&thread, NULL, waiter, NULL) != 0)
        return 2;
    pthread_barrier_wait(&both);
    pthread_mutex_lock(&lock); /* it waits */
    pthread_mutex_unlock(&lock);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
    return pthread_mutex_trylock(&lock);
}
