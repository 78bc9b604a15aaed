/*
 * descriptor.c - see descriptor.h.
 *
 * A key is mixed from the file's device and inode, so that processes
 * agree on it without talking.  The kernel says that a descriptor is a
 * pipe, not who made it, and nothing at all of a socket's other end: for
 * these the trace is searched for the event of the making, backwards.
 * That happens once a descriptor, and only after an exec.
 */
#define _GNU_SOURCE /* tee, F_DUPFD_CLOEXEC */
#include "intercept/descriptor.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "intercept/real.h"
#include "intercept/record.h"

int __real_fcntl(int file, int command, ...);
int __real_pipe2(int ends[2], int flags);
int __real_close(int file);
int __real_poll(struct pollfd *list, nfds_t count, int timeout);

#define HIGH_NUMBER 900 /* out of the program's way */

#define DESCRIPTORS_MAX 1024 /* higher ones are looked up each time */

/* Threads share the table: `object` is written last and read first. */
struct entry {
    _Atomic uint64_t object;
    _Atomic uint32_t traits;
};

static struct entry table[DESCRIPTORS_MAX];

enum {
    TRAIT_SORT = 3,
    TRAIT_OURS = 4,
    TRAIT_SPEAKS_SHIFT = 3,
    TRAIT_ENDS_SHIFT = 8
};

static bool fits(int file)
{
    return file >= 0 && file < DESCRIPTORS_MAX;
}

void descriptor_set(int file, struct descriptor about)
{
    uint32_t traits = (uint32_t)about.sort |
                      (about.ours ? (uint32_t)TRAIT_OURS : 0) |
                      (uint32_t)about.speaks << TRAIT_SPEAKS_SHIFT |
                      about.ends << TRAIT_ENDS_SHIFT;

    if (!fits(file))
        return;
    atomic_store_explicit(&table[file].traits, traits,
                          memory_order_relaxed);
    atomic_store_explicit(&table[file].object, about.object,
                          memory_order_release);
}

void descriptor_forget(int file)
{
    if (fits(file))
        atomic_store(&table[file].object, 0);
}

static struct descriptor remembered(int file)
{
    struct descriptor about = {0};
    uint32_t traits;

    if (!fits(file))
        return about;
    about.object = atomic_load_explicit(&table[file].object,
                                        memory_order_acquire);
    traits = atomic_load_explicit(&table[file].traits,
                                  memory_order_relaxed);
    about.sort = (enum descriptor_sort)(traits & TRAIT_SORT);
    about.ours = (traits & TRAIT_OURS) != 0;
    about.speaks = traits >> TRAIT_SPEAKS_SHIFT & 3;
    about.ends = traits >> TRAIT_ENDS_SHIFT;
    return about;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    return ((a * 31 + b) * UINT64_C(0x9e3779b97f4a7c15)) >> 4;
}

/* What has no name of its own in the kernel is known by who met it
 * first, and where. */
static uint64_t key_of(const struct stat *about, int file)
{
    static _Atomic uint32_t met;

    if ((about->st_mode & S_IFMT) != 0)
        return object_key(OBJECT_FILE, mix(about->st_dev, about->st_ino));
    return object_key(OBJECT_FILE,
                      mix((uint64_t)self.process << 32 | (unsigned)file,
                          atomic_fetch_add(&met, 1)));
}

static enum descriptor_sort sort_of(mode_t mode)
{
    return S_ISREG(mode) || S_ISDIR(mode) || S_ISBLK(mode)
               ? DESCRIPTOR_FILE
           : S_ISFIFO(mode) ? DESCRIPTOR_PIPE
           : S_ISSOCK(mode) ? DESCRIPTOR_SOCKET
                            : DESCRIPTOR_OTHER;
}

/* The event of the making; sets *second for the second of a pair. */
static const struct event *maker_of(uint64_t key, bool *second)
{
    for (uint32_t i = trace_count(self.trace); i-- > 0;) {
        const struct event *event = trace_read(self.trace, i);
        enum kind kind = event == NULL ? KIND_NONE : event_kind(event);

        if ((kind != KIND_PIPE && kind != KIND_SOCKET_PAIR &&
             kind != KIND_OPEN) ||
            event->error != 0)
            continue;
        *second = kind == KIND_SOCKET_PAIR &&
                  strtoull(trace_text(self.trace, event->text), NULL,
                           16) == key;
        if (*second || event->object == key)
            return event;
    }
    return NULL;
}

static unsigned ends_of(int file)
{
    int mode = __real_fcntl(file, F_GETFL) & O_ACCMODE;

    return mode == O_RDONLY   ? EVENT_READ_END
           : mode == O_WRONLY ? EVENT_WRITE_END
                              : EVENT_READ_END | EVENT_WRITE_END;
}

/* A pipe, a socket, or one of the three that a program begins with. */
static void ask_trace(struct descriptor *about, int file)
{
    bool second = false;
    const struct event *maker = maker_of(about->object, &second);
    enum kind kind = maker == NULL ? KIND_NONE : event_kind(maker);

    about->ours = kind == KIND_PIPE || kind == KIND_SOCKET_PAIR;
    if (kind == KIND_SOCKET_PAIR) {
        about->object = maker->object;
        about->ends = second ? EVENT_WRITE_END : EVENT_READ_END;
    }
    if (maker == NULL &&
        (file == STDOUT_FILENO || file == STDERR_FILENO))
        about->speaks = file;
    if (maker == NULL && file == STDIN_FILENO)
        record_name(about->object, "stdin");
}

static struct descriptor ask_kernel(int file)
{
    struct descriptor about = {0};
    struct stat status;

    if (fstat(file, &status) < 0)
        return about;
    about.object = key_of(&status, file);
    about.sort = sort_of(status.st_mode);
    if (about.sort == DESCRIPTOR_PIPE)
        about.ends = ends_of(file);
    return about;
}

struct descriptor descriptor_of(int file)
{
    struct descriptor about = remembered(file);
    int error = errno;

    if (about.object != 0)
        return about;
    about = ask_kernel(file);
    if (about.sort == DESCRIPTOR_PIPE ||
        about.sort == DESCRIPTOR_SOCKET ||
        (about.object != 0 && file >= 0 && file <= STDERR_FILENO))
        ask_trace(&about, file);
    if (about.object != 0)
        descriptor_set(file, about);
    errno = error;
    return about;
}

struct descriptor descriptor_new(int file)
{
    int error = errno;
    struct descriptor about = ask_kernel(file);

    descriptor_set(file, about);
    errno = error;
    return about;
}

unsigned descriptor_cloexec(int file)
{
    int error = errno;
    int flags = __real_fcntl(file, F_GETFD);

    errno = error;
    return flags >= 0 && flags & FD_CLOEXEC ? EVENT_CLOEXEC : 0;
}

unsigned descriptor_outside(const struct descriptor *about)
{
    return about->ours ? 0 : EVENT_OUTSIDE;
}

bool descriptor_is_harness(int file)
{
    return file >= 0 && file == trace_descriptor();
}

bool descriptor_never_waits(int file)
{
    int error = errno;
    int flags = __real_fcntl(file, F_GETFL);

    errno = error;
    return flags >= 0 && flags & O_NONBLOCK;
}

/* An empty pipe that nobody writes to; -1 if there can be none. */
static int dry_pipe(void)
{
    int two[2], high;

    if (__real_pipe2(two, O_CLOEXEC) < 0)
        return -1;
    high = __real_fcntl(two[0], F_DUPFD_CLOEXEC, HIGH_NUMBER);
    __real_close(two[0]);
    __real_close(two[1]);
    return high;
}

/*
 * tee waits for it as write does, signals and
 * readers that go away included, but from a dry pipe it moves nothing.
 */
int descriptor_wait_for_room(int file)
{
    struct pollfd one = {.fd = file, .events = POLLOUT};
    int dry = dry_pipe();
    int error, result;

    if (dry < 0)
        return __real_poll(&one, 1, -1);
    result = (int)tee(dry, file, 1, 0);
    error = errno;
    __real_close(dry);
    errno = error;
    return result;
}
