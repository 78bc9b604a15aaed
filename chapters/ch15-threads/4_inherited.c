/*
 * What a thread has from the one that started it, and what it has not.
 *
 * Foo is a detached thread, which nobody can join. It blocks a signal
 * and starts three threads, bars, that go on for ever. They have that
 * signal blocked as well: a signal mask is inherited. They are not
 * detached for all that, as each thread is what its own attributes
 * say. And what is each thread's own begins anew. When main returns,
 * detached or not, and whoever started them, all of them are gone.
 *
 * Expect: always ok: the mask is inherited, being detached is not
 */
#define _GNU_SOURCE /* pthread_getattr_np is not in POSIX */
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BARS = 3, ROUND_MS = 100, DAY_MS = 200 };

static _Thread_local int rounds; /* each thread has one */

static void must(bool succeeded)
{
    if (!succeeded)
        exit(2);
}

static bool is_detached(void)
{
    pthread_attr_t attr;
    int state;

    must(pthread_getattr_np(pthread_self(), &attr) == 0);
    pthread_attr_getdetachstate(&attr, &state);
    pthread_attr_destroy(&attr);
    return state == PTHREAD_CREATE_DETACHED;
}

static bool blocks(int number)
{
    sigset_t mask;

    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    return sigismember(&mask, number) == 1;
}

static void *bar(void *number)
{
    assert(blocks(SIGUSR1)); // i1: as foo
    assert(!is_detached());  // i2: though foo is
    assert(rounds == 0);     // i3: though foo's is 1
    for (;;) {
        rounds++;
        printf("bar %d: round %d\n", (int)(intptr_t)number, rounds);
        usleep(ROUND_MS * 1000);
    }
}

static void *foo(void *none)
{
    sigset_t usr1;
    pthread_t thread;

    assert(is_detached());
    rounds++;
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &usr1, NULL); // i4
    for (intptr_t i = 1; i <= BARS; i++)
        must(pthread_create(&thread, NULL, bar, (void *)i) == 0);
    return none;
}

int main(void)
{
    pthread_attr_t attr;
    pthread_t thread;

    setvbuf(stdout, NULL, _IOLBF, 0); /* by lines into a pipe, too */
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    must(pthread_create(&thread, &attr, foo, NULL) == 0);
    pthread_attr_destroy(&attr);
    usleep(DAY_MS * 1000);
    assert(!blocks(SIGUSR1)); // i5: foo's mask is not main's
    printf("main: the end\n");
    return 0;                 // i6: and so it is for everybody
}
