/*
 * Twenty cars at a traffic light; the police do not wait for long.
 *
 * Green is an event. The light sets it and clears it in turn. A car
 * that comes on red waits for the event, and when it is set all who
 * wait go at once. A police car waits with a timeout: when its
 * patience ends it passes on red, and says so. A second event, closed,
 * tells the light that the day is over.
 *
 * Expect: always ok: cars pass on green, the police sometimes on red
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS and usleep are not in POSIX */
#include <assert.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../kit/event.h"

enum { CARS = 20, PHASE_MS = 200, PATIENCE_MS = 50 };

struct road {
    struct event green;
    struct event closed; /* all have passed: the light may go out */
};

static struct road *road; /* shared by all the processes */

static void traffic_light(int phase_ms)
{
    printf("the light is red\n");
    while (!event_wait_for(&road->closed, phase_ms)) { // t1
        if (event_is_set(&road->green)) {
            printf("the light is red\n");
            event_clear(&road->green);                 // t2
        } else {
            printf("the light is green\n");
            event_set(&road->green);                   // t3
        }
    }
}

static void car(int number)
{
    unsigned long greens = event_times_set(&road->green);

    if (!event_is_set(&road->green)) {                  // c1
        printf("car %d waits\n", number);
        event_wait(&road->green);                       // c2
        assert(event_times_set(&road->green) > greens); // c3
    }
    printf("car %d passes\n", number);                  // c4
}

static void police_car(int number)
{
    if (event_wait_for(&road->green, PATIENCE_MS))       // c5
        printf("police car %d passes\n", number);
    else
        printf("police car %d passes on red\n", number); // c6
}

static pid_t start(void (*actor)(int), int argument)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid < 0) {
        perror("fork");
        exit(2);
    }
    if (pid == 0) {
        /* Linux: nobody is left waiting if the parent is killed. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            exit(1);
        actor(argument);
        exit(0);
    }
    return pid;
}

/* Waits for a child and returns whether it failed. */
static bool wait_for(pid_t pid)
{
    int status;

    return waitpid(pid, &status, 0) != pid || status != 0;
}

/* A road in memory that children share. */
static struct road *new_road(void)
{
    struct road *new = mmap(NULL, sizeof *new, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (new == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    if (event_init(&new->green) != 0 || event_init(&new->closed) != 0) {
        fprintf(stderr, "event_init failed\n");
        exit(2);
    }
    return new;
}

/* Cars of both kinds come in no order, some together, some later. */
static void start_cars(pid_t pids[])
{
    int cars = 0, police_cars = 0;

    for (int i = 0; i < CARS; i++) {
        if (rand() % 2 == 0) /* unseeded: the same every run */
            pids[i] = start(car, ++cars);
        else
            pids[i] = start(police_car, ++police_cars);
        usleep(rand() % 2 * PHASE_MS * 1000);
    }
}

int main(void)
{
    pid_t pids[CARS];
    int failed = 0;

    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    road = new_road();
    pid_t light = start(traffic_light, PHASE_MS);
    start_cars(pids);
    for (int i = 0; i < CARS; i++)
        failed += wait_for(pids[i]);
    event_set(&road->closed);
    failed += wait_for(light);
    event_destroy(&road->green);
    event_destroy(&road->closed);
    return failed > 0;
}
