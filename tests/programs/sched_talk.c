/*
 * Two threads count together; given a word, they say each step.
 *
 * Expect: always ok: what is said is no choice of the schedule
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int count, talks;

static void *work(void *none)
{
    for (int i = 0; i < 3; i++) {
        pthread_mutex_lock(&lock);
        count++;
        if (talks)
            puts("counts");
        pthread_mutex_unlock(&lock);
        if (talks)
            fputs("and goes on\n", stderr);
    }
    return none;
}

int main(int argc, char **argv)
{
    pthread_t one, two;

    (void)argv;
    talks = argc > 1;
    if (talks)
        puts("they begin");
    if (pthread_create(&one, NULL, work, NULL) != 0 ||
        pthread_create(&two, NULL, work, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    if (talks)
        puts("they end");
    return 0;
}
