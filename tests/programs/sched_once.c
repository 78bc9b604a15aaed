/*
 * Three threads call a routine that is to be called once, and slow.
 *
 * Expect: always ok: it is called once, and nobody goes on before it
 * has ended
 */
#include <assert.h>
#include <pthread.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int calls, value;

static void prepare(void)
{
    calls++;
    sleep(1);
    value = 42;
}

static void *use(void *none)
{
    pthread_once(&once, prepare);
    assert(value == 42);
    return none;
}

int main(void)
{
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        if (pthread_create(&threads[i], NULL, use, NULL) != 0)
            return 2;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert(calls == 1);
    return 0;
}
