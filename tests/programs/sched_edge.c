/*
 * A post comes at the very moment when the wait for it times out.
 *
 * Expect: always ok: it is in time, or it is not
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>

static sem_t units;
static struct timespec edge;

static void *post(void *none)
{
    clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &edge, NULL);
    sem_post(&units);
    return none;
}

int main(void)
{
    pthread_t thread;
    int result;

    sem_init(&units, 0, 0);
    clock_gettime(CLOCK_REALTIME, &edge);
    edge.tv_sec++;
    if (pthread_create(&thread, NULL, post, NULL) != 0)
        return 2;
    result = sem_timedwait(&units, &edge);
    assert(result == 0 || errno == ETIMEDOUT);
    printf("%s\n", result == 0 ? "in time" : "timed out");
    pthread_join(thread, NULL);
    return 0;
}
