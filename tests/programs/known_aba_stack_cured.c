/*
 * A lock-free stack counts its changes and so knows an old top.
 *
 * The top holds a node and the number of pops so far. When 1 is on top
 * again the number is another, so the slow one's compare-and-exchange
 * fails, and it looks again.
 *
 * Expect: always ok: each node is in one place
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

enum { NONE, NODES = 2, POP = 256 };

static atomic_uint below[NODES + 1] = {NONE, 2, NONE}; /* under each */
static atomic_uint top = 1; /* POP * how many pops + node */
static unsigned slow_has, busy_has;

static unsigned pop(void)
{
    unsigned old = atomic_load(&top), next;

    do {
        if (old % POP == NONE)
            return NONE;
        next = atomic_load(&below[old % POP]);
        next += old - old % POP + POP;
    } while (!atomic_compare_exchange_strong(&top, &old, next));
    return old % POP;
}

static void push(unsigned node)
{
    unsigned old = atomic_load(&top);

    do
        atomic_store(&below[node], old % POP);
    while (!atomic_compare_exchange_strong(&top, &old,
                                           old - old % POP + node));
}

static void *slow(void *none)
{
    slow_has = pop();
    return none;
}

static void *busy(void *none)
{
    unsigned first = pop();

    busy_has = pop();
    push(first);
    return none;
}

int main(void)
{
    pthread_t one, two;
    int places[NODES + 1] = {0};

    if (pthread_create(&one, NULL, slow, NULL) != 0 ||
        pthread_create(&two, NULL, busy, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    places[slow_has]++;
    places[busy_has]++;
    for (unsigned node = pop(); node != NONE; node = pop())
        places[node]++;
    assert(places[1] == 1 && places[2] == 1);
    return 0;
}
