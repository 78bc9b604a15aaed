/*
 * A thread writes where there is no memory.
 *
 * The harness looks at the same place, to tell the value; the crash is
 * the thread's all the same, and in its line.
 *
 * Expect: always crash: the address is 0
 */
#include <pthread.h>
#include <stddef.h>

static int *nowhere;

static void *trespasser(void *none)
{
    *nowhere = 1;
    return none;
}

int main(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, trespasser, NULL) != 0)
        return 2;
    pthread_join(thread, NULL);
    return 0;
}
