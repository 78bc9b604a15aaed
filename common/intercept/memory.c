/*
 * memory.c - the compiler's side: accesses to memory, and functions.
 *
 * Code compiled with -fsanitize=thread calls __tsan_read4 and its kin
 * before each access, __tsan_func_entry and __tsan_func_exit around
 * each function, and __tsan_atomic32_load and its kin instead of each
 * atomic operation.  No sanitizer is linked: these are ours, and the
 * atomic ones make the operation themselves.
 *
 * Only memory that another actor can reach is worth an event: what is
 * mapped shared, and, once a process has had a second thread, anything.
 * Which of that two actors did in fact reach is for the reader of the
 * trace to see.
 */
#include <stdio.h>
#include <string.h>

#include "intercept/gate.h"
#include "intercept/record.h"

/*
 * Its own stack is taken for an actor's own, until a thread is given an
 * address in one.  Should another way have been found to share it, and
 * one spin on it, then every so often it is looked at all the same.
 */
static bool is_own(const volatile void *address)
{
    static _Thread_local unsigned passed;

    return !stacks_are_shared && actor_owns_stack(address) &&
           ++passed % 64 != 0;
}

/* Who prints looks at these, and what is merely printed is no step. */
static inline bool is_stream(const volatile void *address)
{
    return address == &stdout || address == &stderr || address == &stdin;
}

static inline bool can_be_shared(const volatile void *address)
{
    return is_actor() && !is_stream(address) &&
           (process_has_threads ? !is_own(address)
                                : object_is_shared(address));
}

static uint32_t on_access(enum kind kind, const volatile void *address,
                          uint32_t size, uint64_t pc, unsigned flags)
{
    uint64_t object = object_of(address);

    if (gate != NULL)
        gate->step(kind, object, pc);
    return record_access(kind, object, 0, pc, size, flags);
}

/*
 * What is read there.  The address is the program's and may be none: a
 * crash here is the program's too, and no matter for a sanitizer.
 */
__attribute__((no_sanitize("address", "undefined"))) static int64_t
peek(const volatile void *address, uint32_t size)
{
    const volatile uint8_t *from = address;
    union {
        int64_t number;
        uint8_t bytes[sizeof(int64_t)];
    } value = {0};

    if (size == 4)
        return *(const volatile int32_t *)address & 0xffffffff;
    if (size == 8)
        return *(const volatile int64_t *)address;
    for (uint32_t i = 0; i < size; i++)
        value.bytes[i] = from[i];
    return value.number;
}

static void on_read(const void *address, uint32_t size, uint64_t pc)
{
    bool fits = size <= sizeof(int64_t);
    uint32_t event;

    if (!can_be_shared(address))
        return;
    event = on_access(KIND_LOAD, address, size, pc, fits ? EVENT_VALUE : 0);
    if (fits && event != TRACE_NONE)
        trace_event(self.trace, event)->value = peek(address, size);
}

static void on_write(const void *address, uint32_t size, uint64_t pc)
{
    uint32_t event;

    if (!can_be_shared(address))
        return;
    event = on_access(KIND_STORE, address, size, pc, 0);
    if (size > sizeof(int64_t))
        return;
    self.store = event;
    self.store_address = (uint64_t)(uintptr_t)address;
    self.store_size = size;
}

/* No header declares the names that the compiler calls. */
#define ACCESS(name, what, size)              \
    void __tsan_##name(const void *address);  \
    void __tsan_##name(const void *address)   \
    {                                         \
        what(address, size, HERE);            \
    }

#define ACCESSES(size)                            \
    ACCESS(read##size, on_read, size)             \
    ACCESS(write##size, on_write, size)           \
    ACCESS(unaligned_read##size, on_read, size)   \
    ACCESS(unaligned_write##size, on_write, size) \
    ACCESS(volatile_read##size, on_read, size)    \
    ACCESS(volatile_write##size, on_write, size)  \
    ACCESS(unaligned_volatile_read##size, on_read, size)   \
    ACCESS(unaligned_volatile_write##size, on_write, size)

ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

void __tsan_read_range(const void *address, unsigned long size);
void __tsan_write_range(const void *address, unsigned long size);

void __tsan_read_range(const void *address, unsigned long size)
{
    on_read(address, size > 255 ? 255 : (uint32_t)size, HERE);
}

void __tsan_write_range(const void *address, unsigned long size)
{
    on_write(address, size > 255 ? 255 : (uint32_t)size, HERE);
}

/* clang has these done for it; the copy is an access of each end. */
void *__tsan_memcpy(void *to, const void *from, size_t size);
void *__tsan_memmove(void *to, const void *from, size_t size);
void *__tsan_memset(void *to, int byte, size_t size);

static uint32_t range(size_t size)
{
    return size > 255 ? 255 : (uint32_t)size;
}

void *__tsan_memcpy(void *to, const void *from, size_t size)
{
    on_read(from, range(size), HERE);
    on_write(to, range(size), HERE);
    return memcpy(to, from, size);
}

void *__tsan_memmove(void *to, const void *from, size_t size)
{
    on_read(from, range(size), HERE);
    on_write(to, range(size), HERE);
    return memmove(to, from, size);
}

void *__tsan_memset(void *to, int byte, size_t size)
{
    on_write(to, range(size), HERE);
    return memset(to, byte, size);
}

/*
 * Functions.  The caller's frame pointer is the entered function's own:
 * these files are compiled with frame pointers, and so is the program.
 */
void __tsan_init(void);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void);

void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller)
{
    uint64_t callee = HERE;
    uint64_t *frame = __builtin_frame_address(0);

    if (!is_actor())
        return;
    if (self.depth < FRAMES_MAX) {
        self.frames[self.depth].pc = callee;
        self.frames[self.depth].cfa = frame[0] + 16;
    }
    self.depth++;
    if (self.unnamed) {
        self.unnamed = false;
        atomic_store(&self.actor->start, callee);
    }
    record(KIND_ENTER, 0, (int64_t)callee, (uint64_t)(uintptr_t)caller);
}

void __tsan_func_exit(void)
{
    if (!is_actor())
        return;
    if (self.depth > 0)
        self.depth--;
    record(KIND_LEAVE, 0, (int64_t)HERE, 0);
}
