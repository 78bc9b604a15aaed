/*
 * Starvation, cured: who waits for an empty room closes the door first.
 *
 * The cleaner puts up a sign and then waits until the room is empty.
 * Those who are inside go home without being relieved, and nobody new
 * comes in. So the cleaner waits for those who were there before, and
 * for nobody who comes after.
 *
 * Expect: always ok: the cleaner waits only for those who are inside
 * Compare: each hazard is an order, and each cure forbids that order
 */
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { DAY = 2000 }; /* visits */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
/* All under the lock. */
static int inside; /* how many readers */
static int visits; /* so far */
static intptr_t came_last;
static bool closed; /* the cleaner has the room, or wants it */

static void *reader(void *number)
{
    intptr_t me = (intptr_t)number;

    pthread_mutex_lock(&lock);
    while (!closed && visits < DAY) { // s1
        inside++;
        visits++;
        came_last = me;
        pthread_cond_broadcast(&changed);
        while (came_last == me && !closed && visits < DAY)
            pthread_cond_wait(&changed, &lock); // s2
        inside--;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void *cleaner(void *none)
{
    pthread_mutex_lock(&lock);
    closed = true;                          // s4
    pthread_cond_broadcast(&changed);
    while (inside > 0)
        pthread_cond_wait(&changed, &lock); // s3
    assert(inside == 0);
    pthread_mutex_unlock(&lock);
    return none;
}

int main(void)
{
    pthread_t one, two, three;

    if (pthread_create(&one, NULL, reader, (void *)1) != 0 ||
        pthread_create(&two, NULL, reader, (void *)2) != 0 ||
        pthread_create(&three, NULL, cleaner, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    pthread_join(three, NULL);
    printf("the room is clean after %d visits\n", visits);
    assert(closed && inside == 0);
    return 0;
}
