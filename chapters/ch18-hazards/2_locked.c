/*
 * Race, cured: the lock makes each addition whole.
 *
 * Whoever adds holds the lock from the read to the write, so nobody
 * reads a number that is about to change. It is held for one addition
 * only, and the two still take turns in any order.
 *
 * Expect: always ok: nothing that was added is lost
 */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>

enum { TIMES = 10 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int number = 1;

static void add(int amount)
{
    pthread_mutex_lock(&lock);
    int old = number;      // r1

    number = old + amount; // r2
    pthread_mutex_unlock(&lock);
}

static void *add1(void *none)
{
    for (int i = 0; i < TIMES; i++)
        add(1);
    return none;
}

static void *add10(void *none)
{
    for (int i = 0; i < TIMES; i++)
        add(10);
    return none;
}

int main(void)
{
    pthread_t ones, tens;

    if (pthread_create(&ones, NULL, add1, NULL) != 0 ||
        pthread_create(&tens, NULL, add10, NULL) != 0)
        return 2;
    pthread_join(ones, NULL);
    pthread_join(tens, NULL);
    pthread_mutex_destroy(&lock);
    printf("1 and 10 ones and 10 tens are %d\n", number);
    assert(number == 1 + TIMES * 1 + TIMES * 10);
    return 0;
}
