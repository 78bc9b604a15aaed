/*
 * A thread unlocks a lock that another one holds.
 *
 * Main locks, and the stranger unlocks: POSIX does not say what happens
 * then. Here the lock is free afterwards, as if nothing were wrong, and
 * main goes on in the belief that it is alone.
 *
 * Expect: always misuse: the lock is main's, the stranger unlocks it
 */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *stranger(void *none)
{
    pthread_mutex_unlock(&lock);
    return none;
}

int main(void)
{
    pthread_t thread;

    pthread_mutex_lock(&lock);
    if (pthread_create(&thread, NULL, stranger, NULL) != 0)
        return 2;
    pthread_join(thread, NULL);
    return 0;
}
