/*
 * A semaphore for one guest is released once too often.
 *
 * It begins with one key, and the host hands out another to open the
 * room. So two guests get a key each, and if the second comes in
 * before the first has left, two are inside.
 *
 * Expect: sometimes assertion: a guest finds another one inside
 */
#include <assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stddef.h>

static sem_t keys;
static atomic_int inside;

static void *guest(void *none)
{
    int others;

    sem_wait(&keys);
    others = atomic_fetch_add(&inside, 1);
    assert(others == 0);
    atomic_fetch_sub(&inside, 1);
    sem_post(&keys);
    return none;
}

int main(void)
{
    pthread_t one, two;

    if (sem_init(&keys, 0, 1) != 0)
        return 2;
    sem_post(&keys);
    if (pthread_create(&one, NULL, guest, NULL) != 0 ||
        pthread_create(&two, NULL, guest, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    assert(atomic_load(&inside) == 0);
    sem_destroy(&keys);
    return 0;
}
