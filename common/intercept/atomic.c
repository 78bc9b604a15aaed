/*
 * atomic.c - atomic operations, made here for the program.
 *
 * The compiler (-fsanitize=thread) turns each C11 atomic operation into
 * a call.  The operation is made with sequential consistency, whatever
 * order the program asked for: that is one of the orders it allows.
 * A read is recorded after it was made and a write before, as in
 * record.h; a change is recorded after it.
 */
#include <string.h>

#include "intercept/gate.h"
#include "intercept/record.h"

static bool reachable(const volatile void *address)
{
    return is_actor() &&
           (process_has_threads || object_is_shared(address));
}

static void note(enum kind kind, const volatile void *address,
                 int64_t value, uint32_t size, uint64_t pc)
{
    if (reachable(address))
        record_access(kind, object_of(address), value, pc, size,
                      EVENT_VALUE);
}

static void ask(enum kind kind, const volatile void *address, uint64_t pc)
{
    if (gate != NULL && reachable(address))
        gate->step(kind, object_of(address), pc);
}

#define SEQ __ATOMIC_SEQ_CST

#define ATOMIC_CHANGE(bits, name, operation)                              \
    int##bits##_t __tsan_atomic##bits##_##name(                           \
        volatile int##bits##_t *at, int##bits##_t value, int order);      \
    int##bits##_t __tsan_atomic##bits##_##name(                           \
        volatile int##bits##_t *at, int##bits##_t value, int order)       \
    {                                                                     \
        int##bits##_t old;                                                \
        (void)order;                                                      \
        ask(KIND_ATOMIC_CHANGE, at, HERE);                                \
        old = operation(at, value, SEQ);                                  \
        note(KIND_ATOMIC_CHANGE, at, *at, bits / 8, HERE);                \
        return old;                                                       \
    }

#define ATOMIC_COMPARE(bits, name)                                        \
    int __tsan_atomic##bits##_compare_exchange_##name(                    \
        volatile int##bits##_t *at, int##bits##_t *expected,              \
        int##bits##_t value, int order, int fail_order);                  \
    int __tsan_atomic##bits##_compare_exchange_##name(                    \
        volatile int##bits##_t *at, int##bits##_t *expected,              \
        int##bits##_t value, int order, int fail_order)                   \
    {                                                                     \
        int done;                                                         \
        (void)order;                                                      \
        (void)fail_order;                                                 \
        ask(KIND_ATOMIC_CHANGE, at, HERE);                                \
        done = __atomic_compare_exchange_n(at, expected, value, false,    \
                                           SEQ, SEQ);                     \
        if (!done && gate != NULL && reachable(at))                       \
            gate->idle();                                                 \
        note(done ? KIND_ATOMIC_CHANGE : KIND_ATOMIC_LOAD, at,            \
             done ? value : *expected, bits / 8, HERE);                   \
        return done;                                                      \
    }

#define ATOMIC(bits)                                                      \
    int##bits##_t __tsan_atomic##bits##_load(                             \
        const volatile int##bits##_t *at, int order);                     \
    int##bits##_t __tsan_atomic##bits##_load(                             \
        const volatile int##bits##_t *at, int order)                      \
    {                                                                     \
        int##bits##_t value;                                              \
        (void)order;                                                      \
        ask(KIND_ATOMIC_LOAD, at, HERE);                                  \
        value = __atomic_load_n(at, SEQ);                                 \
        note(KIND_ATOMIC_LOAD, at, value, bits / 8, HERE);                \
        return value;                                                     \
    }                                                                     \
    void __tsan_atomic##bits##_store(volatile int##bits##_t *at,          \
                                     int##bits##_t value, int order);     \
    void __tsan_atomic##bits##_store(volatile int##bits##_t *at,          \
                                     int##bits##_t value, int order)      \
    {                                                                     \
        (void)order;                                                      \
        ask(KIND_ATOMIC_STORE, at, HERE);                                 \
        note(KIND_ATOMIC_STORE, at, value, bits / 8, HERE);               \
        __atomic_store_n(at, value, SEQ);                                 \
    }                                                                     \
    ATOMIC_CHANGE(bits, exchange, __atomic_exchange_n)                    \
    ATOMIC_CHANGE(bits, fetch_add, __atomic_fetch_add)                    \
    ATOMIC_CHANGE(bits, fetch_sub, __atomic_fetch_sub)                    \
    ATOMIC_CHANGE(bits, fetch_and, __atomic_fetch_and)                    \
    ATOMIC_CHANGE(bits, fetch_or, __atomic_fetch_or)                      \
    ATOMIC_CHANGE(bits, fetch_xor, __atomic_fetch_xor)                    \
    ATOMIC_CHANGE(bits, fetch_nand, __atomic_fetch_nand)                  \
    ATOMIC_COMPARE(bits, strong)                                          \
    ATOMIC_COMPARE(bits, weak)

ATOMIC(8)
ATOMIC(16)
ATOMIC(32)
ATOMIC(64)

/* clang asks for the old value instead of whether it was exchanged. */
#define ATOMIC_COMPARE_VALUE(bits)                                        \
    int##bits##_t __tsan_atomic##bits##_compare_exchange_val(             \
        volatile int##bits##_t *at, int##bits##_t expected,               \
        int##bits##_t value, int order, int fail_order);                  \
    int##bits##_t __tsan_atomic##bits##_compare_exchange_val(             \
        volatile int##bits##_t *at, int##bits##_t expected,               \
        int##bits##_t value, int order, int fail_order)                   \
    {                                                                     \
        bool done;                                                        \
        (void)order;                                                      \
        (void)fail_order;                                                 \
        ask(KIND_ATOMIC_CHANGE, at, HERE);                                \
        done = __atomic_compare_exchange_n(at, &expected, value, false,   \
                                           SEQ, SEQ);                     \
        if (!done && gate != NULL && reachable(at))                       \
            gate->idle();                                                 \
        note(done ? KIND_ATOMIC_CHANGE : KIND_ATOMIC_LOAD, at,            \
             done ? value : expected, bits / 8, HERE);                    \
        return expected;                                                  \
    }

ATOMIC_COMPARE_VALUE(8)
ATOMIC_COMPARE_VALUE(16)
ATOMIC_COMPARE_VALUE(32)
ATOMIC_COMPARE_VALUE(64)

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_signal_fence(int order);

void __tsan_atomic_thread_fence(int order)
{
    (void)order;
    __atomic_thread_fence(SEQ);
}

void __tsan_atomic_signal_fence(int order)
{
    (void)order;
    __atomic_signal_fence(SEQ);
}
