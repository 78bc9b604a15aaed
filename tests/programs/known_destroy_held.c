/*
 * A lock is destroyed while it is held.
 *
 * POSIX does not say what happens then. Here destroying fails with
 * EBUSY, which hardly anybody looks at, and all seems to go well.
 *
 * Expect: always misuse: the lock is held when it is destroyed
 */
#include <assert.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int count;

int main(void)
{
    pthread_mutex_lock(&lock);
    count++;
    pthread_mutex_destroy(&lock);
    assert(count == 1);
    return 0;
}
