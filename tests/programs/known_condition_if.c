/*
 * A consumer waits with `if`, and another one steals its item.
 *
 * The first consumer waits on the condition. The producer puts an item
 * and signals, but before the first consumer has got the lock back the
 * second one comes and takes the item. The first does not look again:
 * it takes an item that is not there.
 *
 * Expect: sometimes assertion: a consumer takes from an empty store
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
    if (items == 0)
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
