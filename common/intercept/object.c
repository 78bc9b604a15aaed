/*
 * object.c - see object.h.
 *
 * Few programs map more than a handful of regions, so they are a plain
 * array, searched from the newest.  A name is looked up when a process
 * first meets an address: a small cache of keys, one slot a hash, says
 * which were met; being pushed out of it costs a second look-up and a
 * second, equal name in the trace, nothing more.  A name that came from
 * a function's local is looked up again when that function has ended:
 * what new_office() calls `new`, the program may call `office`.
 */
#define _GNU_SOURCE
#include "intercept/object.h"

#include <sys/stat.h>

#include "intercept/name.h"
#include "intercept/record.h"

#define REGIONS_MAX 256
#define MET_SLOTS 4096
#define LOOKS_MAX 4 /* at an object that nothing lasting leads to */

struct region {
    uint64_t start, end; /* addresses in this process */
    uint64_t number;     /* which memory it is */
    uint64_t offset;     /* in that memory, of `start` */
};

/* Written by the thread that maps; a reader sees an entry once it is
 * whole, because the count is raised last. */
static struct region regions[REGIONS_MAX];
static _Atomic uint32_t region_count;

struct met {
    _Atomic uint64_t key;
    _Atomic uint64_t holder; /* see name.h */
    _Atomic uint32_t looks;  /* how often its name was looked up */
};

static struct met met[MET_SLOTS];

static const struct region *find_region(uint64_t address)
{
    for (uint32_t i = atomic_load_explicit(&region_count,
                                           memory_order_acquire);
         i-- > 0;)
        if (address >= regions[i].start && address < regions[i].end)
            return regions + i;
    return NULL;
}

static uint64_t key_of(uint64_t address)
{
    const struct region *region = find_region(address);

    if (region != NULL)
        return object_key(OBJECT_SHARED,
                          region->number << 40 |
                              (address - region->start + region->offset));
    return object_key(OBJECT_PRIVATE,
                      (uint64_t)self.process << 48 |
                          (address & 0xffffffffffff));
}

static void look_up(struct met *slot, uint64_t key, uint64_t address,
                    unsigned flags)
{
    struct name name;

    if (atomic_fetch_add_explicit(&slot->looks, 1,
                                  memory_order_relaxed) >= LOOKS_MAX) {
        atomic_store_explicit(&slot->holder, 0, memory_order_relaxed);
        return;
    }
    name_find(address, &name);
    atomic_store_explicit(&slot->holder, name.holder,
                          memory_order_relaxed);
    if (name.on_stack)
        flags |= EVENT_ANEW;
    if (name.length > 0)
        record_text(KIND_OBJECT_NAME, key, name.rank, 0, flags, name.text,
                    name.length);
}

static void meet(struct met *slot, uint64_t key, uint64_t address,
                 unsigned flags)
{
    atomic_store_explicit(&slot->key, key, memory_order_relaxed);
    atomic_store_explicit(&slot->looks, 0, memory_order_relaxed);
    look_up(slot, key, address, flags);
}

static struct met *met_slot(uint64_t key)
{
    return &met[(key * UINT64_C(0x9e3779b97f4a7c15)) >> 52];
}

uint64_t object_of(const volatile void *at)
{
    uint64_t address = (uint64_t)(uintptr_t)at;
    uint64_t key, holder;
    struct met *slot;

    if (address == 0)
        return 0;
    key = key_of(address);
    slot = met_slot(key);
    holder = atomic_load_explicit(&slot->holder, memory_order_relaxed);
    if (atomic_load_explicit(&slot->key, memory_order_relaxed) != key)
        meet(slot, key, address, 0);
    else if (holder != 0 && !name_holds(holder))
        look_up(slot, key, address, 0);
    return key;
}

uint64_t object_made(const volatile void *at)
{
    uint64_t address = (uint64_t)(uintptr_t)at;
    uint64_t key;

    if (address == 0)
        return 0;
    key = key_of(address);
    meet(met_slot(key), key, address, EVENT_ANEW);
    return key;
}

bool object_is_shared(const volatile void *at)
{
    return find_region((uint64_t)(uintptr_t)at) != NULL;
}

bool object_region(uint64_t address, uint64_t *start, uint64_t *end)
{
    const struct region *region = find_region(address);

    if (region == NULL)
        return false;
    *start = region->start;
    *end = region->end;
    return true;
}

/* A number of 20 bits for the memory behind a mapping. */
static uint64_t region_number(int file)
{
    struct stat about;

    if (file < 0 || fstat(file, &about) < 0)
        return atomic_fetch_add(&self.trace->region_count, 1) & 0x7ffff;
    return 0x80000 | (((uint64_t)about.st_dev * 31 + about.st_ino) *
                          UINT64_C(0x9e3779b97f4a7c15) >> 45);
}

uint64_t object_in_file(int file, off_t offset)
{
    return object_key(OBJECT_SHARED,
                      region_number(file) << 40 | (uint64_t)offset);
}

uint64_t object_map(void *start, size_t length, int file, off_t offset)
{
    uint32_t count = atomic_load(&region_count);
    struct region *region = regions + count;

    if (count == REGIONS_MAX)
        return 0;
    region->start = (uint64_t)(uintptr_t)start;
    region->end = region->start + length;
    region->number = region_number(file);
    region->offset = (uint64_t)offset;
    atomic_store_explicit(&region_count, count + 1, memory_order_release);
    return key_of(region->start);
}

uint64_t object_unmap(void *start, size_t length)
{
    uint64_t address = (uint64_t)(uintptr_t)start;

    for (uint32_t i = atomic_load(&region_count); i-- > 0;) {
        struct region *region = regions + i;

        if (region->start == address && region->end <= address + length) {
            uint64_t key = key_of(address);

            region->start = region->end = 0;
            return key;
        }
    }
    return 0;
}
