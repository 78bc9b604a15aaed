/*
 * A lock-free stack takes an old top for the one it has seen: ABA.
 *
 * The stack is 1 on 2. The slow one reads that 1 is on top and 2 below
 * it. Meanwhile the busy one pops 1 and 2 and pushes 1 back. The top is
 * 1 again, so the slow one's compare-and-exchange succeeds and puts 2
 * on top, which the busy one has in its hands.
 *
 * Expect: sometimes assertion: node 2 is in two places
 */
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

enum { NONE, NODES = 2 };

static atomic_uint below[NODES + 1] = {NONE, 2, NONE}; /* under each */
static atomic_uint top = 1;
static unsigned slow_has, busy_has;

static unsigned pop(void)
{
    unsigned old = atomic_load(&top), next;

    do {
        if (old == NONE)
            return NONE;
        next = atomic_load(&below[old]);
    } while (!atomic_compare_exchange_strong(&top, &old, next));
    return old;
}

static void push(unsigned node)
{
    unsigned old = atomic_load(&top);

    do
        atomic_store(&below[node], old);
    while (!atomic_compare_exchange_strong(&top, &old, node));
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
