/*
 * A flag remembers what a condition forgets.
 *
 * The notifier sets the flag before it signals, and the waiter waits
 * only while the flag is not set: it does not matter who is first.
 *
 * Expect: always ok: the waiter learns of it, sooner or later
 */
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t happened = PTHREAD_COND_INITIALIZER;
static bool has_happened;

static void *waiter(void *none)
{
    pthread_mutex_lock(&lock);
    while (!has_happened)
        pthread_cond_wait(&happened, &lock);
    pthread_mutex_unlock(&lock);
    return none;
}

static void *notifier(void *none)
{
    pthread_mutex_lock(&lock);
    has_happened = true;
    pthread_cond_signal(&happened);
    pthread_mutex_unlock(&lock);
    return none;
}

int main(void)
{
    pthread_t one, two;

    if (pthread_create(&one, NULL, waiter, NULL) != 0 ||
        pthread_create(&two, NULL, notifier, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    return 0;
}
