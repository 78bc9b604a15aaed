/*
 * A consumer looks again after each wait, and is never robbed.
 *
 * Another consumer may still take the item before the one that was
 * woken has got the lock back. Then that one waits again, for the next.
 *
 * Expect: always ok: each consumer takes one item
 */
#include <assert.h>
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static int items;

static void *consumer(void *none)
{
    pthread_mutex_lock(&lock);
    while (items == 0)
        pthread_cond_wait(&filled, &lock);
    assert(items > 0);
    items--;
    pthread_mutex_unlock(&lock);
    return none;
}

static void *producer(void *none)
{
    for (int i = 0; i < 2; i++) {
        pthread_mutex_lock(&lock);
        items++;
        pthread_cond_signal(&filled);
        pthread_mutex_unlock(&lock);
    }
    return none;
}

int main(void)
{
    pthread_t one, two, three;

    if (pthread_create(&one, NULL, consumer, NULL) != 0 ||
        pthread_create(&two, NULL, consumer, NULL) != 0 ||
        pthread_create(&three, NULL, producer, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    pthread_join(three, NULL);
    assert(items == 0);
    return 0;
}
