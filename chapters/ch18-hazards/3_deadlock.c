/*
 * Deadlock: each has locked what the other needs next.
 *
 * Two records, each with a lock of its own. To move something from one
 * to the other takes both locks: first the one it is taken from, then
 * the other. One thread moves from record 1 to record 2, another from
 * 2 to 1. If each has its first lock before either has its second,
 * both wait, and nobody will ever let them go on.
 *
 * Expect: sometimes deadlock: each holds what the other waits for
 */
#include <assert.h>
#include <pthread.h>
#include <stdio.h>

struct record {
    pthread_mutex_t lock;
    int value;
};

static struct record records[] = {{PTHREAD_MUTEX_INITIALIZER, 50},
                                  {PTHREAD_MUTEX_INITIALIZER, 50}};

static void move(struct record *from, struct record *to, int amount)
{
    struct record *first = from;
    struct record *second = to;

    pthread_mutex_lock(&first->lock);  // d1
    pthread_mutex_lock(&second->lock); // d2
    from->value -= amount;
    to->value += amount;
    pthread_mutex_unlock(&second->lock);
    pthread_mutex_unlock(&first->lock);
}

static void *forth(void *none)
{
    move(&records[0], &records[1], 10);
    return none;
}

static void *back(void *none)
{
    move(&records[1], &records[0], 30);
    return none;
}

int main(void)
{
    pthread_t one, two;

    if (pthread_create(&one, NULL, forth, NULL) != 0 ||
        pthread_create(&two, NULL, back, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    printf("record 1: %d, record 2: %d\n", records[0].value,
           records[1].value);
    assert(records[0].value == 70 && records[1].value == 30);
    return 0;
}
