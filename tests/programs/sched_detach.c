/*
 * Detached threads do their work, and nobody joins them.
 *
 * Expect: always ok: both have done it before main goes
 */
#include <assert.h>
#include <pthread.h>
#include <semaphore.h>

static sem_t done;

static void *work(void *none)
{
    sem_post(&done);
    return none;
}

static void *work_alone(void *none)
{
    pthread_detach(pthread_self());
    sem_post(&done);
    return none;
}

int main(void)
{
    pthread_attr_t attributes;
    pthread_t thread;

    sem_init(&done, 0, 0);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&thread, &attributes, work, NULL) != 0 ||
        pthread_create(&thread, NULL, work_alone, NULL) != 0)
        return 2;
    sem_wait(&done);
    sem_wait(&done);
    return 0;
}
