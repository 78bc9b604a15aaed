/*
 * Memory that cannot be read any more once it was written to.
 *
 * Expect: always ok
 */
#define _GNU_SOURCE /* -std=c11 hides POSIX without it */
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>

static void *nothing(void *unused)
{
    return unused;
}

static int *page(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

int main(void)
{
    pthread_t thread; /* memory is watched once there are two */
    int *first = page(), *second = page();

    if (first == MAP_FAILED || second == MAP_FAILED ||
        pthread_create(&thread, NULL, nothing, NULL) != 0)
        return 2;
    *first = 1;
    mprotect(first, 4096, PROT_NONE);
    sched_yield();
    *second = 2;
    second = mremap(second, 4096, 1 << 20, MREMAP_MAYMOVE);
    sched_yield();
    pthread_join(thread, NULL);
    return second == MAP_FAILED;
}
