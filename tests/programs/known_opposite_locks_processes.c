/*
 * Two processes take the same two locks in opposite order.
 *
 * The payer locks a and then b, the refunder b and then a. If each has
 * got its first lock before the other has both, each waits for the
 * lock that the other holds, and the parent waits for both.
 *
 * Expect: sometimes deadlock: payer and refunder wait for each other
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS is not in POSIX */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct bank {
    pthread_mutex_t a, b;
    int paid; /* written with both locks held */
};

static struct bank *bank; /* shared by all the processes */

static void payer(void)
{
    pthread_mutex_lock(&bank->a);
    pthread_mutex_lock(&bank->b);
    bank->paid += 3;
    pthread_mutex_unlock(&bank->b);
    pthread_mutex_unlock(&bank->a);
}

static void refunder(void)
{
    pthread_mutex_lock(&bank->b);
    pthread_mutex_lock(&bank->a);
    bank->paid -= 1;
    pthread_mutex_unlock(&bank->a);
    pthread_mutex_unlock(&bank->b);
}

static void start(void (*role)(void))
{
    pid_t pid = fork();

    if (pid < 0)
        exit(2);
    if (pid == 0) {
        role();
        exit(0);
    }
}

int main(void)
{
    pthread_mutexattr_t attr;

    bank = mmap(NULL, sizeof *bank, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (bank == MAP_FAILED)
        return 2;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&bank->a, &attr);
    pthread_mutex_init(&bank->b, &attr);
    start(payer);
    start(refunder);
    wait(NULL);
    wait(NULL);
    assert(bank->paid == 2);
    return 0;
}
