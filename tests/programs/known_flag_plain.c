/*
 * Double-checked initialization sets a plain flag before the data.
 *
 * The first look at the flag takes no lock, to be fast. The first user
 * sets the flag and then the value; if the second one looks in between,
 * it sees the flag, skips the lock and uses a value that is not there.
 *
 * Expect: sometimes assertion: the value is used before it is set
 */
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_set;
static int value;

static void *user(void *none)
{
    if (!is_set) {
        pthread_mutex_lock(&lock);
        if (!is_set) {
            is_set = true;
            value = 42;
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
