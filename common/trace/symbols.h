/*
 * symbols.h - the program's variables and types, as one flat table.
 *
 * show/dwarf.c makes it from the debug information before the program
 * starts; intercept/name.c reads it inside the running program to find
 * out what the student calls an address ("db->tickets", "slots[3]").
 * So it lives in the trace's shared mapping, holds no pointers, and
 * needs no allocation and no library to be read.
 *
 * Offsets called `..._text` are bytes into the table's own strings.
 * A type, member, variable or function is named by its index.
 */
#ifndef TRACE_SYMBOLS_H
#define TRACE_SYMBOLS_H

#include <stdint.h>

enum type_sort {
    TYPE_OTHER,  /* a number, an enum, a function: nothing inside */
    TYPE_POINTER,
    TYPE_STRUCT, /* a union too: its members overlap */
    TYPE_ARRAY,
    TYPE_OPAQUE  /* a pthread or sem_t object: named whole, not inside */
};

struct symbol_type {
    uint32_t sort;
    uint32_t size;    /* bytes */
    uint32_t inner;   /* pointer: pointee; array: element; else 0 */
    uint32_t count;   /* array: elements; struct: members */
    uint32_t members; /* struct: index of the first member */
    uint32_t name_text;
};

struct symbol_member {
    uint32_t name_text;
    uint32_t offset;
    uint32_t type;
};

/* A variable: a global (address) or a function's (frame offset). */
struct symbol_variable {
    uint32_t name_text;
    uint32_t type;
    int64_t address; /* global: address; else: offset from the CFA */
};

/*
 * A function and its parameters and locals, in declaration order, outer
 * scopes first.  The CFA (canonical frame address) is the value of the
 * stack pointer before the call that entered the function: the frame
 * pointer + 16 at -O0 on x86-64 and aarch64.
 */
struct symbol_function {
    uint64_t low_pc, high_pc;
    uint32_t name_text;
    uint32_t variables; /* index of the first */
    uint32_t variable_count;
    uint32_t in_kit;    /* 1: in chapters/kit */
};

struct symbols {
    uint64_t size; /* bytes of the whole table */
    uint32_t type_count, types;         /* count, byte offset */
    uint32_t member_count, members;
    uint32_t global_count, globals;     /* sorted by address */
    uint32_t local_count, locals;
    uint32_t function_count, functions; /* sorted by low_pc */
    uint32_t text_size, text;
};

/* Entry `index` of one of the tables: SYMBOL(symbols, types, ...). */
#define SYMBOL_TABLE(symbols, type, field) \
    ((const type *)((const char *)(symbols) + (symbols)->field))

static inline const char *symbol_text(const struct symbols *symbols,
                                      uint32_t offset)
{
    return (const char *)symbols + symbols->text + offset;
}

#endif
