/*
 * Two buyers look whether a ticket is left, and then take one.
 *
 * The count is atomic, so that no access to it is torn or lost. Yet
 * looking and taking are two steps: if both buyers look before either
 * takes, both see the last ticket, and both take it.
 *
 * Expect: sometimes assertion: the one ticket is sold twice
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_int tickets = 1;

static void *buyer(void *none)
{
    if (atomic_load(&tickets) > 0)
        atomic_fetch_sub(&tickets, 1);
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
