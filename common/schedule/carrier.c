/*
 * carrier.c - the turn reaches another task of the kernel: a futex in
 * shared memory, so it is the same between threads and processes.
 */
#define _GNU_SOURCE /* syscall */
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
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

/* It has little left to do, and on one core it is next to run. */
void carrier_thread_departed(int pid, int tid)
{
    while (syscall(SYS_tgkill, (long)pid, (long)tid, 0L) == 0)
        syscall(SYS_sched_yield);
}
