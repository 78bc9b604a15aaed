/*
 * block.c - see block.h.
 */
#define _GNU_SOURCE /* process_vm_readv */
#include "intercept/block.h"

#include <sys/uio.h>
#include <unistd.h>

#include "intercept/identity.h"
#include "intercept/object.h"

bool block_read(uint64_t address, void *to, size_t size)
{
    struct iovec local = {to, size};
    struct iovec remote = {(void *)(uintptr_t)address, size};

    return process_vm_readv(identity_pid(), &local, 1, &remote, 1, 0) ==
           (ssize_t)size;
}

/*
 * The block that malloc gave out at `start`, as glibc keeps it: its
 * size stands before it, with three flags, and the block after it says
 * that this one is in use.  Anything else is not taken for a block.
 */
static bool heap_block(uint64_t start, struct block *block)
{
    uint64_t size, next;
    bool mapped;

    if (start % 16 != 0 || !block_read(start - 8, &size, sizeof size))
        return false;
    mapped = (size & 2) != 0;
    size &= ~UINT64_C(7);
    if (size < 32 || size % 16 != 0 || size >> 40 != 0)
        return false;
    block->start = start;
    block->end = start + size - (mapped ? 16 : 8);
    block->exact = size > 32; /* the smallest is given for less, too */
    if (mapped)
        return start % 4096 == 16;
    return block_read(block->end, &next, sizeof next) &&
           (next & 1) != 0 && next >= 16;
}

bool block_find(uint64_t start, struct block *block)
{
    if (!object_region(start, &block->start, &block->end))
        return heap_block(start, block);
    block->exact = (block->end - block->start) % 4096 != 0;
    return true;
}
