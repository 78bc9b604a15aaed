/*
 * Double-checked initialization sets an atomic flag after the data.
 *
 * Whoever sees the flag sees the value that was written before it. The
 * flag must be atomic, for the first look takes no lock.
 *
 * Expect: always ok: the value is set before anybody uses it
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool is_set;
static int value;

static void *user(void *none)
{
    if (!is_set) {
        pthread_mutex_lock(&lock);
        if (!is_set) {
            value = 42;
            is_set = true;
        }
        pthread_mutex_unlock(&lock);
    }
    assert(value == 42);
    return none;
}

int main(void)
{
    pthread_t one, two;

    if (pthread_create(&one, NULL, user, NULL) != 0 ||
        pthread_create(&two, NULL, user, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    return 0;
}
