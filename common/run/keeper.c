/*
 * keeper.c - see keeper.h.
 *
 * The keeper has a session of its own, so that Ctrl-C reaches the front
 * alone, which tells the keeper; and the program has a process group of
 * its own, so that its kill(0, ...) does not meet the keeper.  The
 * keeper is a subreaper: whoever loses its parent becomes its child.
 *
 * When the first process has ended, the others have a moment to end as
 * well; who has not by then was left behind.  Then everybody is stopped
 * first and killed after, or else the death of one would let another go
 * on for an instant and the trace would show what nobody did.
 */
#define _GNU_SOURCE /* sigtimedwait */
#include "run/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "intercept/intercept.h"
#include "run/family.h"
#include "run/progress.h"
#include "run/many.h"
#include "run/stuck.h"
#include "run/watchdog.h"
#include "schedule/schedule.h"
#include "trace/fail.h"

#define MILLISECOND UINT64_C(1000000)
#define POLL (10 * MILLISECOND)
#define QUIET_POLLS 25 /* without an event, until a closer look */
#define GRACE (100 * MILLISECOND)

/* The keeper's own notes. */
struct keeper {
    struct trace *trace;
    pid_t first;       /* the program's first process */
    uint64_t deadline; /* trace_nanoseconds; 0: none */
    uint64_t events;   /* seen at the last poll */
    int quiet;         /* polls since then */
    struct watchdog watchdog;
};

static sigset_t watched(void)
{
    static const int signals[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP,
                                  SIGQUIT};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaddset(&set, signals[i]);
    return set;
}

/* Returns the next watched signal, or 0 after `nanoseconds`. */
static int next_signal(uint64_t nanoseconds)
{
    const struct timespec patience = {
        .tv_nsec = (long)(nanoseconds % 1000000000)};
    sigset_t set = watched();
    int number = sigtimedwait(&set, NULL, &patience);

    return number < 0 ? 0 : number;
}

/*
 * A program is to find the world that a shell starts it in on a terminal.
 * What of that the keeper can have too, it has, so that it is done once
 * for many runs: no signal ignored, no locale, no core files.
 */
static void prepare_world(void)
{
    const struct rlimit no_core = {0, 0};

    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    setlocale(LC_ALL, "C");
    setrlimit(RLIMIT_CORE, &no_core); /* it would be left behind */
}

static void enter_world(const struct study *study)
{
    int nowhere = open("/dev/null", O_RDWR);
    sigset_t none;

    if (nowhere < 0)
        die("cannot open /dev/null:");
    setpgid(0, 0);
    if (!study->raw) {
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
    }
    if (study->no_input)
        dup2(nowhere, STDIN_FILENO);
    if (nowhere > STDERR_FILENO)
        close(nowhere);
    setvbuf(stdout, NULL, _IOLBF, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void be_the_program(struct trace *trace,
                                     const struct study *study)
{
    enter_world(study);
    schedule_start(trace);
    intercept_start(trace);
    exit(study->variant->main(study->argc, study->argv, environ));
}

/* The same, where neither the length of the environment nor that of our
 * command line moves its variables. */
#define STACK_ADDRESS ((void *)0x2f0000000000)
#define STACK_SIZE (UINT64_C(8) << 20)

static struct trace *trace_of_program;
static const struct study *study_of_program;

static void on_fixed_stack(void)
{
    be_the_program(trace_of_program, study_of_program);
}

_Noreturn static void be_the_controlled_program(struct trace *trace,
                                                const struct study *study)
{
    static ucontext_t context;
    void *stack = mmap(STACK_ADDRESS, STACK_SIZE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
                           MAP_FIXED_NOREPLACE,
                       -1, 0);

    if (stack == MAP_FAILED)
        die("cannot make a stack for the program:");
    trace_of_program = trace;
    study_of_program = study;
    getcontext(&context);
    context.uc_stack.ss_sp = stack;
    context.uc_stack.ss_size = STACK_SIZE;
    makecontext(&context, on_fixed_stack, 0);
    setcontext(&context);
    die("cannot go to the program's stack:");
}

static void set_ending(struct trace *trace, enum ending ending,
                       int64_t value)
{
    trace->ending_value = value;
    trace->ending = ending;
}

/* Was it the schedule that ended the program? */
static bool note_stop(struct trace *trace)
{
    static const enum ending endings[] = {
        [STOP_DEADLOCK] = ENDING_DEADLOCK,
        [STOP_LIVELOCK] = ENDING_LIVELOCK,
        [STOP_STEPS] = ENDING_STEPS,
        [STOP_CHOICE] = ENDING_CHOICE,
        [STOP_MISFIT] = ENDING_MISFIT,
        [STOP_FULL] = ENDING_STEPS,
    };
    enum schedule_stop stop = schedule_stopped(trace);

    if (!trace->controlled || stop == STOP_NONE)
        return false;
    set_ending(trace, endings[stop], (int64_t)schedule_steps(trace));
    return true;
}

static void note_death(struct keeper *keeper, pid_t pid, int status)
{
    bool killed = WIFSIGNALED(status);

    if (killed && schedule_stopped(keeper->trace) == STOP_NONE)
        intercept_killed(keeper->trace,
                         intercept_process_of(keeper->trace, pid),
                         WTERMSIG(status));
    if (keeper->trace->ending != ENDING_NONE)
        return; /* its death is not what ended the run */
    if (pid == keeper->first && !note_stop(keeper->trace))
        set_ending(keeper->trace, killed ? ENDING_SIGNAL : ENDING_EXIT,
                   killed ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* Returns false if there is no child left. */
static bool reap(struct keeper *keeper)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        note_death(keeper, pid, status);
    return pid == 0;
}

/*
 * The table of actors is enough to suspect a deadlock.  It is not if an
 * actor was killed while it ran, so a long silence is suspicious too.
 */
static bool is_stuck(struct keeper *keeper)
{
    uint64_t events = atomic_load(&keeper->trace->event_head);

    keeper->quiet = events == keeper->events ? keeper->quiet + 1 : 0;
    keeper->events = events;
    return (stuck_seems(keeper->trace) ||
            keeper->quiet % QUIET_POLLS == QUIET_POLLS - 1) &&
           stuck_is_certain(keeper->trace);
}

static bool is_from_user(int number)
{
    return number != 0 && number != SIGCHLD;
}

static void watch(struct keeper *keeper, const struct study *study)
{
    struct trace *trace = keeper->trace;
    uint64_t timeout = study->timeout;

    while (trace->ending == ENDING_NONE) {
        int number = next_signal(POLL);

        trace_prepare(trace);
        reap(keeper);
        if (is_from_user(number) &&
            (trace->ending == ENDING_NONE || study->runs > 0))
            set_ending(trace, ENDING_INTERRUPTED, number);
        if (trace->ending != ENDING_NONE)
            break;
        if (trace->controlled && watchdog_barks(&keeper->watchdog,
                                                     trace))
            trace->ending = ENDING_STUCK;
        else if (!trace->controlled && is_stuck(keeper))
            set_ending(trace, ENDING_DEADLOCK, 0);
        else if (keeper->deadline != 0 &&
                 trace_nanoseconds() > keeper->deadline)
            set_ending(trace, ENDING_TIMEOUT,
                       (int64_t)(timeout / MILLISECOND));
    }
}

/* The first process is gone: may the others end by themselves? */
static void linger(struct keeper *keeper)
{
    uint64_t end = trace_nanoseconds() + GRACE;

    while (reap(keeper) && trace_nanoseconds() < end) {
        int number = next_signal(POLL);

        if (number != 0 && number != SIGCHLD)
            break;
        if (stuck_seems(keeper->trace) && stuck_is_certain(keeper->trace))
            break;
    }
}

static bool has_ended(struct trace *trace, pid_t pid)
{
    struct actor *actor =
        trace_actor(trace, intercept_process_of(trace, pid));

    return actor != NULL && atomic_load(&actor->state) == ACTOR_ENDED;
}

/* Who was killed before, but by nobody reaped, is on record too; who is
 * killed from here on is not: that is our doing, not the program's. */
static void end_everybody(struct keeper *keeper)
{
    struct trace *trace = keeper->trace;
    bool ended = trace->ending == ENDING_EXIT ||
                 trace->ending == ENDING_SIGNAL;
    struct family family = {0};

    family_freeze(&family, 0);
    for (size_t i = 0; i < family.count; i++) {
        struct member *member = family.members + i;

        if (!member_is_dead(member))
            trace->left_behind += ended && !has_ended(trace, member->pid);
        else if (WIFSIGNALED(member->wait_status))
            note_death(keeper, member->pid, member->wait_status);
    }
    family_free(&family);
    family_end(0);
}

/* Only one has the turn, and to pass it on to another core is dear.  An
 * exec has just put us on the core that had least to do. */
static void stay_on_one_core(void)
{
    int core = sched_getcpu();
    cpu_set_t one;

    if (core < 0)
        return;
    CPU_ZERO(&one);
    CPU_SET(core, &one);
    sched_setaffinity(0, sizeof one, &one);
}

/* A controlled run is over with its first process: what the others
 * would do after it is no part of the schedule. */
static void keep_one(struct keeper *keeper, const struct study *study)
{
    struct trace *trace = keeper->trace;

    keeper->watchdog = (struct watchdog){0};
    keeper->deadline =
        study->timeout > 0 ? trace_nanoseconds() + study->timeout : 0;
    keeper->first = fork();
    if (keeper->first < 0)
        die("cannot make a process:");
    if (keeper->first == 0 && trace->controlled)
        be_the_controlled_program(trace, study);
    if (keeper->first == 0)
        be_the_program(trace, study);
    watch(keeper, study);
    if (!trace->controlled &&
        (trace->ending == ENDING_EXIT || trace->ending == ENDING_SIGNAL))
        linger(keeper);
    if (!trace->controlled || reap(keeper))
        end_everybody(keeper);
}

_Noreturn static void keep(struct trace *trace, const struct study *study)
{
    struct keeper keeper = {.trace = trace};

    prepare_world();
    intercept_variant(study->variant->name);
    if (study->runs > 0)
        many_begin(trace, study);
    do
        keep_one(&keeper, study);
    while (study->runs > 0 && many_next(trace));
    if (study->runs > 0)
        many_end(trace);
    _exit(0);
}

/* What keeper_resume finds; the rest of a study is in argv. */
struct note {
    uint32_t variant; /* its index */
    bool raw, until_failure, no_input;
    uint64_t timeout, runs;
};

#define VARIABLE "INTERLEAVINGS_KEEPER"
#define BIND_NOW "LD_BIND_NOW"

_Noreturn static void resume_by_exec(struct trace *trace,
                                     const struct study *study)
{
    struct note note = {.variant = (uint32_t)(study->variant - variants),
                        .raw = study->raw,
                        .until_failure = study->until_failure,
                        .runs = study->runs,
                        .no_input = study->no_input,
                        .timeout = study->timeout};
    char number[16];

    _Static_assert(sizeof note <= sizeof trace->note, "no room");
    memcpy(trace->note, &note, sizeof note);
    snprintf(number, sizeof number, "%d", trace_descriptor());
    setenv(VARIABLE, number, 1);
    setenv(BIND_NOW, "1", 1); /* once, not in every run */
    personality((unsigned long)personality(0xffffffff) | ADDR_NO_RANDOMIZE);
    execv("/proc/self/exe", study->argv);
    die("cannot start the keeper of a controlled run:");
}

void keeper_resume(int argc, char **argv)
{
    const char *number = getenv(VARIABLE);
    struct study study = {.argc = argc, .argv = argv};
    struct trace *trace;
    struct note note;

    if (number == NULL)
        return;
    unsetenv(VARIABLE);
    unsetenv(BIND_NOW);
    trace = trace_attach(atoi(number));
    if (trace == NULL)
        return;
    memcpy(&note, trace->note, sizeof note);
    study.variant = variants + note.variant;
    study.timeout = note.timeout;
    study.raw = note.raw;
    study.until_failure = note.until_failure;
    study.runs = note.runs;
    study.no_input = note.no_input;
    stay_on_one_core();
    keep(trace, &study);
}

_Noreturn static void be_the_keeper(struct trace *trace,
                                    const struct study *study, pid_t front)
{
    setsid();
    prctl(PR_SET_CHILD_SUBREAPER, 1L);
    prctl(PR_SET_PDEATHSIG, (long)SIGTERM);
    if (getppid() != front)
        _exit(1); /* it died before it could be watched */
    if (trace->controlled)
        resume_by_exec(trace, study);
    keep(trace, study);
}

/* Passes signals on to the keeper until it has ended. */
static int wait_for_keeper(struct trace *trace, pid_t keeper, bool quiet)
{
    int status, number;
    pid_t ended;

    progress_begin(trace, quiet);
    while ((ended = waitpid(keeper, &status, WNOHANG)) == 0) {
        number = next_signal(PROGRESS_INTERVAL);
        if (number != 0 && number != SIGCHLD)
            kill(keeper, number);
        progress_show();
    }
    progress_end();
    return ended == keeper ? status : 0;
}

int keeper_run(struct trace *trace, const struct study *study)
{
    sigset_t set = watched(), before;
    uint64_t since;
    pid_t keeper, front = getpid();
    int status;

    fflush(NULL);
    sigprocmask(SIG_BLOCK, &set, &before);
    prctl(PR_SET_CHILD_SUBREAPER, 1L);
    keeper = fork();
    if (keeper < 0)
        die("cannot make a process:");
    if (keeper == 0)
        be_the_keeper(trace, study, front);
    since = family_born(keeper);
    status = wait_for_keeper(trace, keeper, study->raw);
    if (status != 0)
        family_end(since); /* it cannot have done it all */
    if (!trace_is_sound(trace))
        die("the program has written over the harness's own memory, at %p: "
            "nothing can be told of this run", (void *)trace);
    if (WIFSIGNALED(status)) {
        set_ending(trace, ENDING_INTERRUPTED, WTERMSIG(status));
        complain("the keeper was killed by signal %d, and so nobody saw "
                 "how the program ended", WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 0) {
        exit(WEXITSTATUS(status));
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    return trace->ending == ENDING_INTERRUPTED ? (int)trace->ending_value
                                               : 0;
}
