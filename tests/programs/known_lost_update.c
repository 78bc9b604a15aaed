/*
 * Two threads each add one to a counter, and no lock guards it.
 *
 * To add is to read, to add and to write. If the second thread reads
 * between the first one's read and write, both write the same number,
 * and one addition is lost.
 *
 * Expect: sometimes assertion: the counter is 1 after two additions
 */
#include <assert.h>
#include <pthread.h>
#include <stddef.h>

static int counter;

static void *adder(void *none)
{
    counter = counter + 1;
    return none;
}

int main(void)
{
    pthread_t one, two;

    if (pthread_create(&one, NULL, adder, NULL) != 0 ||
        pthread_create(&two, NULL, adder, NULL) != 0)
        return 2;
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    assert(counter == 2);
    return 0;
}
