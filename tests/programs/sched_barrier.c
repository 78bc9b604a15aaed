/*
 * Three threads meet at a barrier, three times over.
 *
 * Expect: always ok: nobody is a round ahead, one of them is the serial
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

enum { RUNNERS = 3, ROUNDS = 3 };

static pthread_barrier_t line;
static atomic_int arrived[ROUNDS], serial[ROUNDS];

static void *run(void *none)
{
    int result;

    for (int i = 0; i < ROUNDS; i++) {
        arrived[i]++;
        result = pthread_barrier_wait(&line);
        assert(arrived[i] == RUNNERS);
        if (result == PTHREAD_BARRIER_SERIAL_THREAD)
            serial[i]++;
        else
            assert(result == 0);
    }
    return none;
}

int main(void)
{
    pthread_t threads[RUNNERS];

    pthread_barrier_init(&line, NULL, RUNNERS);
    for (int i = 0; i < RUNNERS; i++)
        if (pthread_create(&threads[i], NULL, run, NULL) != 0)
            return 2;
    for (int i = 0; i < RUNNERS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < ROUNDS; i++)
        assert(serial[i] == 1);
    pthread_barrier_destroy(&line);
    return 0;
}
