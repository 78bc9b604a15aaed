/*
 * watchdog.c - see watchdog.h.
 */
#define _GNU_SOURCE
#include "run/watchdog.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "schedule/schedule.h"

#define PATIENCE 100 /* looks */

/* The calls that a program is likely to sleep in; by their numbers, as
 * the kernel tells them. */
static const struct {
    long number;
    const char *name;
} calls[] = {
    {SYS_read, "read"},
    {SYS_write, "write"},
    {SYS_accept, "accept"},
    {SYS_accept4, "accept"},
    {SYS_connect, "connect"},
    {SYS_recvfrom, "recvfrom"},
    {SYS_recvmsg, "recvmsg"},
    {SYS_sendto, "sendto"},
    {SYS_sendmsg, "sendmsg"},
    {SYS_epoll_wait, "epoll_wait"},
    {SYS_epoll_pwait, "epoll_wait"},
    {SYS_futex, "futex"},
    {SYS_msgrcv, "msgrcv"},
    {SYS_msgsnd, "msgsnd"},
    {SYS_semop, "semop"},
    {SYS_semtimedop, "semtimedop"},
    {SYS_mq_timedreceive, "mq_receive"},
    {SYS_mq_timedsend, "mq_send"},
    {SYS_rt_sigtimedwait, "sigwait"},
    {SYS_pause, "pause"},
    {SYS_openat, "open"},
    {SYS_wait4, "wait4"},
    {SYS_waitid, "waitid"},
    {SYS_io_getevents, "io_getevents"},
    {SYS_nanosleep, "nanosleep"},
    {SYS_clock_nanosleep, "clock_nanosleep"},
};

static const char *name_of(long number)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i].number == number)
            return calls[i].name;
    return NULL;
}

/* The number of the call a thread sleeps in; -1 if it does not sleep. */
static long sleeping_in(int pid, int tid)
{
    char path[64], text[64] = "";
    long number = -1;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/task/%d/syscall", pid, tid);
    file = fopen(path, "r");
    if (file == NULL)
        return -1;
    if (fgets(text, sizeof text, file) == NULL ||
        sscanf(text, "%ld ", &number) != 1)
        number = -1; /* "running" */
    fclose(file);
    return number;
}

static void describe(struct trace *trace, long number)
{
    const char *name = name_of(number);
    char text[64];
    int length = name != NULL
                     ? snprintf(text, sizeof text, "%s", name)
                     : snprintf(text, sizeof text, "system call %ld", number);

    trace->ending_text = trace_add_text(trace, text, (size_t)length);
}

bool watchdog_barks(struct watchdog *watchdog, struct trace *trace)
{
    uint64_t steps = schedule_steps(trace), events = trace->event_head;
    const struct actor *holder = trace_actor(trace, schedule_holder(trace));
    long number;

    if (steps != watchdog->steps || events != watchdog->events) {
        *watchdog = (struct watchdog){.steps = steps, .events = events};
        return false;
    }
    if (++watchdog->quiet < PATIENCE || holder == NULL || holder->unseen)
        return false;
    watchdog->quiet = 0;
    number = sleeping_in(holder->pid, holder->tid);
    if (number < 0)
        return false;
    describe(trace, number);
    trace->ending_value = (int64_t)schedule_holder(trace);
    return true;
}
