/*
 * Two wait for one event: one for ever, one for a while.
 *
 * The event is set after 0.3 seconds. The patient one sleeps until
 * then. The hasty one gives up after 0.2 seconds, learns from the
 * return value that nothing has happened, and goes on without it.
 *
 * Expect: always ok: the hasty one gives up, the patient one goes on
 * Compare: waiting for ever or for a while is the waiter's own choice
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

enum { PATIENCE_MS = 200, SET_AFTER_MS = 300 };

static struct event *event; /* shared by all the processes */

static void patient(void)
{
    printf("patient: waits for ever\n");
    event_wait(event);           // e1
    assert(event_is_set(event)); // e2: nobody ever clears it
    printf("patient: the event is set\n");
}

static void hasty(void)
{
    printf("hasty: waits for at most %d ms\n", PATIENCE_MS);
    if (event_wait_for(event, PATIENCE_MS))               // e3
        printf("hasty: the event is set\n");
    else
        printf("hasty: the event is not set, I go on\n"); // e4
}

static pid_t start(void (*actor)(void))
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
        actor();
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

/* An event in memory that children share. */
static struct event *new_event(void)
{
    struct event *new = mmap(NULL, sizeof *new, PROT_READ | PROT_WRITE,
                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (new == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    if (event_init(new) != 0) {
        fprintf(stderr, "event_init failed\n");
        exit(2);
    }
    return new;
}

int main(void)
{
    int failed = 0;

    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    event = new_event();
    pid_t first = start(patient);
    pid_t second = start(hasty);
    usleep(SET_AFTER_MS * 1000); // e5
    printf("main: sets the event\n");
    event_set(event);            // e6
    failed += wait_for(first);
    failed += wait_for(second);
    event_destroy(event);
    return failed > 0;
}
