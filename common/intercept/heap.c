/*
 * heap.c - wrappers of the calls after which memory may be gone.
 *
 * They are no events.  A write to memory is recorded before it is made,
 * and its value is read back at the actor's next event (memory.c): here
 * that must happen while the memory is still there.
 */
#define _GNU_SOURCE /* reallocarray, mremap */
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "intercept/real.h"
#include "intercept/record.h"

/* clang-format off */
REAL(void, free, (void *));
REAL(void *, realloc, (void *, size_t));
REAL(void *, reallocarray, (void *, size_t, size_t));
REAL(int, mprotect, (void *, size_t, int));
REAL(void *, mremap, (void *, size_t, size_t, int, ...));
/* clang-format on */

void __wrap_free(void *memory)
{
    record_flush();
    __real_free(memory);
}

void *__wrap_realloc(void *memory, size_t size)
{
    record_flush();
    return __real_realloc(memory, size);
}

void *__wrap_reallocarray(void *memory, size_t count, size_t size)
{
    record_flush();
    return __real_reallocarray(memory, count, size);
}

int __wrap_mprotect(void *memory, size_t length, int protection)
{
    record_flush();
    return __real_mprotect(memory, length, protection);
}

void *__wrap_mremap(void *memory, size_t before, size_t after, int flags,
                    ...)
{
    void *where = NULL;
    va_list rest;

    va_start(rest, flags);
    if (flags & MREMAP_FIXED)
        where = va_arg(rest, void *);
    va_end(rest);
    record_flush();
    return __real_mremap(memory, before, after, flags, where);
}
