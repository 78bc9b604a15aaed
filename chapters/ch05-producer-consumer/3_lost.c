/*
 * One stop too few: the consumer that gets none waits for ever.
 *
 * The program is that of 1_sentinel but for one line: the parent puts
 * a single "stop" behind the food. Whichever consumer takes it ends.
 * The other one waits for an item that nobody will ever put, and the
 * parent waits for that consumer.
 *
 * All the food has been eaten by then; the program is right but for
 * its end, and that is what makes this fault easy to miss.
 *
 * Expect: always deadlock: a consumer waits for a stop nobody puts
 * Compare: an end by counted stops, by counted work, by hope
 */
#define _DEFAULT_SOURCE /* usleep and MAP_ANONYMOUS */

#include "../kit/queue.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PRODUCERS = 2, CONSUMERS = 2, ITEMS = 10, BOUND = 10 };
enum { STOP = -1 };

struct food {
    int maker; /* which producer, or STOP */
    int number;
};

static const char *maker_name[] = {"太白", "egon"};
static const char *food_name[] = {"苹果", "包子"};

static struct queue *queue;
static int (*eaten)[ITEMS]; /* shared: how often, for each food */

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(1);
    }
}

static void pause_up_to(int milliseconds)
{
    usleep((useconds_t)(rand() % milliseconds) * 1000);
}

static void producer(int me)
{
    prctl(PR_SET_NAME, maker_name[me]);
    srand((unsigned)me + 1);
    for (int n = 0; n < ITEMS; n++) {
        struct food food = {me, n};

        pause_up_to(25);
        printf("%s made %s%d\n", maker_name[me], food_name[me], n);
        queue_put(queue, &food); // p1
    }
}

static void consumer(int me)
{
    struct food food;

    srand((unsigned)me + 11);
    for (;;) {
        queue_get(queue, &food); // c1
        if (food.maker == STOP) // c2
            break;
        printf("alex %d ate %s%d\n", me + 1,
               food_name[food.maker], food.number);
        eaten[food.maker][food.number]++; // c3
        pause_up_to(100);
    }
}

static pid_t start(void (*role)(int), int number)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        /* Linux: nobody is left behind if the parent is killed. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            exit(1);
        role(number);
        exit(0);
    }
    must(pid > 0, "fork");
    return pid;
}

static void join(pid_t pid)
{
    int status;

    must(waitpid(pid, &status, 0) == pid, "waitpid");
    if (status != 0)
        exit(1);
}

static void make_shared(void)
{
    queue = queue_create(BOUND, sizeof(struct food));
    must(queue != NULL, "queue_create");
    eaten = mmap(NULL, PRODUCERS * sizeof(*eaten),
                 PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                 -1, 0);
    must(eaten != MAP_FAILED, "mmap");
}

static void check_eaten(void)
{
    for (int p = 0; p < PRODUCERS; p++)
        for (int n = 0; n < ITEMS; n++)
            assert(eaten[p][n] == 1);
    printf("all %d eaten, each once\n", PRODUCERS * ITEMS);
}

int main(void)
{
    pid_t consumers[CONSUMERS], producers[PRODUCERS];
    struct food stop = {STOP, 0};

    /* into a pipe, too, line by line, and nothing left at a fork */
    setvbuf(stdout, NULL, _IOLBF, 0);
    make_shared();
    for (int i = 0; i < CONSUMERS; i++)
        consumers[i] = start(consumer, i);
    for (int i = 0; i < PRODUCERS; i++)
        producers[i] = start(producer, i);
    for (int i = 0; i < PRODUCERS; i++)
        join(producers[i]); // m1
    for (int i = 0; i < CONSUMERS - 1; i++)
        queue_put(queue, &stop); // m2
    for (int i = 0; i < CONSUMERS; i++)
        join(consumers[i]); // m3
    check_eaten();
    queue_destroy(queue);
    return 0;
}
