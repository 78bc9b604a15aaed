/*
 * Deadlock, cured: everybody locks in the same order.
 *
 * Whichever way something is moved, the record that comes first in the
 * table is locked first. Whoever has that one finds the other free, or
 * held by somebody who needs no more and will give it back. No ring of
 * waiting can form, however many records there are.
 *
 * Expect: always ok: both move what they have to move
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
    struct record *first = from < to ? from : to;
    struct record *second = from < to ? to : from;

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
