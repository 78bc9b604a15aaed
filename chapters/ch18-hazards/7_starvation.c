/*
 * Starvation: the room is never empty, and the cleaner waits.
 *
 * Two take turns in reading the only book. Each stays until the other
 * has come to take it over, so there is always somebody in the room.
 * The cleaner comes in when nobody is there. Nothing is locked for
 * long, everybody moves, and each time somebody comes or goes the
 * cleaner is woken, looks, and has to wait once more: as long as the
 * day lasts, unless it was there before them all.
 *
 * Expect: sometimes starvation: the cleaner waits as long as they come
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
static bool closed; /* the cleaner has the room */

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
    while (inside > 0)
        pthread_cond_wait(&changed, &lock); // s3
    closed = true;                          // s4
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
