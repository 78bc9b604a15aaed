/*
 * bench_schedule.c - what a controlled run costs.
 *
 * Three things: a step that stays on the same actor, a step that passes
 * the turn to another thread or process, and whole runs, as --runs makes
 * them.  The floor of a turn that passes is a bare futex between two
 * tasks on one core; the floor of a whole run is the same forks, threads
 * and waits without a schedule.  Each is measured beside its floor, in
 * turn, ROUNDS times; the medians are compared.
 */
#define _GNU_SOURCE /* sched_setaffinity, syscall, MAP_ANONYMOUS */
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "intercept/intercept.h"
#include "run/keeper.h"
#include "run/variants.h"
#include "schedule/schedule.h"
#include "trace/fail.h"
#include "trace/trace.h"

#define ROUNDS 21
#define TIMES 400 /* steps or hand-offs in a round */
#define MANY 200  /* actors beside the two, to see how that tells */
#define RUN_ROUNDS 7
#define RUNS 400 /* whole runs in a round */

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *how,
                          void *(*routine)(void *), void *argument);
void __tsan_read4(const void *address);
void __tsan_write4(const void *address);

/* One with it may go on; the others' words are 0. */
struct pair {
    _Alignas(128) _Atomic uint32_t first, second;
};

static struct results {
    double step[ROUNDS], bare[ROUNDS];
    struct pair pair;
} *results; /* shared with the processes that measure */

/* Virtual time would not tell. */
static double now(void)
{
    struct timespec time;

    __real_clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    return values[count / 2];
}

static void stay_on_one_core(void)
{
    int core = sched_getcpu();
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(core < 0 ? 0 : core, &one);
    sched_setaffinity(0, sizeof one, &one); /* else it is only slower */
}

/* ---- steps ---- */

static volatile int *counter; /* shared memory */

static void step_on_it(int times)
{
    while (times-- > 0)
        __tsan_write4((const void *)counter);
}

static void *step_for_ever(void *none)
{
    for (;;)
        step_on_it(TIMES);
    return none;
}

static void await(_Atomic uint32_t *word)
{
    while (atomic_load(word) == 0)
        syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
    atomic_store(word, 0);
}

static void pass(_Atomic uint32_t *word)
{
    atomic_store(word, 1);
    syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void *answer(void *none)
{
    for (;;) {
        await(&results->pair.second);
        pass(&results->pair.first);
    }
    return none;
}

/* There and back is two. */
static void hand_off(int times)
{
    for (int i = 0; i < times; i += 2) {
        pass(&results->pair.second);
        await(&results->pair.first);
    }
}

static double time_of(void (*work)(int times))
{
    double start = now();

    work(TIMES);
    return (now() - start) / TIMES;
}

struct experiment {
    const char *name;
    enum strategy strategy;
    int threads, processes; /* beside the one that measures */
    bool passes;            /* each step passes the turn */
};

static pid_t fork_one(void)
{
    pid_t child = fork();

    if (child < 0)
        die("cannot fork:");
    return child;
}

/* Somebody outside, for the bare hand-off of the same sort. */
static void begin_answers(bool by_process)
{
    pthread_t thread;

    if (!by_process)
        __real_pthread_create(&thread, NULL, answer, NULL);
    else if (fork_one() == 0)
        answer(NULL);
}

static void begin_company(const struct experiment *experiment)
{
    pthread_t thread;

    for (int i = 0; i < experiment->threads; i++)
        if (pthread_create(&thread, NULL, step_for_ever, NULL) != 0)
            die("cannot make a thread:");
    for (int i = 0; i < experiment->processes; i++)
        if (fork_one() == 0)
            step_for_ever(NULL);
}

/* Among N who go round, N steps are made for each of one's own. */
static _Noreturn void be_the_first(struct trace *trace,
                                   const struct experiment *experiment)
{
    setpgid(0, 0);
    stay_on_one_core();
    begin_answers(experiment->processes > 0);
    schedule_start(trace);
    intercept_start(trace);
    counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    begin_company(experiment);
    step_on_it(TIMES); /* all have begun */
    for (int i = 0; i < ROUNDS; i++) {
        int all = 1 + (experiment->passes ? experiment->threads +
                                                experiment->processes
                                          : 0);

        results->bare[i] = time_of(hand_off);
        results->step[i] = time_of(step_on_it) / all;
    }
    kill(0, SIGKILL);
    for (;;)
        pause();
}

static void measure(const struct experiment *experiment)
{
    const struct schedule_options options = {
        .strategy = experiment->strategy, .seed = 1, .steps = UINT64_MAX};
    struct trace *trace = trace_create(0);
    pid_t child;

    schedule_prepare(trace, &options);
    child = fork_one();
    if (child == 0)
        be_the_first(trace, experiment);
    while (waitpid(child, NULL, 0) < 0)
        ;
    trace_close(trace);
}

static void print_stay(const struct experiment *experiment)
{
    measure(experiment);
    printf("  %-41s %7.1f ns\n", experiment->name,
           median(results->step, ROUNDS));
}

static void print_pass(const struct experiment *experiment)
{
    double step, bare;

    measure(experiment);
    step = median(results->step, ROUNDS);
    bare = median(results->bare, ROUNDS);
    printf("  %-41s %7.1f ns, bare futex %.1f, %.2f times\n",
           experiment->name, step, bare, step / bare);
}

static const struct experiment stays[] = {
    {"a step, alone", STRATEGY_POS, 0, 0, false},
    {"a step, another could go on", STRATEGY_STAY, 1, 0, false},
    {"a step, 200 others could go on", STRATEGY_STAY, MANY, 0, false},
};
static const struct experiment passes[] = {
    {"the turn passes between threads", STRATEGY_ROUND_ROBIN, 1, 0, true},
    {"the turn passes between processes", STRATEGY_ROUND_ROBIN, 0, 1,
     true},
    {"the turn goes round 200 threads", STRATEGY_ROUND_ROBIN, MANY - 1, 0,
     true},
};

/* ---- whole runs ---- */

static void *add_one(void *none)
{
    __tsan_read4((const void *)counter);
    __tsan_write4((const void *)counter);
    ++*counter;
    return none;
}

static int two_threads(int count, char **arguments, char **environment)
{
    static int variable;
    pthread_t one, two;

    (void)count, (void)arguments, (void)environment;
    counter = &variable;
    if (pthread_create(&one, NULL, add_one, NULL) != 0 ||
        pthread_create(&two, NULL, add_one, NULL) != 0)
        die("cannot make a thread:");
    pthread_join(one, NULL);
    pthread_join(two, NULL);
    return 0;
}

static int two_processes(int count, char **arguments, char **environment)
{
    (void)count, (void)arguments, (void)environment;
    counter = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 2; i++)
        if (fork_one() == 0) {
            add_one(NULL);
            exit(0);
        }
    wait(NULL);
    wait(NULL);
    return 0;
}

static int nothing(int count, char **arguments, char **environment)
{
    (void)count, (void)arguments, (void)environment;
    return 0;
}

const struct variant variants[] = {
    {.name = "two threads", .title = "", .expect = "", .compare = "",
     .main = two_threads},
    {.name = "two processes", .title = "", .expect = "", .compare = "",
     .main = two_processes},
    {.name = "nothing", .title = "", .expect = "", .compare = "",
     .main = nothing},
    {.name = NULL},
};

/* Microseconds of one of RUNS runs, as --runs makes them. */
static double time_of_runs(const struct variant *variant,
                           struct trace *trace, char **arguments)
{
    const struct schedule_options options = {.strategy = STRATEGY_POS,
                                             .seed = 1};
    const struct study study = {.variant = variant, .argc = 1,
                                .argv = arguments, .runs = RUNS};
    double start;

    trace->runs_done = 0;
    trace_reset(trace, 1);
    schedule_prepare(trace, &options);
    start = now();
    if (keeper_run(trace, &study) != 0)
        exit(1);
    if (trace->runs_done != RUNS)
        die("only %llu runs", (unsigned long long)trace->runs_done);
    return (now() - start) / RUNS / 1e3;
}

/* The same without a schedule: in a process that is no actor, the
 * wrappers are just the calls. */
static double time_of_bare(const struct variant *variant)
{
    double start = now();

    for (int i = 0; i < RUNS; i++) {
        pid_t child = fork_one();

        if (child == 0)
            _exit(variant->main(0, NULL, NULL));
        while (waitpid(child, NULL, 0) < 0)
            ;
    }
    return (now() - start) / RUNS / 1e3;
}

/* On one core, as the keeper's are. */
static double time_of_bare_on_one_core(const struct variant *variant)
{
    pid_t child = fork_one();

    if (child == 0) {
        stay_on_one_core();
        results->bare[0] = time_of_bare(variant);
        _exit(0);
    }
    while (waitpid(child, NULL, 0) < 0)
        ;
    return results->bare[0];
}

static void print_runs(const struct variant *variant, char **arguments)
{
    double run[RUN_ROUNDS], bare[RUN_ROUNDS], one, two;
    struct trace *trace = trace_create(0);

    for (int i = 0; i < RUN_ROUNDS; i++) {
        bare[i] = time_of_bare_on_one_core(variant);
        run[i] = time_of_runs(variant, trace, arguments);
    }
    trace_close(trace);
    one = median(bare, RUN_ROUNDS);
    two = median(run, RUN_ROUNDS);
    printf("  %-14s %6.0f runs a second (%.0f us); bare %6.0f (%.0f us), "
           "%.2f times\n", variant->name, 1e6 / two, two, 1e6 / one, one,
           two / one);
}

int main(int count, char **arguments)
{
    keeper_resume(count, arguments);
    results = mmap(NULL, sizeof *results, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (results == MAP_FAILED)
        die("cannot map memory:");
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("Controlled runs (medians; aims: 50 ns a step that stays, 1.5 "
           "times a bare futex\none that passes, 4000 and 1500 runs a "
           "second)\n");
    for (size_t i = 0; i < sizeof stays / sizeof *stays; i++)
        print_stay(&stays[i]);
    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++)
        print_pass(&passes[i]);
    for (const struct variant *each = variants; each->name != NULL; each++)
        print_runs(each, arguments);
    return 0;
}
