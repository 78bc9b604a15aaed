/*
 * A signal that comes before the wait wakes nobody.
 *
 * The condition has no variable that says whether the thing has
 * happened. A condition remembers no signals: if the notifier is
 * faster, the waiter waits for a signal that has already been.
 *
 * Expect: sometimes lost-wakeup: the signal came before the wait
 */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t happened = PTHREAD_COND_INITIALIZER;

static void *waiter(void *none)
{
    pthread_mutex_lock(&lock);
    pthread_cond_wait(&happened, &lock);
    pthread_mutex_unlock(&lock);
    return none;
}

static void *notifier(void *none)
{
    pthread_mutex_lock(&lock);
    pthread_cond_signal(&happened);
    pthread_mutex_unlock(&lock);
    return none;
}

int main(void)
{
    pthread_t one, two;

    if (pthread_create(&one, NULL, waiter, NULL) != 0 ||
        pthread_create(&two, NULL, notifier, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    return 0;
}
