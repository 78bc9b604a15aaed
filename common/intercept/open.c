/*
 * open.c - wrappers that open files: open, openat, creat, mkstemp,
 * shm_open, fopen, tmpfile, and fclose.
 *
 * A file is named after its path's last component.  Opening a named
 * pipe may wait for who opens its other end, and there is no form of it
 * that tries without doing it, so that is always shown as waiting.
 */
#define _GNU_SOURCE /* O_TMPFILE */
#include <string.h>
#include <sys/stat.h>

#include "intercept/descriptor.h"
#include "intercept/real.h"
#include "intercept/turn.h"

/* clang-format off */
REAL(int, open, (const char *, int, ...));
REAL(int, openat, (int, const char *, int, ...));
REAL(int, creat, (const char *, mode_t));
REAL(int, mkstemp, (char *));
REAL(int, shm_open, (const char *, int, mode_t));
REAL(FILE *, fopen, (const char *, const char *));
REAL(FILE *, tmpfile, (void));
REAL(int, fclose, (FILE *));
/* clang-format on */

/* The file of tmpfile: it goes by what the program calls it. */
static const char unnamed[] = "a temporary file";

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

/* Keeps errno. */
static void note_open(int file, const char *path, unsigned waited,
                      uint64_t pc)
{
    struct descriptor about = {0};
    unsigned flags = waited;
    int error = errno;
    uint32_t event;

    if (path == NULL)
        path = "";
    if (file >= 0) {
        about = descriptor_new(file);
        flags |= about.ends | descriptor_cloexec(file);
        if (path != unnamed)
            record_name(about.object, last_part(path));
    }
    event = record_text(KIND_OPEN, about.object, file, pc, flags, path,
                        strlen(path));
    record_result(event, file, file < 0 ? error : 0);
    errno = error;
}

/* May opening it wait?  Then the wait has begun. */
static unsigned open_waits(int folder, const char *path, int flags,
                           uint64_t pc)
{
    struct stat about;
    int error = errno;
    bool waits = (flags & (O_NONBLOCK | O_PATH)) == 0 &&
                 (flags & O_ACCMODE) != O_RDWR &&
                 fstatat(folder, path, &about, 0) == 0 &&
                 S_ISFIFO(about.st_mode);

    errno = error;
    if (waits)
        wait_begin(KIND_OPEN, 0, pc, EVENT_OUTSIDE);
    return waits ? EVENT_WAITED : 0;
}

static int open_file(int folder, const char *path, int flags, mode_t mode,
                     uint64_t pc)
{
    unsigned waited;
    int file;

    if (!is_actor())
        return __real_openat(folder, path, flags, mode);
    waited = open_waits(folder, path, flags, pc);
    file = __real_openat(folder, path, flags, mode);
    if (waited)
        wait_end();
    note_open(file, path, waited, pc);
    return file;
}

static bool has_mode(int flags)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
}

int __wrap_open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list arguments;

    va_start(arguments, flags);
    if (has_mode(flags))
        mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return open_file(AT_FDCWD, path, flags, mode, HERE);
}

int __wrap_openat(int folder, const char *path, int flags, ...)
{
    mode_t mode = 0;
    va_list arguments;

    va_start(arguments, flags);
    if (has_mode(flags))
        mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return open_file(folder, path, flags, mode, HERE);
}

int __wrap_creat(const char *path, mode_t mode)
{
    return open_file(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode,
                     HERE);
}

int __wrap_mkstemp(char *pattern)
{
    int file = __real_mkstemp(pattern);

    if (is_actor())
        note_open(file, pattern, 0, HERE);
    return file;
}

int __wrap_shm_open(const char *name, int flags, mode_t mode)
{
    int file = __real_shm_open(name, flags, mode);

    if (is_actor())
        note_open(file, name, 0, HERE);
    return file;
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
    unsigned waited = 0;
    FILE *file;

    if (!is_actor())
        return __real_fopen(path, mode);
    waited = open_waits(AT_FDCWD, path,
                        strchr(mode, '+') != NULL ? O_RDWR : O_RDONLY,
                        HERE);
    file = __real_fopen(path, mode);
    if (waited)
        wait_end();
    note_open(file == NULL ? -1 : fileno(file), path, waited, HERE);
    return file;
}

FILE *__wrap_tmpfile(void)
{
    FILE *file = __real_tmpfile();

    if (is_actor())
        note_open(file == NULL ? -1 : fileno(file), unnamed, 0, HERE);
    return file;
}

int __wrap_fclose(FILE *stream)
{
    struct descriptor about;
    uint32_t event;
    int file, result;

    if (!is_actor())
        return __real_fclose(stream);
    file = fileno(stream);
    if (file < 0) /* it is in memory */
        return __real_fclose(stream);
    about = descriptor_of(file);
    ask(KIND_CLOSE, about.object, HERE);
    event = record_call(KIND_CLOSE, about.object, file, HERE, 0,
                        about.ends);
    descriptor_forget(file);
    result = __real_fclose(stream);
    record_result(event, file, result < 0 ? errno : 0);
    touched(about.object);
    return result;
}
