/*
 * Two threads take the same two locks in opposite order.
 *
 * The payer locks account a and then b, the refunder b and then a. If
 * each has got its first lock before the other has both, each waits
 * for the lock that the other holds.
 *
 * Expect: sometimes deadlock: payer and refunder wait for each other
 */
#include <assert.h>
#include <pthread.h>
#include <stddef.h>

struct account {
    pthread_mutex_t lock;
    int money;
};

static struct account a = {PTHREAD_MUTEX_INITIALIZER, 10};
static struct account b = {PTHREAD_MUTEX_INITIALIZER, 10};

static void *payer(void *none)
{
    pthread_mutex_lock(&a.lock);
    pthread_mutex_lock(&b.lock);
    a.money -= 3;
    b.money += 3;
    pthread_mutex_unlock(&b.lock);
    pthread_mutex_unlock(&a.lock);
    return none;
}

static void *refunder(void *none)
{
    pthread_mutex_lock(&b.lock);
    pthread_mutex_lock(&a.lock);
    b.money -= 1;
    a.money += 1;
    pthread_mutex_unlock(&a.lock);
    pthread_mutex_unlock(&b.lock);
    return none;
}

int main(void)
{
    pthread_t one, two;

    if (pthread_create(&one, NULL, payer, NULL) != 0 ||
        pthread_create(&two, NULL, refunder, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    assert(a.money == 8 && b.money == 12);
    return 0;
}
