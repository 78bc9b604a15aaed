/*
 * Readers hand over to each other, and the writer never gets in.
 *
 * Each reader stays until the next one has come, so that somebody is
 * always inside. The writer closes the door only once nobody is: that
 * is, unless it comes before them all, when their day is over.
 *
 * Expect: sometimes starvation: the writer waits as long as they come
 */
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DAY = 2000 }; /* visits */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
/* All under the lock. */
static bool closed; /* no reader may come in */
static int inside;  /* how many readers */
static int visits;  /* so far */
static intptr_t came_last;

static void *reader(void *number)
{
    intptr_t me = (intptr_t)number;

    pthread_mutex_lock(&lock);
    while (!closed && visits < DAY) {
        inside++;
        visits++;
        came_last = me;
        pthread_cond_broadcast(&changed);
        while (came_last == me && !closed && visits < DAY)
            pthread_cond_wait(&changed, &lock);
        inside--;
        pthread_cond_broadcast(&changed);
    }
    pthread_mutex_unlock(&lock);
    return NULL;
}

static void *writer(void *none)
{
    pthread_mutex_lock(&lock);
    while (inside > 0)
        pthread_cond_wait(&changed, &lock);
    closed = true;
    assert(inside == 0);
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
    return none;
}

int main(void)
{
    pthread_t one, two, three;

    if (pthread_create(&one, NULL, reader, (void *)1) != 0 ||
        pthread_create(&two, NULL, reader, (void *)2) != 0 ||
        pthread_create(&three, NULL, writer, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    pthread_join(three, NULL);
    assert(closed && inside == 0);
    return 0;
}
