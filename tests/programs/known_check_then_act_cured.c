/*
 * Two buyers each look and take as one step.
 *
 * The lock is held from the look until the ticket is taken: what a
 * buyer has seen is still true when it acts.
 *
 * Expect: always ok: the one ticket is sold once
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int tickets = 1;

static void *buyer(void *none)
{
    pthread_mutex_lock(&lock);
    if (atomic_load(&tickets) > 0)
        atomic_fetch_sub(&tickets, 1);
    pthread_mutex_unlock(&lock);
    return none;
}

int main(void)
{
    pthread_t one, two;

    if (pthread_create(&one, NULL, buyer, NULL) != 0 ||
        pthread_create(&two, NULL, buyer, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    assert(atomic_load(&tickets) == 0);
    return 0;
}
