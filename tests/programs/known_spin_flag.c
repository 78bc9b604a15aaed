/*
 * One thread spins on an atomic flag until another one sets it.
 *
 * To spin is a waste, but it ends: the setter needs nothing from the
 * spinner. The data is written before the flag, so that whoever has
 * seen the flag sees the data.
 *
 * Expect: always ok: the spinner sees the flag, and then the data
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
    atomic_store(&flag, true);
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
