/*
 * A reader waits until the writer has ended.
 *
 * pthread_join returns when the writer is done, however long it takes.
 *
 * Expect: always ok: the data is written before it is read
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

static atomic_int data;

static void *writer(void *none)
{
    atomic_store(&data, 42);
    return none;
}

int main(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, writer, NULL) != 0)
        return 2;
    pthread_join(thread, NULL);
    assert(atomic_load(&data) == 42);
    return 0;
}
