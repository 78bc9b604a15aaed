/*
 * A thread of <threads.h> waits, in a loop, for what another one gives.
 *
 * Expect: always ok: nobody waits for what has come
 */
#include <assert.h>
#include <stdbool.h>
#include <threads.h>
#include <time.h>

static mtx_t lock;
static cnd_t given;
static once_flag made = ONCE_FLAG_INIT;
static bool is_given;

static void make(void)
{
    mtx_init(&lock, mtx_plain);
    cnd_init(&given);
}

static int give(void *unused)
{
    static const struct timespec second = {.tv_sec = 1};

    (void)unused;
    call_once(&made, make);
    thrd_sleep(&second, NULL);
    mtx_lock(&lock);
    is_given = true;
    cnd_signal(&given);
    mtx_unlock(&lock);
    return 3;
}

int main(void)
{
    struct timespec before, after;
    thrd_t giver;
    int result;

    timespec_get(&before, TIME_UTC);
    thrd_create(&giver, give, NULL);
    call_once(&made, make);
    mtx_lock(&lock);
    while (!is_given)
        cnd_wait(&given, &lock);
    mtx_unlock(&lock);
    thrd_join(giver, &result);
    timespec_get(&after, TIME_UTC);
    assert(result == 3 && after.tv_sec >= before.tv_sec + 1);
    return 0;
}
