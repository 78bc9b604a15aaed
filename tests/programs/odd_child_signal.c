/*
 * A handler of SIGCHLD ends the wait: of sigsuspend, and of sem_wait by a
 * post.
 *
 * Expect: always ok
 */
#define _GNU_SOURCE /* -std=c11 hides POSIX without it */
#include <semaphore.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t ended;
static volatile sig_atomic_t count;

static void on_end(int number)
{
    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0) {
        count++;
        sem_post(&ended);
    }
}

int main(void)
{
    struct sigaction action = {.sa_handler = on_end};
    sigset_t block, before;

    sem_init(&ended, 0, 0);
    sigaction(SIGCHLD, &action, NULL);
    if (fork() == 0)
        _exit(0);
    while (sem_wait(&ended) != 0)
        ;
    sigemptyset(&block);
    sigaddset(&block, SIGCHLD);
    sigprocmask(SIG_BLOCK, &block, &before);
    for (int i = 0; i < 2; i++)
        if (fork() == 0)
            _exit(0);
    while (count < 3)
        sigsuspend(&before);
    return 0;
}
