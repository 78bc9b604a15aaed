/*
 * transfer.c - wrappers that move bytes: read, write, readv, writev,
 * pread, pwrite, recv, send.
 *
 * To read is to take and is recorded after; to write is to give and is
 * recorded before.  Each is first tried in a form that does not wait,
 * without touching the descriptor's flags, which others may share: the
 * kernel's RWF_NOWAIT; where it does not know that for pipes (before
 * 6.4), vmsplice for reading, and for writing another, non-blocking
 * description of the same pipe, opened for a moment; MSG_DONTWAIT for
 * sockets; poll for whatever else there is.
 *
 * A write that finds the pipe full waits for room first, so that it can
 * be recorded before it is made.  One that finds room for a part of
 * its bytes only is several WRITE events with waits between them.  On a
 * socket, where poll wants more room than a write does, the real call
 * waits and is recorded after.
 */
#define _GNU_SOURCE /* preadv2, vmsplice */
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "intercept/descriptor.h"
#include "intercept/handler.h"
#include "intercept/real.h"
#include "intercept/turn.h"
#include "intercept/text.h"

/* clang-format off */
REAL(ssize_t, read, (int, void *, size_t));
REAL(ssize_t, write, (int, const void *, size_t));
REAL(ssize_t, readv, (int, const struct iovec *, int));
REAL(ssize_t, writev, (int, const struct iovec *, int));
REAL(ssize_t, pread, (int, void *, size_t, off_t));
REAL(ssize_t, pwrite, (int, const void *, size_t, off_t));
REAL(ssize_t, recv, (int, void *, size_t, int));
REAL(ssize_t, send, (int, const void *, size_t, int));
/* clang-format on */

int __real_poll(struct pollfd *, nfds_t, int);
int __real_open(const char *, int, ...);
int __real_close(int);

/* One call. */
struct transfer {
    int file;
    const struct iovec *parts;
    int count;
    bool by_socket; /* recv or send, with these flags */
    int flags;
    uint64_t pc;
    struct descriptor about;
};

/* Its bytes; 0 if there are more parts than the kernel allows. */
static size_t size_of(const struct transfer *transfer)
{
    size_t size = 0;

    if (transfer->count > IOV_MAX)
        return 0;
    for (int i = 0; i < transfer->count; i++)
        size += transfer->parts[i].iov_len;
    return size;
}

static bool is_ready(int file, short events)
{
    struct pollfd one = {.fd = file, .events = events};

    return __real_poll(&one, 1, 0) != 0;
}

/* The time that a socket was told to wait at most, in milliseconds, or
 * -1 for ever. */
static int patience_of(const struct transfer *transfer, int option)
{
    struct timeval time = {0};
    socklen_t size = sizeof time;
    int error = errno;
    int result = -1;

    if (transfer->about.sort == DESCRIPTOR_SOCKET &&
        getsockopt(transfer->file, SOL_SOCKET, option, &time, &size) == 0 &&
        (time.tv_sec != 0 || time.tv_usec != 0))
        result = (int)(time.tv_sec * 1000 + time.tv_usec / 1000);
    errno = error;
    return result;
}

static void begin(const struct transfer *transfer, enum kind kind)
{
    int option = kind == KIND_READ ? SO_RCVTIMEO : SO_SNDTIMEO;
    unsigned timed =
        patience_of(transfer, option) >= 0 ? EVENT_TIMED : 0;

    wait_begin(kind, transfer->about.object, transfer->pc,
               descriptor_outside(&transfer->about) |
                   transfer->about.ends | timed);
}

/* May the call wait at all?  Keeps errno. */
static bool may_wait(const struct transfer *transfer)
{
    return (!transfer->by_socket ||
            (transfer->flags & MSG_DONTWAIT) == 0) &&
           !descriptor_never_waits(transfer->file);
}

/* ---- reading ---- */

static ssize_t really_read(const struct transfer *transfer)
{
    const struct iovec *part = transfer->parts;

    if (transfer->by_socket)
        return __real_recv(transfer->file, part->iov_base, part->iov_len,
                           transfer->flags);
    if (transfer->count == 1)
        return __real_read(transfer->file, part->iov_base, part->iov_len);
    return __real_readv(transfer->file, part, transfer->count);
}

/* To wait for all of the bytes cannot be tried: is all there? */
static ssize_t try_all(const struct transfer *transfer)
{
    int there = 0;

    if (is_ready(transfer->file, POLLRDHUP) ||
        (ioctl(transfer->file, FIONREAD, &there) == 0 &&
         (size_t)there >= size_of(transfer)))
        return really_read(transfer);
    errno = EAGAIN;
    return -1;
}

static ssize_t try_socket(const struct transfer *transfer)
{
    if ((transfer->flags & MSG_WAITALL) != 0 && may_wait(transfer))
        return try_all(transfer);
    return __real_recv(transfer->file, transfer->parts->iov_base,
                       transfer->parts->iov_len,
                       transfer->flags | MSG_DONTWAIT);
}

static ssize_t try_once(const struct transfer *transfer)
{
    size_t count = (size_t)transfer->count;
    ssize_t got;

    if (transfer->by_socket)
        return try_socket(transfer);
    got = preadv2(transfer->file, transfer->parts, transfer->count, -1,
                  RWF_NOWAIT);
    if (got < 0 && errno == EOPNOTSUPP &&
        transfer->about.sort == DESCRIPTOR_PIPE)
        got = vmsplice(transfer->file, transfer->parts, count,
                       SPLICE_F_NONBLOCK);
    if (got >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS))
        return got;
    if (is_ready(transfer->file, POLLIN))
        return really_read(transfer);
    errno = EAGAIN;
    return -1;
}

/* Fails with EAGAIN where the real read would wait. */
static ssize_t try_read(const struct transfer *transfer)
{
    ssize_t got;

    if (transfer->about.object == 0 ||
        transfer->about.sort == DESCRIPTOR_FILE ||
        size_of(transfer) == 0)
        return really_read(transfer);
    do
        got = try_once(transfer);
    while (got < 0 && errno == EINTR);
    return got;
}

static void note_read(const struct transfer *transfer, ssize_t got,
                      unsigned flags)
{
    const struct iovec *part = transfer->parts;
    int error = got < 0 ? errno : 0;
    size_t length = 0;
    uint32_t event;

    flags |= transfer->about.ends;
    if (transfer->by_socket && transfer->flags & MSG_PEEK) {
        record_call(KIND_POLL, transfer->about.object, got > 0,
                    transfer->pc, error, flags);
        return;
    }
    if (got > 0 && transfer->count > 0)
        length = text_of_data(part->iov_base, (size_t)got < part->iov_len
                                                  ? (size_t)got
                                                  : part->iov_len);
    event = record_text(KIND_READ, transfer->about.object, got,
                        transfer->pc, flags,
                        length > 0 ? part->iov_base : "", length);
    record_result(event, got < 0 ? 0 : got, error);
}

static uint64_t deadline_of(const struct transfer *transfer, int option)
{
    int patience = patience_of(transfer, option);

    return patience < 0 ? GATE_NEVER
                        : gate->now() + (uint64_t)patience * 1000000;
}

/* By turns: whenever somebody has touched the other end. */
static ssize_t read_by_turns(const struct transfer *transfer,
                             unsigned *waited)
{
    unsigned flags =
        descriptor_outside(&transfer->about) | transfer->about.ends;
    uint64_t deadline = deadline_of(transfer, SO_RCVTIMEO);
    ssize_t got = -1;

    if (!may_wait(transfer)) {
        looked();
        return -1;
    }
    while (got < 0 && errno == EAGAIN)
        switch (turn_wait(KIND_READ, transfer->about.object, transfer->pc,
                          flags, deadline, waited)) {
        case GATE_REALLY:
            return really_read(transfer);
        case GATE_TIMEOUT:
            return try_read(transfer);
        case GATE_SIGNAL:
            if (!handler_restarts()) {
                errno = EINTR;
                return -1;
            }
            /* fall through */
        default:
            got = try_read(transfer);
        }
    return got;
}

static ssize_t take(struct transfer *transfer)
{
    int before = errno; /* a try in vain must not be seen in it */
    unsigned waited = 0;
    ssize_t got;

    transfer->about = descriptor_of(transfer->file);
    ask(KIND_READ, transfer->about.object, transfer->pc);
    got = try_read(transfer);
    if (got < 0 && errno == EAGAIN && is_controlled()) {
        got = read_by_turns(transfer, &waited);
    } else if (got < 0 && errno == EAGAIN && may_wait(transfer)) {
        begin(transfer, KIND_READ);
        got = really_read(transfer);
        wait_end();
        waited = EVENT_WAITED;
    }
    touched(transfer->about.object);
    note_read(transfer, got, waited);
    if (got >= 0)
        errno = before;
    return got;
}

ssize_t __wrap_read(int file, void *buffer, size_t size)
{
    struct iovec part = {.iov_base = buffer, .iov_len = size};
    struct transfer transfer = {
        .file = file, .parts = &part, .count = 1, .pc = HERE};

    return is_actor() ? take(&transfer) : __real_read(file, buffer, size);
}

ssize_t __wrap_readv(int file, const struct iovec *parts, int count)
{
    struct transfer transfer = {
        .file = file, .parts = parts, .count = count, .pc = HERE};

    return is_actor() ? take(&transfer) : __real_readv(file, parts, count);
}

ssize_t __wrap_recv(int file, void *buffer, size_t size, int flags)
{
    struct iovec part = {.iov_base = buffer, .iov_len = size};
    struct transfer transfer = {.file = file,
                                .parts = &part,
                                .count = 1,
                                .by_socket = true,
                                .flags = flags,
                                .pc = HERE};

    return is_actor() ? take(&transfer)
                      : __real_recv(file, buffer, size, flags);
}

ssize_t __wrap_pread(int file, void *buffer, size_t size, off_t offset)
{
    struct iovec part = {.iov_base = buffer, .iov_len = size};
    struct transfer transfer = {
        .file = file, .parts = &part, .count = 1, .pc = HERE};
    ssize_t got;

    if (!is_actor())
        return __real_pread(file, buffer, size, offset);
    transfer.about = descriptor_of(file);
    ask(KIND_READ, transfer.about.object, HERE);
    got = __real_pread(file, buffer, size, offset);
    note_read(&transfer, got, 0);
    return got;
}

/* ---- writing ---- */

static ssize_t really_write(const struct transfer *transfer)
{
    const struct iovec *part = transfer->parts;

    if (transfer->by_socket)
        return __real_send(transfer->file, part->iov_base, part->iov_len,
                           transfer->flags);
    if (transfer->count == 1)
        return __real_write(transfer->file, part->iov_base, part->iov_len);
    return __real_writev(transfer->file, part, transfer->count);
}

/* Another description of the same pipe has flags of its own. */
static ssize_t try_other_description(const struct transfer *transfer)
{
    char path[40];
    ssize_t done;
    int other, error;

    snprintf(path, sizeof path, "/proc/self/fd/%d", transfer->file);
    other = __real_open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    if (other < 0)
        return really_write(transfer);
    done = __real_writev(other, transfer->parts, transfer->count);
    error = errno;
    __real_close(other);
    errno = error;
    return done;
}

/* Fails with EAGAIN where the real write would wait; may do a part. */
static ssize_t try_write(const struct transfer *transfer)
{
    ssize_t done;

    if (transfer->about.sort != DESCRIPTOR_PIPE &&
        transfer->about.sort != DESCRIPTOR_SOCKET)
        return really_write(transfer);
    if (transfer->by_socket)
        return __real_send(transfer->file, transfer->parts->iov_base,
                           transfer->parts->iov_len,
                           transfer->flags | MSG_DONTWAIT);
    done = pwritev2(transfer->file, transfer->parts, transfer->count, -1,
                    RWF_NOWAIT);
    if (done >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS))
        return done;
    if (transfer->about.sort == DESCRIPTOR_PIPE)
        return try_other_description(transfer);
    return really_write(transfer);
}

static uint32_t note_write(const struct transfer *transfer, unsigned flags)
{
    const struct iovec *part = transfer->parts;
    size_t size = size_of(transfer);
    size_t length = 0;

    if (size > 0)
        length = text_of_data(part->iov_base, part->iov_len);
    return record_text(KIND_WRITE, transfer->about.object, (int64_t)size,
                       transfer->pc, transfer->about.ends | flags,
                       length > 0 ? part->iov_base : "", length);
}

/* What goes to people. */
static uint32_t note_words(const struct transfer *transfer)
{
    const struct iovec *part = transfer->parts;

    if (size_of(transfer) == 0)
        return TRACE_NONE;
    return text_say(transfer->file, part->iov_base, part->iov_len,
                    size_of(transfer), transfer->pc);
}

/* It could not be done: what stands there as done is a wait instead. */
static void turn_into_wait(const struct transfer *transfer,
                           uint32_t event)
{
    unsigned flags =
        descriptor_outside(&transfer->about) | transfer->about.ends;
    int error = errno;

    if (patience_of(transfer, SO_SNDTIMEO) >= 0)
        flags |= EVENT_TIMED;
    if (event != TRACE_NONE) {
        struct event *wait = trace_event(self.trace, event);

        wait->value = KIND_WRITE;
        wait->text = 0;
        wait->flags = (uint16_t)flags;
        atomic_store(&wait->kind, KIND_WAIT);
    }
    state_waiting(event, flags);
    errno = error;
}

/* The call again, from the byte on that it has come to. */
static struct transfer rest_of(const struct transfer *transfer,
                               size_t done, struct iovec *part)
{
    struct transfer rest = *transfer;

    for (; done >= rest.parts->iov_len && rest.count > 1; rest.count--)
        done -= rest.parts++->iov_len;
    part->iov_base = (char *)rest.parts->iov_base + done;
    part->iov_len = rest.parts->iov_len - done;
    rest.parts = part;
    rest.count = 1;
    return rest;
}

/* A socket is full: the real call waits. */
static ssize_t write_waiting(const struct transfer *transfer,
                             uint32_t event)
{
    ssize_t done;

    turn_into_wait(transfer, event);
    done = really_write(transfer);
    wait_end();
    event = note_write(transfer, EVENT_WAITED);
    record_result(event, done < 0 ? 0 : done, done < 0 ? errno : 0);
    return done;
}

static bool wait_for_room(const struct transfer *transfer, uint32_t event)
{
    int result;

    turn_into_wait(transfer, event);
    if (is_controlled()) {
        result = gate->block(KIND_WRITE, transfer->about.object,
                             transfer->pc,
                             deadline_of(transfer, SO_SNDTIMEO),
                             descriptor_outside(&transfer->about) != 0);
        wait_end();
        return result != GATE_SIGNAL || handler_restarts();
    }
    result = descriptor_wait_for_room(transfer->file);
    wait_end();
    return result >= 0;
}

/*
 * One try, and the wait after it if it was in vain.  Sets *waited then;
 * *last if the call has come to its end.
 */
static ssize_t write_some(const struct transfer *transfer,
                          unsigned *waited, bool *last)
{
    uint32_t event = note_write(transfer, *waited);
    ssize_t done;

    do
        done = try_write(transfer);
    while (done < 0 && errno == EINTR);
    if (done < 0 && errno == EAGAIN && may_wait(transfer)) {
        *waited = EVENT_WAITED;
        if (transfer->about.sort == DESCRIPTOR_SOCKET && !is_controlled())
            return *last = true, write_waiting(transfer, event);
        if (wait_for_room(transfer, event))
            return 0;
        event = note_write(transfer, *waited);
    }
    record_result(event, done < 0 ? 0 : done, done < 0 ? errno : 0);
    touched(transfer->about.object);
    *last = done < 0 || !may_wait(transfer);
    return done;
}

/* To a pipe or socket, in as many parts as it takes. */
static ssize_t write_all(const struct transfer *transfer)
{
    int before = errno;
    size_t size = size_of(transfer), total = 0;
    unsigned waited = 0;
    bool last = false;
    struct iovec part;
    ssize_t done;

    do {
        struct transfer rest =
            total == 0 ? *transfer : rest_of(transfer, total, &part);

        done = write_some(&rest, &waited, &last);
        total += done > 0 ? (size_t)done : 0;
    } while (!last && total < size);
    if (total > 0 || done >= 0)
        errno = before;
    return total > 0 ? (ssize_t)total : done;
}

static ssize_t give(struct transfer *transfer)
{
    enum descriptor_sort sort;
    uint32_t event;
    ssize_t done;

    transfer->about = descriptor_of(transfer->file);
    ask(KIND_WRITE, transfer->about.object, transfer->pc);
    sort = transfer->about.sort;
    if (!transfer->about.speaks && transfer->about.object != 0 &&
        (sort == DESCRIPTOR_PIPE || sort == DESCRIPTOR_SOCKET))
        return write_all(transfer);
    event = transfer->about.speaks ? note_words(transfer)
                                   : note_write(transfer, 0);
    done = really_write(transfer);
    if (!transfer->about.speaks || done < 0)
        record_result(event, done < 0 ? 0 : done, done < 0 ? errno : 0);
    return done;
}

ssize_t __wrap_write(int file, const void *buffer, size_t size)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)buffer,
                         .iov_len = size};
    struct transfer transfer = {
        .file = file, .parts = &part, .count = 1, .pc = HERE};

    return is_actor() ? give(&transfer) : __real_write(file, buffer, size);
}

ssize_t __wrap_writev(int file, const struct iovec *parts, int count)
{
    struct transfer transfer = {
        .file = file, .parts = parts, .count = count, .pc = HERE};

    return is_actor() ? give(&transfer)
                      : __real_writev(file, parts, count);
}

ssize_t __wrap_send(int file, const void *buffer, size_t size, int flags)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)buffer,
                         .iov_len = size};
    struct transfer transfer = {.file = file,
                                .parts = &part,
                                .count = 1,
                                .by_socket = true,
                                .flags = flags,
                                .pc = HERE};

    return is_actor() ? give(&transfer)
                      : __real_send(file, buffer, size, flags);
}

ssize_t __wrap_pwrite(int file, const void *buffer, size_t size,
                      off_t offset)
{
    struct iovec part = {.iov_base = (void *)(uintptr_t)buffer,
                         .iov_len = size};
    struct transfer transfer = {
        .file = file, .parts = &part, .count = 1, .pc = HERE};
    uint32_t event;
    ssize_t done;

    if (!is_actor())
        return __real_pwrite(file, buffer, size, offset);
    transfer.about = descriptor_of(file);
    ask(KIND_WRITE, transfer.about.object, HERE);
    event = note_write(&transfer, 0);
    done = __real_pwrite(file, buffer, size, offset);
    record_result(event, done < 0 ? 0 : done, done < 0 ? errno : 0);
    return done;
}
