/*
 * A thread that the kernel needs long to end, while a process goes on.
 *
 * The thread has used a great stack, which the kernel takes back when it
 * ends.  Another process may have the next turn; whoever joins the
 * thread must find it ended all the same.
 *
 * Expect: always ok: the thread is joined
 */
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define GREAT (64 << 20)

static void *use_much(void *none)
{
    char much[GREAT - (1 << 20)];

    memset(much, 1, sizeof much);
    return none;
}

static void take_steps(void)
{
    sem_t units;

    sem_init(&units, 0, 0);
    for (int i = 0; i < 5; i++)
        sem_post(&units);
}

int main(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pid_t child;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, GREAT);
    if (pthread_create(&thread, &attributes, use_much, NULL) != 0)
        return 2;
    child = fork();
    if (child < 0)
        return 2;
    if (child == 0) {
        take_steps();
        _exit(0);
    }
    pthread_join(thread, NULL);
    waitpid(child, NULL, 0);
    return 0;
}
