/*
 * More threads than there is room for: one after another, so that each
 * gets the name of the one before.
 *
 * Expect: always ok
 */
#include <pthread.h>

static void *nothing(void *unused)
{
    return unused;
}

int main(void)
{
    pthread_t thread;

    for (int i = 0; i < 4100; i++)
        if (pthread_create(&thread, NULL, nothing, NULL) != 0 ||
            pthread_join(thread, NULL) != 0)
            return 2;
    return 0;
}
