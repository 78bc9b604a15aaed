/*
 * Three clocks from start to join: pid, name, alive or not, exit code.
 *
 * A process is kept in a struct: its name, the function that it is to
 * run, and what that function needs to know. Starting it forks, and a
 * second start is refused. Joining it waits for its end. Whether it is
 * alive can be asked at any time: waitpid with WNOHANG says so without
 * waiting, and notes the exit status if it is over.
 *
 * Expect: always ok: three clocks end, and are seen to have ended
 */
#define _DEFAULT_SOURCE /* usleep and sysconf's CPU count */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CLOCKS = 3, TICKS = 5 };

struct process {
    const char *name;
    void (*run)(struct process *);
    int interval_ms;
    pid_t pid; /* 0: not started */
    bool over; /* and `status` says how */
    int status;
};

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(2);
    }
}

/* 0, or EALREADY: a process lives only once. */
static int process_start(struct process *process)
{
    pid_t parent = getpid();

    if (process->pid != 0)
        return EALREADY;
    process->pid = fork(); // s1
    if (process->pid == 0) {
        /* Linux: nobody is left behind if the parent is killed. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        prctl(PR_SET_NAME, process->name);
        if (getppid() != parent)
            exit(1);
        process->run(process);
        exit(0);
    }
    must(process->pid > 0, "fork");
    return 0;
}

static bool process_is_alive(struct process *process)
{
    if (process->over)
        return false;
    process->over = waitpid(process->pid, &process->status,
                            WNOHANG) == process->pid; // l1
    return !process->over;
}

static void process_join(struct process *process)
{
    if (process->over)
        return;
    must(waitpid(process->pid, &process->status, 0) == process->pid,
         "waitpid"); // j1
    process->over = true;
}

static void tell(struct process *process)
{
    printf("%s: pid %d, %s\n", process->name, (int)process->pid,
           process_is_alive(process) ? "alive" : "ended");
}

static void run_clock(struct process *process)
{
    for (int n = 1; n <= TICKS; n++) {
        printf("%s: tick %d\n", process->name, n);
        usleep((useconds_t)process->interval_ms * 1000);
    }
}

/* Returns when it has ended, and leaves it to be waited for. */
static void see_the_end_of(struct process *process)
{
    siginfo_t about;

    if (process->over)
        return;
    must(waitid(P_PID, (id_t)process->pid, &about,
                WEXITED | WNOWAIT) == 0, "waitid");
}

int main(void)
{
    struct process clocks[CLOCKS] = {
        {.name = "Process-1", .run = run_clock, .interval_ms = 20},
        {.name = "Process-2", .run = run_clock, .interval_ms = 30},
        {.name = "哈哈哈哈", .run = run_clock, .interval_ms = 40}};

    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("%ld CPUs\n", sysconf(_SC_NPROCESSORS_ONLN));
    for (int i = 0; i < CLOCKS; i++) {
        must(process_start(&clocks[i]) == 0, "process_start"); // m1
        tell(&clocks[i]); // m2
    }
    assert(process_start(&clocks[0]) == EALREADY);
    see_the_end_of(&clocks[0]); // m3
    assert(!process_is_alive(&clocks[0])); // m4
    for (int i = 0; i < CLOCKS; i++) {
        process_join(&clocks[i]); // m5
        tell(&clocks[i]);
        assert(clocks[i].status == 0);
    }
    return 0;
}
