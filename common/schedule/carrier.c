/*
 * carrier.c - the turn reaches another task of the kernel: a futex in
 * shared memory, so it is the same between threads and processes.
 */
#define _GNU_SOURCE /* syscall */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "schedule/table.h"

void carrier_pass(struct seat *to)
{
    atomic_store_explicit(&to->go, 1, memory_order_release);
    syscall(SYS_futex, &to->go, FUTEX_WAKE, 1, NULL, NULL, 0);
}

void carrier_wait(struct seat *seat)
{
    while (atomic_load_explicit(&seat->go, memory_order_acquire) == 0)
        syscall(SYS_futex, &seat->go, FUTEX_WAIT, 0, NULL, NULL, 0);
    atomic_store_explicit(&seat->go, 0, memory_order_relaxed);
}

/* A pidfd is readable once the process has closed all it had open. */
void carrier_departed(int pid)
{
    int file = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd wait = {.fd = file, .events = POLLIN};

    if (file < 0)
        return; /* it is gone, and somebody has reaped it */
    while (syscall(SYS_poll, &wait, 1UL, -1) < 0 && errno == EINTR)
        ;
    syscall(SYS_close, file);
}

/* A process keeps the number of its first thread as long as it lives;
 * the state of it is all that tells whether it has ended. */
static bool is_zombie(int pid)
{
    char path[32], text[128] = "";
    const char *state;
    long file;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    file = syscall(SYS_openat, (long)AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return true;
    syscall(SYS_read, file, text, sizeof text - 1);
    syscall(SYS_close, file);
    state = strrchr(text, ')');
    return state != NULL && state[1] == ' ' && state[2] == 'Z';
}

/* It has little left to do, and on one core it is next to run. */
void carrier_thread_departed(int pid, int tid)
{
    while (syscall(SYS_tgkill, (long)pid, (long)tid, 0L) == 0 &&
           !(pid == tid && is_zombie(pid)))
        syscall(SYS_sched_yield);
}
