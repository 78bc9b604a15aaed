/*
 * semaphore.c - wrappers of sem_*.
 *
 * A named semaphore lies in a file that the C library maps, so it is
 * known by that file's memory, whichever process opened it and wherever
 * it was mapped; its name is the name of the semaphore.
 */
#define _GNU_SOURCE /* sem_clockwait, syscall */
#include "intercept/real.h"
#include "intercept/take.h"

#include <limits.h>
#include <string.h>
#include <sys/syscall.h>

/* clang-format off */
REAL(int, sem_init, (sem_t *, int, unsigned));
REAL(int, sem_destroy, (sem_t *));
REAL(sem_t *, sem_open, (const char *, int, ...));
REAL(int, sem_close, (sem_t *));
REAL(int, sem_unlink, (const char *));
REAL(int, sem_post, (sem_t *));
REAL(int, sem_wait, (sem_t *));
REAL(int, sem_trywait, (sem_t *));
REAL(int, sem_timedwait, (sem_t *, const struct timespec *));
REAL(int, sem_clockwait, (sem_t *, clockid_t, const struct timespec *));
REAL(int, sem_getvalue, (sem_t *, int *));
/* clang-format on */

/* The calls of this file return -1 and errno, those of take.h errno. */
static int error_of(int result)
{
    return result < 0 ? errno : 0;
}

static int result_of(int error)
{
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

static int wait_for(const struct take *take,
                    const struct timespec *deadline)
{
    if (deadline == NULL)
        return error_of(__real_sem_wait(take->what));
    if (take->deadline == NULL) /* sem_wait sees a cancellation at once */
        pthread_testcancel();
    return error_of(__real_sem_clockwait(take->what, take->clock,
                                         deadline));
}

int __wrap_sem_init(sem_t *semaphore, int shared, unsigned value)
{
    int result = __real_sem_init(semaphore, shared, value);

    note_made(KIND_SEMAPHORE_INIT, semaphore, value, HERE,
              error_of(result));
    return result;
}

int __wrap_sem_destroy(sem_t *semaphore)
{
    struct give give = give_begin(KIND_SEMAPHORE_DESTROY, semaphore, HERE);
    int result = __real_sem_destroy(semaphore);

    give_end(&give, error_of(result));
    return result;
}

int __wrap_sem_post(sem_t *semaphore)
{
    struct give give = give_begin(KIND_SEMAPHORE_POST, semaphore, HERE);
    int result = __real_sem_post(semaphore);

    give_end(&give, error_of(result));
    return result;
}

int __wrap_sem_wait(sem_t *semaphore)
{
    struct take call = {.kind = KIND_SEMAPHORE_WAIT,
                        .what = semaphore,
                        .call = wait_for,
                        .clock = CLOCK_REALTIME,
                        .pc = HERE};

    return is_actor() ? result_of(take(&call))
                      : __real_sem_wait(semaphore);
}

int __wrap_sem_trywait(sem_t *semaphore)
{
    int result;

    try_begin(KIND_SEMAPHORE_WAIT, semaphore, HERE);
    result = __real_sem_trywait(semaphore);
    note_tried(KIND_SEMAPHORE_WAIT, semaphore, HERE, error_of(result));
    return result;
}

int __wrap_sem_timedwait(sem_t *semaphore, const struct timespec *deadline)
{
    struct take call = {.kind = KIND_SEMAPHORE_WAIT,
                        .what = semaphore,
                        .call = wait_for,
                        .clock = CLOCK_REALTIME,
                        .deadline = deadline,
                        .pc = HERE};

    return is_actor() ? result_of(take(&call))
                      : __real_sem_timedwait(semaphore, deadline);
}

int __wrap_sem_clockwait(sem_t *semaphore, clockid_t clock,
                         const struct timespec *deadline)
{
    struct take call = {.kind = KIND_SEMAPHORE_WAIT,
                        .what = semaphore,
                        .call = wait_for,
                        .clock = clock,
                        .deadline = deadline,
                        .pc = HERE};

    return is_actor() ? result_of(take(&call))
                      : __real_sem_clockwait(semaphore, clock, deadline);
}

int __wrap_sem_getvalue(sem_t *semaphore, int *value)
{
    int kept = errno;
    int result;

    try_begin(KIND_SEMAPHORE_VALUE, semaphore, HERE);
    result = __real_sem_getvalue(semaphore, value);
    if (is_actor())
        record(KIND_SEMAPHORE_VALUE, object_of(semaphore), *value, HERE);
    looked();
    errno = kept;
    return result;
}

/* The file behind a name.  By the kernel's own calls: these are not the
 * program's.  Returns a descriptor or -1. */
static int open_file(const char *name)
{
    char path[NAME_MAX + 32] = "/dev/shm/sem.";

    name += strspn(name, "/");
    if (strlen(path) + strlen(name) >= sizeof path)
        return -1;
    strcat(path, name);
    return (int)syscall(SYS_openat, AT_FDCWD, path,
                        O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

static void close_file(int file)
{
    if (file >= 0)
        syscall(SYS_close, file);
}

/*
 * Opens it as the C library does, but says whether it was made here:
 * where somebody else makes or removes it between two of the steps,
 * they begin again.
 */
static sem_t *open_or_make(const char *name, int flags, mode_t mode,
                           unsigned value, bool *made)
{
    sem_t *found = SEM_FAILED;
    bool exclusive = (flags & O_CREAT) && (flags & O_EXCL);

    *made = false;
    for (;;) {
        if (!exclusive)
            found = __real_sem_open(name, flags & ~O_CREAT);
        if (found != SEM_FAILED ||
            (!exclusive && (!(flags & O_CREAT) || errno != ENOENT)))
            return found;
        found = __real_sem_open(name, flags | O_EXCL, mode, value);
        *made = found != SEM_FAILED;
        if (*made || exclusive || errno != EEXIST)
            return found;
    }
}

static void note_opened(sem_t *semaphore, const char *name, bool made,
                        unsigned value, uint64_t pc)
{
    int file = open_file(name);
    int seen = (int)value;
    uint64_t object;

    object_map(semaphore, sizeof *semaphore, file, 0);
    close_file(file);
    object = object_made(semaphore);
    record_name(object, name);
    if (!made)
        __real_sem_getvalue(semaphore, &seen);
    record(made ? KIND_SEMAPHORE_INIT : KIND_SEMAPHORE_OPEN, object, seen,
           pc);
}

static sem_t *open_named(const char *name, int flags, mode_t mode,
                         unsigned value, uint64_t pc)
{
    int kept = errno;
    bool made;
    sem_t *semaphore = open_or_make(name, flags, mode, value, &made);

    if (semaphore == SEM_FAILED) {
        kept = errno;
        record_call(KIND_SEMAPHORE_OPEN, 0, 0, pc, kept, 0);
    } else {
        note_opened(semaphore, name, made, value, pc);
    }
    errno = kept;
    return semaphore;
}

sem_t *__wrap_sem_open(const char *name, int flags, ...)
{
    mode_t mode = 0;
    unsigned value = 0;

    if (flags & O_CREAT) {
        va_list arguments;

        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        value = va_arg(arguments, unsigned);
        va_end(arguments);
    }
    return is_actor() ? open_named(name, flags, mode, value, HERE)
                      : __real_sem_open(name, flags, mode, value);
}

/* What was opened twice must be closed twice; object_map and unmap count
 * in the same way.  Forgotten first: once it is closed, another thread
 * may be given that address for something else. */
int __wrap_sem_close(sem_t *semaphore)
{
    struct give give = give_begin(KIND_SEMAPHORE_CLOSE, semaphore, HERE);
    int result;

    if (is_actor())
        object_unmap(semaphore, sizeof *semaphore);
    result = __real_sem_close(semaphore);
    give_end(&give, error_of(result));
    return result;
}

int __wrap_sem_unlink(const char *name)
{
    int file, result, kept = errno;
    uint64_t object;
    struct give give;

    if (!is_actor())
        return __real_sem_unlink(name);
    file = open_file(name);
    object = file < 0 ? 0 : object_in_file(file, 0);
    close_file(file);
    give = give_key_begin(KIND_SEMAPHORE_UNLINK, object, 0, HERE);
    errno = kept;
    result = __real_sem_unlink(name);
    give_end(&give, error_of(result));
    return result;
}
