/*
 * It counts how often it has looked, so it does not merely look; the other
 * must be let go all the same.
 *
 * Expect: always ok
 */
#include <pthread.h>
#include <stdatomic.h>

static atomic_int flag, looks, steps;

static void *setter(void *unused)
{
    for (int i = 0; i < 5; i++)
        steps++;
    flag = 1;
    return unused;
}

int main(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, setter, NULL) != 0)
        return 2;
    while (flag == 0)
        looks++;
    pthread_join(thread, NULL);
    return 0;
}
