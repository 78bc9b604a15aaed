/*
 * A reader sleeps for a while and takes it that the writer is done.
 *
 * Ten milliseconds are nearly always enough. But a sleep orders
 * nothing: on a busy machine the writer may not have had its turn when
 * the reader wakes up.
 *
 * Expect: sometimes assertion: the data is read before it is written
 */
#define _POSIX_C_SOURCE 200809L /* nanosleep, which -std=c11 hides */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <time.h>

static atomic_int data;

static void *writer(void *none)
{
    atomic_store(&data, 42);
    return none;
}

int main(void)
{
    struct timespec a_while = {0, 10 * 1000 * 1000};
    pthread_t thread;

    if (pthread_create(&thread, NULL, writer, NULL) != 0)
        return 2;
    nanosleep(&a_while, NULL);
    assert(atomic_load(&data) == 42);
    pthread_join(thread, NULL);
    return 0;
}
