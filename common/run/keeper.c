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
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "intercept/intercept.h"
#include "run/family.h"
#include "run/progress.h"
#include "run/stuck.h"
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

/* As a program finds the world that a shell starts on a terminal. */
static void restore_defaults(const struct study *study)
{
    const struct rlimit no_core = {0, 0};
    sigset_t none;

    setpgid(0, 0);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    setlocale(LC_ALL, "C");
    setrlimit(RLIMIT_CORE, &no_core); /* it would be left behind */
    if (!study->raw) {
        int nowhere = open("/dev/null", O_WRONLY);

        if (nowhere < 0)
            die("cannot open /dev/null:");
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
        if (nowhere > STDERR_FILENO)
            close(nowhere);
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void be_the_program(struct trace *trace,
                                     const struct study *study)
{
    restore_defaults(study);
    intercept_variant(study->variant->name);
    intercept_start(trace);
    exit(study->variant->main(study->argc, study->argv));
}

static void set_ending(struct trace *trace, enum ending ending,
                       int64_t value)
{
    trace->ending_value = value;
    trace->ending = ending;
}

static void note_death(struct keeper *keeper, pid_t pid, int status)
{
    bool killed = WIFSIGNALED(status);

    if (killed)
        intercept_killed(keeper->trace,
                         intercept_process_of(keeper->trace, pid),
                         WTERMSIG(status));
    if (pid == keeper->first)
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

static void watch(struct keeper *keeper, uint64_t timeout)
{
    struct trace *trace = keeper->trace;

    while (trace->ending == ENDING_NONE) {
        int number = next_signal(POLL);

        trace_prepare(trace);
        reap(keeper);
        if (trace->ending != ENDING_NONE)
            break;
        if (number != 0 && number != SIGCHLD)
            set_ending(trace, ENDING_INTERRUPTED, number);
        else if (is_stuck(keeper))
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

_Noreturn static void be_the_keeper(struct trace *trace,
                                    const struct study *study, pid_t front)
{
    struct keeper keeper = {.trace = trace};

    setsid();
    prctl(PR_SET_CHILD_SUBREAPER, 1L);
    prctl(PR_SET_PDEATHSIG, (long)SIGTERM);
    if (getppid() != front)
        _exit(1); /* it died before it could be watched */
    if (study->timeout > 0)
        keeper.deadline = trace_nanoseconds() + study->timeout;
    keeper.first = fork();
    if (keeper.first < 0)
        die("cannot make a process:");
    if (keeper.first == 0)
        be_the_program(trace, study);
    watch(&keeper, study->timeout);
    if (trace->ending == ENDING_EXIT || trace->ending == ENDING_SIGNAL)
        linger(&keeper);
    end_everybody(&keeper);
    _exit(0);
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
