/*
 * Main returns while its threads still wait, sleep and run.
 *
 * A process ends with its main; so does a child, and then the parent.
 *
 * Expect: always ok: nobody is waited for
 */
#include <assert.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t never, begun;
static int spins;

static void *waits(void *none)
{
    sem_post(&begun);
    sem_wait(&never);
    return none;
}

static void *sleeps(void *none)
{
    sem_post(&begun);
    sleep(1000);
    return none;
}

static void *runs(void *none)
{
    sem_post(&begun);
    for (;;)
        spins++;
    return none;
}

static void make(void *(*routine)(void *))
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, routine, NULL) != 0)
        _exit(2);
}

int main(void)
{
    int status = -1;
    pid_t child;

    sem_init(&never, 0, 0);
    sem_init(&begun, 0, 0);
    child = fork();
    if (child < 0)
        return 2;
    make(waits);
    make(sleeps);
    make(runs);
    for (int i = 0; i < 3; i++)
        sem_wait(&begun);
    if (child == 0)
        return 0;
    waitpid(child, &status, 0);
    assert(status == 0);
    return 0;
}
