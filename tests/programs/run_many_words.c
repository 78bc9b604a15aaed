/*
 * Says something else nearly each time, and seldom fails.
 *
 * Two threads count without a lock, and nearly always updates are lost.
 * That none is needs one thread to wait for the other, as it were.
 *
 * Expect: sometimes assertion: no update is lost
 */
#include <assert.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>

#define TIMES 1000

static int counter;

static void *count(void *none)
{
    for (int i = 0; i < TIMES; i++)
        counter++;
    return none;
}

int main(void)
{
    pthread_t one, two;

    if (pthread_create(&one, NULL, count, NULL) != 0 ||
        pthread_create(&two, NULL, count, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    printf("counted to %d\n", counter);
    assert(counter < 2 * TIMES);
    return 0;
}
