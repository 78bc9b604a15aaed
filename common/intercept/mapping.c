/*
 * mapping.c - wrappers of mmap and munmap.
 *
 * Only shared mappings are events: through them actors meet.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS, MAP_TYPE */
#include "intercept/real.h"
#include "intercept/record.h"

/* clang-format off */
REAL(void *, mmap, (void *, size_t, int, int, int, off_t));
REAL(int, munmap, (void *, size_t));
/* clang-format on */

static bool is_shared(int flags)
{
    return (flags & MAP_TYPE) == MAP_SHARED ||
           (flags & MAP_TYPE) == MAP_SHARED_VALIDATE;
}

void *__wrap_mmap(void *where, size_t length, int protection, int flags,
                  int file, off_t offset)
{
    void *start =
        __real_mmap(where, length, protection, flags, file, offset);
    uint64_t object = 0;

    if (!is_actor() || !is_shared(flags))
        return start;
    if (start != MAP_FAILED)
        object = object_map(start, length,
                            flags & MAP_ANONYMOUS ? -1 : file, offset);
    record_call(KIND_MAP, object, (int64_t)length, HERE,
                start == MAP_FAILED ? errno : 0, 0);
    return start;
}

int __wrap_munmap(void *start, size_t length)
{
    uint32_t event = TRACE_NONE;
    uint64_t object;
    int result;

    if (!is_actor())
        return __real_munmap(start, length);
    record_flush();
    object = object_unmap(start, length);
    if (object != 0)
        event = record(KIND_UNMAP, object, (int64_t)length, HERE);
    result = __real_munmap(start, length);
    record_result(event, (int64_t)length, result < 0 ? errno : 0);
    return result;
}
