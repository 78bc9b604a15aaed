/*
 * Each read and each write has the lock, and additions are lost still.
 *
 * The program is that of 3_unlocked, but getting the number takes the
 * lock, and so does setting it. Each access by itself is safe. Adding
 * is not an access, though, but two, and between them the lock is
 * free: the other can read the same number there.
 *
 * Expect: sometimes assertion: a lock in each half protects no whole
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS is not in POSIX */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ADDERS = 2, TIMES = 10 };

struct value {
    pthread_mutex_t lock;
    int number;
};

static struct value *sum; /* shared by all the processes */

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(2);
    }
}

/* In memory that children share, with a lock that they can share. */
static struct value *new_value(void)
{
    pthread_mutexattr_t attr;
    struct value *new = mmap(NULL, sizeof *new, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    must(new != MAP_FAILED, "mmap");
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&new->lock, &attr);
    pthread_mutexattr_destroy(&attr);
    return new;
}

static int value_get(struct value *value)
{
    int number;

    pthread_mutex_lock(&value->lock);
    number = value->number;
    pthread_mutex_unlock(&value->lock);
    return number;
}

static void value_set(struct value *value, int number)
{
    pthread_mutex_lock(&value->lock);
    value->number = number;
    pthread_mutex_unlock(&value->lock);
}

static void add_one(void)
{
    int number;

    number = value_get(sum);    // a1
    value_set(sum, number + 1); // a2
}

static void adder(void)
{
    for (int i = 0; i < TIMES; i++)
        add_one();
}

static void start(void (*role)(void))
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        /* Linux: nobody is left behind if the parent is killed. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            exit(1);
        role();
        exit(0);
    }
    must(pid > 0, "fork");
}

int main(void)
{
    int status, failed = 0;

    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    sum = new_value();
    for (int i = 0; i < ADDERS; i++)
        start(adder);
    while (wait(&status) > 0)
        failed += status != 0;
    printf("%d added one %d times each: %d\n", ADDERS, TIMES,
           value_get(sum));
    assert(failed == 0);
    assert(value_get(sum) == ADDERS * TIMES); // m1
    return 0;
}
