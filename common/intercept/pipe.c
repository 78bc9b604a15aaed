/*
 * pipe.c - wrappers that make, copy and close descriptors: pipe, pipe2,
 * socketpair, dup, dup2, dup3, close, close_range, closefrom.
 *
 * A pipe is named after the array it was made in.  To close is to give
 * (the reader's end of file comes of it), so it is recorded before; so
 * are dup2 and dup3, which may close what was there.  The descriptor
 * behind the trace is the harness's: closing it fails with EBADF, as if
 * it were not open, and dup2 onto it too, as if it were too high.
 */
#define _GNU_SOURCE /* pipe2, dup3 */
#include <string.h>
#include <sys/stat.h>

#include "intercept/descriptor.h"
#include "intercept/name.h"
#include "intercept/real.h"
#include "intercept/turn.h"

/* clang-format off */
REAL(int, pipe, (int[2]));
REAL(int, pipe2, (int[2], int));
REAL(int, socketpair, (int, int, int, int[2]));
REAL(int, dup, (int));
REAL(int, dup2, (int, int));
REAL(int, dup3, (int, int, int));
REAL(int, close, (int));
REAL(int, close_range, (unsigned, unsigned, int));
REAL(void, closefrom, (int));
/* clang-format on */

int __real_fcntl(int, int, ...);

/* CLOSE_RANGE_CLOEXEC, and CLOSE_RANGE_UNSHARE, which changes nothing
 * for a process of its own. */
#define CLOSE_RANGE_BY_EXEC (1 << 2)
#define DESCRIPTORS_MAX (1 << 20) /* looked at, where there is no limit */
#define CLOSE_RANGE_FLAGS (CLOSE_RANGE_BY_EXEC | 1 << 1)

static void name_by_array(uint64_t object, const int *ends)
{
    static const char first[] = "[0]";
    size_t cut = sizeof first - 1;
    struct name name;

    name_find((uint64_t)(uintptr_t)ends, &name);
    if (name.length > cut &&
        memcmp(name.text + name.length - cut, first, cut) == 0)
        name.length -= cut;
    if (name.length > 0)
        record_text(KIND_OBJECT_NAME, object, name.rank, 0, EVENT_ANEW,
                    name.text, name.length);
}

static int64_t both_of(const int *ends)
{
    return (int64_t)((uint64_t)(unsigned)ends[0] |
                     (uint64_t)(unsigned)ends[1] << 32);
}

static void note_pipe(const int *ends, int result, int flags, uint64_t pc)
{
    struct descriptor about = {0};
    int error = errno;

    if (result < 0) {
        record_call(KIND_PIPE, 0, 0, pc, error, 0);
        return;
    }
    about = descriptor_new(ends[0]);
    about.ours = true;
    about.ends = EVENT_READ_END;
    descriptor_set(ends[0], about);
    about.ends = EVENT_WRITE_END;
    descriptor_set(ends[1], about);
    name_by_array(about.object, ends);
    record_call(KIND_PIPE, about.object, both_of(ends), pc, 0,
                flags & O_CLOEXEC ? EVENT_CLOEXEC : 0);
    errno = error;
}

int __wrap_pipe(int ends[2])
{
    int result = __real_pipe(ends);

    if (is_actor())
        note_pipe(ends, result, 0, HERE);
    return result;
}

int __wrap_pipe2(int ends[2], int flags)
{
    int result = __real_pipe2(ends, flags);

    if (is_actor())
        note_pipe(ends, result, flags, HERE);
    return result;
}

/* The two sockets are known by the first one's key; the second's own is
 * kept as text, for who must find the pair after an exec. */
static void note_pair(const int *ends, unsigned flags, uint64_t pc)
{
    struct descriptor first = descriptor_new(ends[0]);
    struct descriptor second = descriptor_new(ends[1]);
    int error = errno;
    char own[24];
    int length = snprintf(own, sizeof own, "%llx",
                          (unsigned long long)second.object);

    first.ours = true;
    first.ends = EVENT_READ_END;
    descriptor_set(ends[0], first);
    second = first;
    second.ends = EVENT_WRITE_END;
    descriptor_set(ends[1], second);
    name_by_array(first.object, ends);
    record_text(KIND_SOCKET_PAIR, first.object, both_of(ends), pc, flags,
                own, (size_t)length);
    errno = error;
}

int __wrap_socketpair(int domain, int type, int protocol, int ends[2])
{
    int result = __real_socketpair(domain, type, protocol, ends);

    if (!is_actor())
        return result;
    if (result < 0)
        record_call(KIND_SOCKET_PAIR, 0, 0, HERE, errno, 0);
    else
        note_pair(ends, type & SOCK_CLOEXEC ? EVENT_CLOEXEC : 0, HERE);
    return result;
}

int __wrap_dup(int file)
{
    struct descriptor about;
    int copy = __real_dup(file);

    if (!is_actor())
        return copy;
    about = descriptor_of(file);
    record_call(KIND_DUP, about.object, copy, HERE, copy < 0 ? errno : 0,
                about.ends);
    if (copy >= 0)
        descriptor_set(copy, about);
    return copy;
}

/* Recorded before, since it may close the last end of a pipe. */
static uint32_t note_dup_onto(int file, int onto, unsigned flags,
                              uint64_t pc)
{
    struct descriptor about = descriptor_of(file);

    touched(descriptor_of(onto).object); /* blocked ones will see */
    return record_call(KIND_DUP, about.object, onto, pc, 0,
                       about.ends | flags);
}

static void finish_dup_onto(uint32_t event, int file, int onto, int result)
{
    record_result(event, onto, result < 0 ? errno : 0);
    if (result >= 0 && file != onto)
        descriptor_set(onto, descriptor_of(file));
}

int __wrap_dup2(int file, int onto)
{
    uint32_t event;
    int result;

    if (!is_actor())
        return __real_dup2(file, onto);
    ask(KIND_DUP, descriptor_of(onto).object, HERE);
    event = note_dup_onto(file, onto, 0, HERE);
    if (descriptor_is_harness(onto)) {
        errno = EBADF;
        result = -1;
    } else {
        result = __real_dup2(file, onto);
    }
    finish_dup_onto(event, file, onto, result);
    return result;
}

int __wrap_dup3(int file, int onto, int flags)
{
    uint32_t event;
    int result;

    if (!is_actor())
        return __real_dup3(file, onto, flags);
    ask(KIND_DUP, descriptor_of(onto).object, HERE);
    event = note_dup_onto(file, onto,
                          flags & O_CLOEXEC ? EVENT_CLOEXEC : 0, HERE);
    if (descriptor_is_harness(onto)) {
        errno = EBADF;
        result = -1;
    } else {
        result = __real_dup3(file, onto, flags);
    }
    finish_dup_onto(event, file, onto, result);
    return result;
}

static int close_file(int file, uint64_t pc)
{
    struct descriptor about;
    uint32_t event;
    int result;

    if (descriptor_is_harness(file)) {
        errno = EBADF;
        return -1;
    }
    about = descriptor_of(file);
    ask(KIND_CLOSE, about.object, pc);
    event = record_call(KIND_CLOSE, about.object, file, pc, 0,
                        about.ends);
    descriptor_forget(file);
    result = __real_close(file);
    record_result(event, file, result < 0 ? errno : 0);
    touched(about.object);
    return result;
}

int __wrap_close(int file)
{
    return is_actor() ? close_file(file, HERE) : __real_close(file);
}

/* Each that is open, or makes exec close it. */
static void close_each(unsigned first, unsigned last, bool by_exec,
                       uint64_t pc)
{
    long limit = sysconf(_SC_OPEN_MAX);
    int error = errno;

    if (limit <= 0 || limit > DESCRIPTORS_MAX)
        limit = DESCRIPTORS_MAX;
    if (last >= (unsigned long)limit)
        last = (unsigned)limit - 1;
    for (unsigned file = first; file <= last; file++) {
        if (__real_fcntl((int)file, F_GETFD) < 0 ||
            descriptor_is_harness((int)file))
            continue;
        if (by_exec)
            __real_fcntl((int)file, F_SETFD, FD_CLOEXEC);
        else if (is_actor())
            close_file((int)file, pc);
        else
            __real_close((int)file);
    }
    errno = error;
}

/* Older C libraries do not have these two, so there is no real call. */
int __wrap_close_range(unsigned first, unsigned last, int flags)
{
    if (first > last || (flags & ~CLOSE_RANGE_FLAGS) != 0) {
        errno = EINVAL;
        return -1;
    }
    close_each(first, last, flags & CLOSE_RANGE_BY_EXEC, HERE);
    return 0;
}

void __wrap_closefrom(int first)
{
    close_each(first < 0 ? 0 : (unsigned)first, UINT32_MAX, false, HERE);
}
