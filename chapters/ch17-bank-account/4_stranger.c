/*
 * A guard unlocks an account that a customer holds.
 *
 * The customer has the lock twice, and is busy. The guard, who wants
 * to help, unlocks it. A recursive lock belongs to the thread that
 * locked it: the guard is told EPERM, and nothing happens. With a
 * normal lock nobody would have asked, and the customer would have
 * gone on without its lock. Whoever does not look at what unlock
 * returns will not notice that the call was wrong.
 *
 * Expect: always misuse: the guard unlocks what it does not hold
 * Compare: a recursive lock lets its owner in again, and nobody else
 */
#define _GNU_SOURCE /* lock types, usleep, and names of threads */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BUSY_MS = 1 };

static pthread_mutex_t lock; /* recursive */
static sem_t busy;           /* the customer has the lock */

static void make_lock(void)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&lock, &attr);
    pthread_mutexattr_destroy(&attr);
}

static void *customer(void *none)
{
    int error;

    pthread_mutex_lock(&lock);
    pthread_mutex_lock(&lock);
    sem_post(&busy);
    usleep(BUSY_MS * 1000);
    error = pthread_mutex_unlock(&lock); // g1
    assert(error == 0);
    error = pthread_mutex_unlock(&lock); // g2
    assert(error == 0);
    error = pthread_mutex_unlock(&lock); // g3: once too often
    assert(error == EPERM);
    return none;
}

static void *guard(void *none)
{
    int error;

    sem_wait(&busy);
    error = pthread_mutex_unlock(&lock); // g4: it was not the guard's
    assert(error == EPERM);
    return none;
}

int main(void)
{
    pthread_t threads[2];

    setvbuf(stdout, NULL, _IOLBF, 0); /* by lines into a pipe, too */
    make_lock();
    sem_init(&busy, 0, 0);
    if (pthread_create(&threads[0], NULL, customer, NULL) != 0 ||
        pthread_create(&threads[1], NULL, guard, NULL) != 0)
        return 2;
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    printf("each unlock by who did not hold it was refused\n");
    sem_destroy(&busy);
    pthread_mutex_destroy(&lock);
    return 0;
}
