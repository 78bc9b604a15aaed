/*
 * The main thread ends; the other locks a lock that it holds already.
 *
 * Expect: always deadlock: the one who could unlock it waits for it
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *lock_twice(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&lock);
    pthread_mutex_lock(&lock);
    return NULL;
}

int main(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, lock_twice, NULL);
    pthread_exit(NULL);
}
