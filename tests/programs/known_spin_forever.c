/*
 * One thread spins on an atomic flag that nobody ever sets.
 *
 * The setter writes the data and forgets the flag. The spinner goes on
 * looking: it takes step after step and never gets anywhere.
 *
 * Expect: always livelock: the spinner looks at the flag for ever
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

static atomic_bool flag;
static int data;

static void *spinner(void *none)
{
    while (!atomic_load(&flag))
        continue;
    assert(data == 42);
    return none;
}

static void *setter(void *none)
{
    data = 42;
    return none;
}

int main(void)
{
    pthread_t one, two;

    if (pthread_create(&one, NULL, spinner, NULL) != 0 ||
        pthread_create(&two, NULL, setter, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    return 0;
}
