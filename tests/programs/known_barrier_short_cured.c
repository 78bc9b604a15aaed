/*
 * A barrier is made for two, and two come.
 *
 * Neither runner goes on before both have said that they are ready.
 *
 * Expect: always ok: both runners pass the barrier
 */
#define _POSIX_C_SOURCE 200809L /* barriers, which -std=c11 hides */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

enum { COUNTED = 2 };

static pthread_barrier_t line;
static atomic_int ready;

static void *runner(void *none)
{
    atomic_fetch_add(&ready, 1);
    pthread_barrier_wait(&line);
    assert(atomic_load(&ready) == 2);
    return none;
}

int main(void)
{
    pthread_t one, two;

    pthread_barrier_init(&line, NULL, COUNTED);
    if (pthread_create(&one, NULL, runner, NULL) != 0 ||
        pthread_create(&two, NULL, runner, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    pthread_barrier_destroy(&line);
    return 0;
}
