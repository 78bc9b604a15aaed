/*
 * The queue counts unfinished work; its join says when all is done.
 *
 * The same kitchen without any stop. After each bite a consumer says
 * task_done, and a producer that has made its last item joins the
 * queue: it waits until nothing is unfinished. So when both producers
 * have ended, everything has been eaten, not merely taken out.
 *
 * The consumers loop for ever. They are daemons: when the producers
 * are done, the parent ends them. A task_done for work that was never
 * put is refused.
 *
 * Expect: always ok: joins return when all is eaten; EINVAL at m3
 */
#define _DEFAULT_SOURCE /* usleep and MAP_ANONYMOUS */

#include "../kit/joinable_queue.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PRODUCERS = 2, CONSUMERS = 2, ITEMS = 10, BOUND = 10 };

struct food {
    int maker; /* which producer */
    int number;
};

static const char *maker_name[] = {"太白", "egon"};
static const char *food_name[] = {"苹果", "包子"};

static struct joinable_queue *queue;
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
        joinable_put(queue, &food); // p1
    }
    joinable_join(queue); // p2
}

static void consumer(int me)
{
    struct food food;

    srand((unsigned)me + 11);
    for (;;) {
        joinable_get(queue, &food); // c1
        printf("alex %d ate %s%d\n", me + 1,
               food_name[food.maker], food.number);
        eaten[food.maker][food.number]++; // c2
        pause_up_to(100);
        joinable_task_done(queue); // c3
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

static void end_daemon(pid_t pid)
{
    int status;

    kill(pid, SIGTERM);
    must(waitpid(pid, &status, 0) == pid, "waitpid");
    assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void make_shared(void)
{
    queue = joinable_create(BOUND, sizeof(struct food));
    must(queue != NULL, "joinable_create");
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
    int once_more;

    /* into a pipe, too, line by line, and nothing left at a fork */
    setvbuf(stdout, NULL, _IOLBF, 0);
    make_shared();
    for (int i = 0; i < CONSUMERS; i++)
        consumers[i] = start(consumer, i);
    for (int i = 0; i < PRODUCERS; i++)
        producers[i] = start(producer, i);
    for (int i = 0; i < PRODUCERS; i++)
        join(producers[i]); // m1
    check_eaten(); // m2
    once_more = joinable_task_done(queue); // m3
    printf("task_done once too often: %s\n", strerror(once_more));
    assert(once_more == EINVAL);
    for (int i = 0; i < CONSUMERS; i++)
        end_daemon(consumers[i]); // m4
    joinable_destroy(queue);
    return 0;
}
