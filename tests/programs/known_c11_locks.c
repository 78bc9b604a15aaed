/*
 * Two threads of <threads.h> take two locks in opposite order.
 *
 * Expect: sometimes deadlock: each holds what the other one waits for
 */
#include <threads.h>

static mtx_t first, second;

static int forward(void *unused)
{
    (void)unused;
    mtx_lock(&first);
    mtx_lock(&second);
    mtx_unlock(&second);
    mtx_unlock(&first);
    return 0;
}

static int backward(void *unused)
{
    (void)unused;
    mtx_lock(&second);
    mtx_lock(&first);
    mtx_unlock(&first);
    mtx_unlock(&second);
    return 0;
}

int main(void)
{
    thrd_t one, other;

    mtx_init(&first, mtx_plain);
    mtx_init(&second, mtx_plain);
    thrd_create(&one, forward, NULL);
    thrd_create(&other, backward, NULL);
    thrd_join(one, NULL);
    thrd_join(other, NULL);
    mtx_destroy(&first);
    mtx_destroy(&second);
    return 0;
}
