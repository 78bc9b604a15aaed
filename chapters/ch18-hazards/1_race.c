/*
 * Race: two threads change one number, each as if it were alone.
 *
 * The number begins at 1. One thread adds 1 to it ten times, the other
 * adds 10 ten times, so it is to be 111 in the end. But to add is to
 * read, to reckon and to write. What one writes between the other's
 * read and write is lost.
 *
 * Expect: sometimes assertion: some of what was added is lost
 */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>

enum { TIMES = 10 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int number = 1;

static void add(int amount)
{
    int old = number;      // r1

    number = old + amount; // r2
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
