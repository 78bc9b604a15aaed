/*
 * Livelock, cured: when both want to pass, it is somebody's turn.
 *
 * Whoever comes to the door gives the turn to the other, and waits only
 * if the other wants to pass and has the turn. The turn cannot be both
 * theirs, so one of them passes. This is Peterson's lock of 1981. What
 * breaks the tie matters little, if only it treats the two as unequal:
 * turns, numbers, or a draw.
 *
 * Expect: always ok: one goes first, and then the other
 */
#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

static atomic_bool wants[2];
static atomic_int turn; /* whose it is, if both want to pass */
static int passed; /* written only in the door */

static void pass(int me)
{
    int other = 1 - me;

    wants[me] = true;    // l1
    turn = other;
    while (wants[other] && turn == other) // l2
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
