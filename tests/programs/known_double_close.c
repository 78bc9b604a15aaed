/*
 * Two threads close the same end of a pipe.
 *
 * Whoever is second closes a number that means nothing any more; or
 * worse, that another thread's open has got meanwhile.
 *
 * Expect: always misuse: the second close finds no open descriptor
 */
#include <pthread.h>
#include <stddef.h>
#include <unistd.h>

enum { READ, WRITE };

static int ends[2]; /* of a pipe */

static void *closer(void *none)
{
    close(ends[WRITE]);
    return none;
}

int main(void)
{
    pthread_t one, two;

    if (pipe(ends) != 0 ||
        pthread_create(&one, NULL, closer, NULL) != 0 ||
        pthread_create(&two, NULL, closer, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    close(ends[READ]);
    return 0;
}
