/*
 * file_lock.c - wrappers of locks on files: flock, lockf, fcntl; and of
 * fcntl's F_DUPFD.  The rest of fcntl passes through.
 *
 * The object is the file.  A lock on a part of it is another object, so
 * that two who lock different parts are not taken for rivals; parts that
 * overlap without being equal are not told.
 */
#define _GNU_SOURCE /* F_OFD_SETLK */
#include "intercept/descriptor.h"
#include "intercept/real.h"
#include "intercept/turn.h"

/* clang-format off */
REAL(int, flock, (int, int));
REAL(int, lockf, (int, int, off_t));
REAL(int, fcntl, (int, int, ...));
/* clang-format on */

static uint64_t part_of(int file, int whence, off_t start, off_t length)
{
    uint64_t object = descriptor_of(file).object;
    uint64_t part;
    int error = errno;

    if (whence == SEEK_CUR)
        start += lseek(file, 0, SEEK_CUR);
    errno = error;
    if (object == 0 || (start == 0 && length == 0 && whence != SEEK_END))
        return object;
    part = (uint64_t)start * 1000003 + (uint64_t)length +
           (whence == SEEK_END);
    return object_key(OBJECT_FILE,
                      object ^ part * UINT64_C(0x9e3779b97f4a7c15) >> 4);
}

/* A lock was asked for: the event, and errno as if there had been no
 * try in vain before. */
static int finish(int result, int before, enum kind kind, uint64_t object,
                  uint64_t pc, unsigned flags)
{
    record_call(kind, object, 0, pc, result < 0 ? errno : 0, flags);
    if (result >= 0)
        errno = before;
    return result;
}

/* Did a try fail because somebody else has it? */
static bool is_taken(void)
{
    return errno == EAGAIN || errno == EACCES;
}

/* By turns: false if a signal was handled instead. */
static bool go_on(enum kind kind, uint64_t object, uint64_t pc,
                  unsigned *waited)
{
    if (turn_wait(kind, object, pc, 0, GATE_NEVER, waited) != GATE_SIGNAL)
        return true;
    errno = EINTR;
    return false;
}

/* ---- flock ---- */

static int unlock_flock(int file, int operation, uint64_t pc)
{
    uint64_t object = descriptor_of(file).object;
    uint32_t event;
    int result;

    ask(KIND_UNLOCK, object, pc);
    event = record(KIND_UNLOCK, object, 0, pc);
    result = __real_flock(file, operation);
    touched(object);
    record_result(event, 0, result < 0 ? errno : 0);
    return result;
}

int __wrap_flock(int file, int operation)
{
    enum kind kind = operation & LOCK_SH ? KIND_READ_LOCK : KIND_LOCK;
    unsigned flags = operation & LOCK_NB ? EVENT_TRY : 0;
    int result, before = errno;
    uint64_t object;

    if (!is_actor())
        return __real_flock(file, operation);
    if (operation & LOCK_UN)
        return unlock_flock(file, operation, HERE);
    object = descriptor_of(file).object;
    ask(kind, object, HERE);
    result = __real_flock(file, operation | LOCK_NB);
    if (flags == 0 && is_controlled()) {
        while (result < 0 && is_taken() &&
               go_on(kind, object, HERE, &flags))
            result = __real_flock(file, operation | LOCK_NB);
    } else if (result < 0 && errno == EWOULDBLOCK && flags == 0) {
        wait_begin(kind, object, HERE, 0);
        result = __real_flock(file, operation);
        wait_end();
        flags = EVENT_WAITED;
    }
    return finish(result, before, kind, object, HERE, flags);
}

/* ---- lockf ---- */

int __wrap_lockf(int file, int command, off_t length)
{
    unsigned flags = command == F_TLOCK ? EVENT_TRY : 0;
    int result, before = errno;
    uint32_t event;
    uint64_t object;

    if (!is_actor() || (command != F_LOCK && command != F_TLOCK &&
                        command != F_ULOCK))
        return __real_lockf(file, command, length);
    object = part_of(file, SEEK_CUR, 0, length);
    ask(command == F_ULOCK ? KIND_UNLOCK : KIND_LOCK, object, HERE);
    if (command == F_ULOCK) {
        event = record(KIND_UNLOCK, object, 0, HERE);
        result = __real_lockf(file, command, length);
        touched(object);
        record_result(event, 0, result < 0 ? errno : 0);
        return result;
    }
    result = __real_lockf(file, F_TLOCK, length);
    if (command == F_LOCK && is_controlled()) {
        while (result < 0 && is_taken() &&
               go_on(KIND_LOCK, object, HERE, &flags))
            result = __real_lockf(file, F_TLOCK, length);
    } else if (result < 0 && is_taken() && command == F_LOCK) {
        wait_begin(KIND_LOCK, object, HERE, 0);
        result = __real_lockf(file, command, length);
        wait_end();
        flags = EVENT_WAITED;
    }
    return finish(result, before, KIND_LOCK, object, HERE, flags);
}

/* ---- fcntl ---- */

static bool is_lock(int command)
{
    return command == F_SETLK || command == F_SETLKW ||
           command == F_OFD_SETLK || command == F_OFD_SETLKW;
}

/* Gives a lock back. */
static int give_part(int file, int command, struct flock *part,
                     uint64_t object, uint64_t pc)
{
    uint32_t event;
    int result;

    ask(KIND_UNLOCK, object, pc);
    event = record(KIND_UNLOCK, object, 0, pc);
    result = __real_fcntl(file, command, part);
    touched(object);
    record_result(event, 0, result < 0 ? errno : 0);
    return result;
}

static int take_part(int file, int command, struct flock *part,
                     uint64_t object, uint64_t pc)
{
    enum kind kind = part->l_type == F_RDLCK ? KIND_READ_LOCK : KIND_LOCK;
    int try = command == F_SETLKW       ? F_SETLK
              : command == F_OFD_SETLKW ? F_OFD_SETLK
                                        : command;
    unsigned flags = try == command ? EVENT_TRY : 0;
    int result, before = errno;

    ask(kind, object, pc);
    result = __real_fcntl(file, try, part);
    if (try != command && is_controlled()) {
        while (result < 0 && is_taken() && go_on(kind, object, pc, &flags))
            result = __real_fcntl(file, try, part);
    } else if (result < 0 && is_taken() && try != command) {
        wait_begin(kind, object, pc, 0);
        result = __real_fcntl(file, command, part);
        wait_end();
        flags = EVENT_WAITED;
    }
    return finish(result, before, kind, object, pc, flags);
}

static int lock_part(int file, int command, struct flock *part,
                     uint64_t pc)
{
    uint64_t object =
        part_of(file, part->l_whence, part->l_start, part->l_len);

    return part->l_type == F_UNLCK
               ? give_part(file, command, part, object, pc)
               : take_part(file, command, part, object, pc);
}

static int copy_above(int file, int command, void *argument, uint64_t pc)
{
    struct descriptor about = descriptor_of(file);
    int copy = __real_fcntl(file, command, argument);
    unsigned cloexec = command == F_DUPFD_CLOEXEC ? EVENT_CLOEXEC : 0;

    record_call(KIND_DUP, about.object, copy, pc, copy < 0 ? errno : 0,
                about.ends | cloexec);
    if (copy >= 0)
        descriptor_set(copy, about);
    return copy;
}

/* Whatever the last argument is, it has the size of a pointer at most. */
int __wrap_fcntl(int file, int command, ...)
{
    va_list arguments;
    void *argument;

    va_start(arguments, command);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    if (!is_actor())
        return __real_fcntl(file, command, argument);
    if (is_lock(command) && argument != NULL)
        return lock_part(file, command, argument, HERE);
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
        return copy_above(file, command, argument, HERE);
    return __real_fcntl(file, command, argument);
}
