/*
 * Says the numbers that are different each time, where nobody decides.
 *
 * Two threads and a process say who they are, what time it is, where
 * their memory is, and what chance gives them.
 *
 * Expect: always ok: for the same seed, the same numbers
 */
#define _GNU_SOURCE /* gettid */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int everybodys;
static _Thread_local int own;

static void say(const char *who)
{
    struct timespec now;
    int local;
    void *small = malloc(24), *great = malloc(1 << 20);
    void *pages = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    clock_gettime(CLOCK_MONOTONIC, &now);
    printf("%s %d %d %d %ld.%09ld %ld %d %p %p %p %p %p %p\n", who,
           (int)getpid(), (int)getppid(), (int)gettid(), (long)now.tv_sec,
           now.tv_nsec, (long)time(NULL), rand(), (void *)&everybodys,
           (void *)&own, (void *)&local, small, great, pages);
}

static void *thread(void *who)
{
    say(who);
    return NULL;
}

int main(void)
{
    pthread_t one, two;
    pid_t child;

    srand((unsigned)time(NULL) ^ (unsigned)getpid());
    say("main");
    if (pthread_create(&one, NULL, thread, "one") != 0 ||
        pthread_create(&two, NULL, thread, "two") != 0)
        return 2;
    child = fork();
    if (child < 0)
        return 2;
    if (child == 0) {
        say("child");
        fflush(stdout);
        _exit(0);
    }
    printf("child is %d\n", (int)child);
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    printf("reaped %d\n", (int)wait(NULL));
    return 0;
}
