/*
 * Livelock: two at a door, each lets the other go first.
 *
 * Whoever wants to pass says so, and then looks whether the other one
 * wants to as well. If so, it steps back, and looks again. Nobody is
 * asleep and nobody waits for a lock: both go on, step by step, for
 * ever, and neither passes. It is well if one says that it wants to
 * only when the other has passed.
 *
 * Expect: sometimes livelock: after you; no, after you
 */
#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

static atomic_bool wants[2];
static int passed; /* written only in the door */

static void pass(int me)
{
    int other = 1 - me;

    wants[me] = true;    // l1
    while (wants[other]) // l2
        sched_yield();
    passed++;            // l3: in the door
    wants[me] = false;   // l4
}

static void *polite(void *number)
{
    pass((int)(intptr_t)number);
    return NULL;
}

int main(void)
{
    pthread_t one, two;

    if (pthread_create(&one, NULL, polite, (void *)0) != 0 ||
        pthread_create(&two, NULL, polite, (void *)1) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    printf("%d have passed\n", passed);
    assert(passed == 2);
    return 0;
}
