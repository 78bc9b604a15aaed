/*
 * Two threads are started with a name and an argument each.
 *
 * A thread's function gets one pointer; what is to be handed over, and
 * what is to come back, lies where it points. Each of the two reads a
 * strand of DNA backwards and swaps A with T and C with G, which gives
 * the other strand. POSIX keeps no list of the threads that are alive,
 * so this program keeps one: a thread notes that it is there when it
 * begins, and that it is not before it ends. Main joins both before it
 * looks at what they wrote.
 *
 * Expect: always ok: both have done their work when main has joined
 */
#define _GNU_SOURCE /* pthread_setname_np is not in POSIX */
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 8 };
enum { MAIN, CHENZHI, WORKER, THREADS };

struct strand {
    int number;             /* the thread's */
    const char *bases;
    char other[LENGTH + 1]; /* what the thread writes */
    pthread_t thread;
};

static const char *const names[] = {"main", "chenzhi", "worker"};
static pthread_t main_thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool alive[THREADS]; /* under the lock */

static void note(int number, bool is_alive)
{
    pthread_mutex_lock(&lock);
    alive[number] = is_alive;
    pthread_mutex_unlock(&lock);
}

/* Says who is alive at this moment, and returns how many. */
static int list_living(void)
{
    int count = 0;

    pthread_mutex_lock(&lock);
    for (int i = 0; i < THREADS; i++)
        if (alive[i]) {
            printf("alive: %s\n", names[i]);
            count++;
        }
    pthread_mutex_unlock(&lock);
    return count;
}

static char partner(char base)
{
    static const char from[] = "ATCG", to[] = "TAGC";

    return to[strchr(from, base) - from];
}

static void *read_backwards(void *argument)
{
    struct strand *strand = argument;             // s1

    pthread_setname_np(pthread_self(), names[strand->number]);
    note(strand->number, true);
    assert(!pthread_equal(pthread_self(), main_thread));
    for (int i = 0; i < LENGTH; i++)              // s2
        strand->other[i] = partner(strand->bases[LENGTH - 1 - i]);
    printf("%s: %s\n", names[strand->number], strand->other);
    note(strand->number, false);
    return strand;                                // s3
}

static void start(struct strand *strand)
{
    if (pthread_create(&strand->thread, NULL, read_backwards,
                       strand) != 0) {
        fprintf(stderr, "no thread for %s\n", names[strand->number]);
        exit(2);
    }
}

int main(void)
{
    struct strand strands[] = {{.number = CHENZHI, .bases = "ATCGATCG"},
                               {.number = WORKER, .bases = "AACCGGTA"}};
    void *result;

    setvbuf(stdout, NULL, _IOLBF, 0); /* by lines into a pipe, too */
    main_thread = pthread_self();
    note(MAIN, true);
    for (int i = 0; i < 2; i++)
        start(&strands[i]);
    list_living();                                // s4
    for (int i = 0; i < 2; i++) {
        pthread_join(strands[i].thread, &result); // s5
        assert(result == &strands[i]);
    }
    assert(list_living() == 1);                   // s6
    assert(strcmp(strands[0].other, "CGATCGAT") == 0);
    assert(strcmp(strands[1].other, "TACCGGTT") == 0);
    return 0;
}
