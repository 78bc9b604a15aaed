/*
 * stuck.c - see stuck.h.
 *
 * Why this is a proof, and needs no pause "to be sure":
 *
 * A wrapper writes into the actors' table that its actor waits, and for
 * what: ACTOR_WAITING says that only another actor can end the wait (not
 * time, nobody outside).  That alone proves nothing, since an actor that
 * was just let go has not yet had the time to say so.  So the kernel is
 * asked.  In /proc/PID/task/TID/status it gives each thread's state and
 * how often the thread has left a processor.  All threads are looked at
 * twice.  Each must be an actor that waits, be asleep in both looks, and
 * must not have left a processor between them, so it cannot have run in
 * between either.  Then there is a moment, after the first look has
 * ended and before the second has begun, when all of them were asleep at
 * once; each can be woken only by another one of them; so none ever
 * will.
 *
 * The dead: a child that ends wakes its waiting parent, and may be seen
 * as dead before its parent is seen awake.  The kernel does both under
 * one lock that wait() takes as well; so between the two looks the
 * keeper calls waitid(), and a parent to be woken is awake in the second.
 *
 * Whoever handles a signal that a timer or a descriptor sends might be
 * woken by it: about such a program nothing is claimed, nor if there is
 * a thread that is no actor.
 */
#define _GNU_SOURCE
#include "run/stuck.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct look {
    uint64_t events;
    uint64_t threads;
    uint64_t marks; /* of all threads and their switches */
};

struct thread {
    char state;
    uint64_t switches;
    uint64_t handled; /* signals that have a handler, a bit each */
};

bool stuck_seems(const struct trace *trace)
{
    uint32_t count = trace_actor_count(trace), waiting = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t state = atomic_load(&trace_actor(trace, i)->state);

        if (state != ACTOR_WAITING && state != ACTOR_ENDED)
            return false;
        waiting += state == ACTOR_WAITING;
    }
    return waiting > 0;
}

static uint64_t number_after(const char *text, const char *label, int base)
{
    const char *at = strstr(text, label);

    return at == NULL ? 0 : strtoull(at + strlen(label), NULL, base);
}

static bool read_thread(pid_t pid, pid_t tid, struct thread *thread)
{
    char path[64], text[4096];
    const char *state;
    ssize_t length;
    int file;

    snprintf(path, sizeof path, "/proc/%d/task/%d/status", (int)pid,
             (int)tid);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    length = read(file, text, sizeof text - 1);
    close(file);
    text[length > 0 ? length : 0] = '\0';
    state = strstr(text, "\nState:\t");
    if (state == NULL || strstr(text, "\nvoluntary_ctxt") == NULL)
        return false;
    thread->state = state[8];
    thread->switches =
        number_after(text, "\nvoluntary_ctxt_switches:", 10) +
        number_after(text, "\nnonvoluntary_ctxt_switches:", 10);
    thread->handled = number_after(text, "\nSigCgt:", 16);
    return true;
}

/* Signals that come of themselves some time after they were asked for. */
static bool may_be_signalled(const struct thread *thread)
{
    static const int sent_by_time[] = {SIGALRM, SIGVTALRM, SIGPROF, SIGIO};
    uint64_t mask = 0;

    for (size_t i = 0; i < sizeof sent_by_time / sizeof *sent_by_time; i++)
        mask |= UINT64_C(1) << (sent_by_time[i] - 1);
    for (int real_time = SIGRTMIN; real_time <= SIGRTMAX; real_time++)
        mask |= UINT64_C(1) << (real_time - 1);
    return (thread->handled & mask) != 0;
}

static bool is_waiting_actor(const struct trace *trace, pid_t pid,
                             pid_t tid)
{
    for (uint32_t i = trace_actor_count(trace); i-- > 0;) {
        const struct actor *actor = trace_actor(trace, i);

        if (actor->pid == pid && actor->tid == tid)
            return atomic_load(&actor->state) == ACTOR_WAITING;
    }
    return false;
}

/* Returns whether a thread is asleep for good, as far as one look goes. */
static bool look_at_thread(const struct trace *trace, pid_t pid, pid_t tid,
                           struct look *look)
{
    struct thread thread;

    if (!read_thread(pid, tid, &thread))
        return false;
    if (thread.state == 'Z' || thread.state == 'X')
        return true;
    if (thread.state != 'S' || may_be_signalled(&thread) ||
        !is_waiting_actor(trace, pid, tid))
        return false;
    look->threads++;
    look->marks = (look->marks ^ (uint64_t)tid) * UINT64_C(1099511628211);
    look->marks = (look->marks ^ thread.switches) *
                  UINT64_C(1099511628211);
    return true;
}

static bool look_at_process(const struct trace *trace, pid_t pid,
                            struct look *look)
{
    char path[64];
    struct dirent *entry;
    bool asleep = true;
    DIR *tasks;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    tasks = opendir(path);
    if (tasks == NULL)
        return false;
    while (asleep && (entry = readdir(tasks)) != NULL)
        if (isdigit((unsigned char)entry->d_name[0]))
            asleep = look_at_thread(trace, pid, (pid_t)atoi(entry->d_name),
                                    look);
    closedir(tasks);
    return asleep;
}

static bool look_at_all(const struct trace *trace, struct look *look)
{
    struct family family = {0};
    bool asleep = true;

    memset(look, 0, sizeof *look);
    look->events = atomic_load(&trace->event_head);
    family_scan(&family, getpid(), 0);
    for (size_t i = 0; asleep && i < family.count; i++)
        if (!member_is_dead(family.members + i))
            asleep = look_at_process(trace, family.members[i].pid, look);
    family_free(&family);
    return asleep && look->threads > 0;
}

bool stuck_is_certain(const struct trace *trace)
{
    struct look first, second;
    siginfo_t about;

    if (!look_at_all(trace, &first))
        return false;
    waitid(P_ALL, 0, &about, WEXITED | WNOHANG | WNOWAIT);
    return look_at_all(trace, &second) && first.events == second.events &&
           first.threads == second.threads && first.marks == second.marks;
}
