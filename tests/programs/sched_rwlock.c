/*
 * Readers are in together, a writer is in alone.
 *
 * Expect: always ok: no reader sees a half-written pair
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static int pair[2];

static void *reader(void *none)
{
    for (int i = 0; i < 2; i++) {
        pthread_rwlock_rdlock(&lock);
        assert(pair[0] == pair[1]);
        pthread_rwlock_unlock(&lock);
    }
    return none;
}

static void *writer(void *none)
{
    pthread_rwlock_wrlock(&lock);
    pair[0]++;
    pair[1]++;
    pthread_rwlock_unlock(&lock);
    return none;
}

int main(void)
{
    void *(*const routines[])(void *) = {reader, writer, reader, writer};
    pthread_t threads[4];

    pthread_rwlock_rdlock(&lock);
    assert(pthread_rwlock_tryrdlock(&lock) == 0);
    assert(pthread_rwlock_trywrlock(&lock) == EBUSY);
    for (int i = 0; i < 4; i++)
        if (pthread_create(&threads[i], NULL, routines[i], NULL) != 0)
            return 2;
    assert(pair[0] == 0 && pair[1] == 0);
    pthread_rwlock_unlock(&lock);
    pthread_rwlock_unlock(&lock);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert(pair[0] == 2);
    return 0;
}
