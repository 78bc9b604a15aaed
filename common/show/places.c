/*
 * places.c - see places.h.
 *
 * A trace has many events and few different addresses: these are put
 * into a hash set first.  Only units in which one lies have their line
 * table read.
 */
#define _GNU_SOURCE /* O_CLOEXEC under -std=c11 */
#include "show/places.h"

#include <dwarf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "show/argument.h"
#include "show/list.h"
#include "show/units.h"

#define PATH_SIZE 4096
#define CALL_LINES 8 /* a call may go over this many lines */
#define SOURCE_SIZE_MAX (4 << 20)

/* The addresses met, open addressing; 0 is a free slot. */
struct addresses {
    uint64_t *slots;
    size_t room; /* a power of two, at least twice `count` */
    size_t count;
};

struct function {
    uint64_t low_pc, high_pc;
    const char *name;
    struct unit *unit;
};

struct resolver {
    struct trace *trace;
    struct units units;
    struct list functions;
    struct list files; /* struct file: the source files met */
};

/* A source file, as libdw names it. */
struct file {
    const char *path;
    uint32_t name; /* offset for trace_text: as the student knows it */
};

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (memory == NULL)
        die("no memory for the source lines:");
    return memory;
}

static void add_address(struct addresses *set, uint64_t address);

static void enlarge(struct addresses *set)
{
    struct addresses larger = {.room = set->room == 0 ? 1024
                                                      : set->room * 2};

    larger.slots = allocate(larger.room, sizeof *larger.slots);
    for (size_t i = 0; i < set->room; i++)
        add_address(&larger, set->slots[i]);
    free(set->slots);
    *set = larger;
}

static void add_address(struct addresses *set, uint64_t address)
{
    size_t at;

    if (address == 0)
        return;
    if (set->count * 2 >= set->room)
        enlarge(set);
    at = (address * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (set->room - 1);
    while (set->slots[at] != 0 && set->slots[at] != address)
        at = (at + 1) & (set->room - 1);
    if (set->slots[at] == 0)
        set->count++;
    set->slots[at] = address;
}

static int compare_numbers(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

/* Moves the addresses to the front, in rising order. */
static void sort_addresses(struct addresses *set)
{
    size_t count = 0;

    for (size_t i = 0; i < set->room; i++)
        if (set->slots[i] != 0)
            set->slots[count++] = set->slots[i];
    if (count > 0)
        qsort(set->slots, count, sizeof *set->slots, compare_numbers);
}

static void collect(const struct trace *trace, struct addresses *set)
{
    uint32_t count = trace_count(trace);

    for (uint32_t i = 0; i < count; i++) {
        const struct event *event = trace_read(trace, i);

        if (event == NULL)
            continue;
        add_address(set, event->pc);
        if (kind_info[event_kind(event)].group == GROUP_CALL)
            add_address(set, (uint64_t)event->value);
    }
    for (uint32_t i = 0; i < trace_actor_count(trace); i++)
        add_address(set, atomic_load(&trace_actor(trace, i)->start));
}

static void add_function(struct resolver *resolver, struct unit *unit,
                         Dwarf_Die *die)
{
    struct function function = {.unit = unit};

    if (dwarf_lowpc(die, &function.low_pc) != 0 ||
        dwarf_highpc(die, &function.high_pc) != 0)
        return;
    function.name = dwarf_diename(die);
    if (function.name == NULL)
        function.name = "";
    list_add(&resolver->functions, &function, 1, sizeof function);
}

static int compare_functions(const void *left, const void *right)
{
    const struct function *a = left, *b = right;

    return (a->low_pc > b->low_pc) - (a->low_pc < b->low_pc);
}

static void find_functions(struct resolver *resolver)
{
    struct units *units = &resolver->units;

    for (size_t i = 0; i < units->count; i++) {
        Dwarf_Die child;

        if (dwarf_child(&units->items[i].die, &child) != 0)
            continue;
        do
            if (dwarf_tag(&child) == DW_TAG_subprogram)
                add_function(resolver, &units->items[i], &child);
        while (dwarf_siblingof(&child, &child) == 0);
    }
    if (resolver->functions.count > 0)
        qsort(resolver->functions.items, resolver->functions.count,
              sizeof(struct function), compare_functions);
}

static const struct function *function_at(const struct resolver *resolver,
                                          uint64_t pc)
{
    const struct function *functions =
        LIST_ITEM(resolver->functions, struct function, 0);
    size_t low = 0, high = resolver->functions.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (functions[middle].high_pc <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    return low < resolver->functions.count &&
                   functions[low].low_pc <= pc
               ? functions + low
               : NULL;
}

/* The whole of a file, to be freed; NULL if it cannot be read. */
static char *read_whole(const char *path, size_t *length)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    char *text = NULL;
    ssize_t got = -1;

    if (file < 0)
        return NULL;
    if (fstat(file, &about) == 0 && S_ISREG(about.st_mode) &&
        about.st_size > 0 && about.st_size <= SOURCE_SIZE_MAX) {
        text = allocate((size_t)about.st_size, 1);
        got = read(file, text, (size_t)about.st_size);
    }
    close(file);
    if (got <= 0) {
        free(text);
        return NULL;
    }
    *length = (size_t)got;
    return text;
}

/* The same from a folder. */
static char *read_in(const char *folder, const char *name, size_t *length)
{
    char path[2 * PATH_SIZE];

    if (*folder == '\0' || *name == '/' ||
        (size_t)snprintf(path, sizeof path, "%s/%s", folder, name) >=
            sizeof path)
        return NULL;
    return read_whole(path, length);
}

/* The same from the folder that the program is in, or one above. */
static char *read_above_program(const char *name, size_t *length)
{
    char folder[PATH_SIZE] = "";
    char *text = NULL, *end;

    if (readlink("/proc/self/exe", folder, sizeof folder - 1) < 0)
        return NULL;
    while (text == NULL && (end = strrchr(folder, '/')) != NULL) {
        *end = '\0';
        text = read_in(folder, name, length);
    }
    return text;
}

/*
 * Where it was compiled, it is what was compiled; but all of it may have
 * moved since.  Where the user stands says least.
 */
static void add_source(struct resolver *resolver, const struct unit *unit,
                       const char *path, const char *name)
{
    size_t length = 0;
    char *text = *path == '/' ? read_whole(path, &length)
                              : read_in(unit->directory, path, &length);

    if (text == NULL)
        text = read_above_program(name, &length);
    if (text == NULL)
        text = read_whole(name, &length);
    if (text != NULL)
        trace_add_source(resolver->trace, name, text, length);
    free(text);
}

/* The name of a source file; its text is added when it is first met.
 * libdw keeps one copy of a path a unit, so most are found by pointer. */
static uint32_t file_name(struct resolver *resolver,
                          const struct unit *unit, const char *path)
{
    struct file file = {.path = path};
    char name[PATH_SIZE];

    for (size_t i = 0; i < resolver->files.count; i++)
        if (LIST_ITEM(resolver->files, struct file, i)->path == path)
            return LIST_ITEM(resolver->files, struct file, i)->name;
    units_path(unit, path, name, sizeof name);
    for (size_t i = 0; i < resolver->files.count && file.name == 0; i++) {
        uint32_t other = LIST_ITEM(resolver->files, struct file, i)->name;

        if (strcmp(trace_text(resolver->trace, other), name) == 0)
            file.name = other;
    }
    if (file.name == 0) {
        file.name = trace_add_text(resolver->trace, name, strlen(name));
        add_source(resolver, unit, path, name);
    }
    list_add(&resolver->files, &file, 1, sizeof file);
    return file.name;
}

/* A function's name is kept once: the place before is often its own. */
static uint32_t function_name(struct resolver *resolver, const char *name,
                              const struct place *before)
{
    if (strcmp(trace_text(resolver->trace, before->function), name) == 0)
        return before->function;
    return trace_add_text(resolver->trace, name, strlen(name));
}

/*
 * An address is where a call returns to: the call is the instruction
 * before it, which may be of another line.
 */
static bool resolve(struct resolver *resolver, uint64_t pc,
                    const struct place *before, struct place *place)
{
    const struct function *function = function_at(resolver, pc - 1);
    const char *path;
    Dwarf_Line *line;
    int number;

    if (function == NULL)
        return false;
    line = dwarf_getsrc_die(&function->unit->die, pc - 1);
    if (line == NULL || dwarf_lineno(line, &number) != 0)
        return false;
    path = dwarf_linesrc(line, NULL, NULL);
    if (path == NULL)
        return false;
    place->pc = pc;
    place->function = function_name(resolver, function->name, before);
    place->file = file_name(resolver, function->unit, path);
    place->line = (uint32_t)number;
    place->in_kit = function->unit->in_kit;
    return true;
}

void places_resolve(struct trace *trace)
{
    struct resolver resolver = {.trace = trace};
    struct addresses set = {.count = 0};
    struct place before = {.pc = 0};

    if (!units_open(&resolver.units))
        return;
    collect(trace, &set);
    sort_addresses(&set);
    find_functions(&resolver);
    for (size_t i = 0; i < set.count; i++) {
        struct place place;

        if (!resolve(&resolver, set.slots[i], &before, &place))
            continue;
        if (!trace_add_place(trace, &place))
            break;
        before = place;
    }
    free(set.slots);
    list_free(&resolver.functions);
    list_free(&resolver.files);
    units_close(&resolver.units);
}

/* Which functions make an event, and which argument is its object. */
struct call {
    enum kind kind;
    const char *function;
    unsigned argument;
};

static const struct call calls[] = {
    {KIND_LOCK, "pthread_mutex_lock", 0},
    {KIND_LOCK, "pthread_mutex_trylock", 0},
    {KIND_LOCK, "pthread_mutex_timedlock", 0},
    {KIND_LOCK, "mtx_timedlock", 0},
    {KIND_LOCK, "mtx_trylock", 0},
    {KIND_LOCK, "mtx_lock", 0},
    {KIND_LOCK, "pthread_rwlock_wrlock", 0},
    {KIND_LOCK, "pthread_rwlock_trywrlock", 0},
    {KIND_LOCK, "pthread_rwlock_timedwrlock", 0},
    {KIND_LOCK, "pthread_spin_lock", 0},
    {KIND_LOCK, "pthread_spin_trylock", 0},
    {KIND_LOCK, "flock", 0},
    {KIND_LOCK, "fcntl", 0},
    {KIND_LOCK, "lockf", 0},
    {KIND_READ_LOCK, "pthread_rwlock_rdlock", 0},
    {KIND_READ_LOCK, "pthread_rwlock_tryrdlock", 0},
    {KIND_READ_LOCK, "pthread_rwlock_timedrdlock", 0},
    {KIND_READ_LOCK, "flock", 0},
    {KIND_READ_LOCK, "fcntl", 0},
    {KIND_UNLOCK, "pthread_mutex_unlock", 0},
    {KIND_UNLOCK, "mtx_unlock", 0},
    {KIND_UNLOCK, "pthread_rwlock_unlock", 0},
    {KIND_UNLOCK, "pthread_spin_unlock", 0},
    {KIND_UNLOCK, "flock", 0},
    {KIND_UNLOCK, "fcntl", 0},
    {KIND_UNLOCK, "lockf", 0},
    {KIND_LOCK_INIT, "pthread_mutex_init", 0},
    {KIND_LOCK_INIT, "mtx_init", 0},
    {KIND_LOCK_INIT, "pthread_rwlock_init", 0},
    {KIND_LOCK_INIT, "pthread_spin_init", 0},
    {KIND_LOCK_DESTROY, "pthread_mutex_destroy", 0},
    {KIND_LOCK_DESTROY, "mtx_destroy", 0},
    {KIND_LOCK_DESTROY, "pthread_rwlock_destroy", 0},
    {KIND_LOCK_DESTROY, "pthread_spin_destroy", 0},
    {KIND_CONDITION_INIT, "pthread_cond_init", 0},
    {KIND_CONDITION_INIT, "cnd_init", 0},
    {KIND_CONDITION_DESTROY, "pthread_cond_destroy", 0},
    {KIND_CONDITION_DESTROY, "cnd_destroy", 0},
    {KIND_CONDITION_WAIT, "pthread_cond_wait", 0},
    {KIND_CONDITION_WAIT, "pthread_cond_timedwait", 0},
    {KIND_CONDITION_WAIT, "cnd_wait", 0},
    {KIND_CONDITION_WAIT, "cnd_timedwait", 0},
    {KIND_CONDITION_WAKE, "pthread_cond_wait", 0},
    {KIND_CONDITION_WAKE, "pthread_cond_timedwait", 0},
    {KIND_CONDITION_WAKE, "cnd_wait", 0},
    {KIND_CONDITION_WAKE, "cnd_timedwait", 0},
    {KIND_SIGNAL, "pthread_cond_signal", 0},
    {KIND_SIGNAL, "cnd_signal", 0},
    {KIND_BROADCAST, "pthread_cond_broadcast", 0},
    {KIND_BROADCAST, "cnd_broadcast", 0},
    {KIND_BARRIER_INIT, "pthread_barrier_init", 0},
    {KIND_BARRIER_DESTROY, "pthread_barrier_destroy", 0},
    {KIND_BARRIER_ARRIVE, "pthread_barrier_wait", 0},
    {KIND_BARRIER_LEAVE, "pthread_barrier_wait", 0},
    {KIND_ONCE, "pthread_once", 0},
    {KIND_ONCE, "call_once", 0},
    {KIND_SEMAPHORE_INIT, "sem_init", 0},
    {KIND_SEMAPHORE_INIT, "sem_open", 0},
    {KIND_SEMAPHORE_DESTROY, "sem_destroy", 0},
    {KIND_SEMAPHORE_DESTROY, "sem_close", 0},
    {KIND_SEMAPHORE_WAIT, "sem_wait", 0},
    {KIND_SEMAPHORE_WAIT, "sem_trywait", 0},
    {KIND_SEMAPHORE_WAIT, "sem_timedwait", 0},
    {KIND_SEMAPHORE_POST, "sem_post", 0},
    {KIND_SEMAPHORE_VALUE, "sem_getvalue", 0},
    {KIND_JOIN, "pthread_join", 0},
    {KIND_JOIN, "thrd_join", 0},
    {KIND_DETACH, "pthread_detach", 0},
    {KIND_DETACH, "thrd_detach", 0},
    {KIND_PIPE, "pipe", 0},
    {KIND_PIPE, "pipe2", 0},
    {KIND_SOCKET_PAIR, "socketpair", 3},
    {KIND_OPEN, "open", 0},
    {KIND_OPEN, "openat", 1},
    {KIND_OPEN, "creat", 0},
    {KIND_OPEN, "fopen", 0},
    {KIND_OPEN, "shm_open", 0},
    {KIND_DUP, "dup", 0},
    {KIND_DUP, "dup2", 0},
    {KIND_DUP, "dup3", 0},
    {KIND_DUP, "fcntl", 0},
    {KIND_CLOSE, "close", 0},
    {KIND_CLOSE, "fclose", 0},
    {KIND_READ, "read", 0},
    {KIND_READ, "pread", 0},
    {KIND_READ, "recv", 0},
    {KIND_READ, "fread", 3},
    {KIND_READ, "fgets", 2},
    {KIND_READ, "fgetc", 0},
    {KIND_READ, "getc", 0},
    {KIND_READ, "getline", 2},
    {KIND_READ, "fscanf", 0},
    {KIND_WRITE, "write", 0},
    {KIND_WRITE, "pwrite", 0},
    {KIND_WRITE, "send", 0},
    {KIND_WRITE, "dprintf", 0},
    {KIND_WRITE, "fwrite", 3},
    {KIND_WRITE, "fputs", 1},
    {KIND_WRITE, "fputc", 1},
    {KIND_WRITE, "putc", 1},
    {KIND_WRITE, "fprintf", 0},
    {KIND_WRITE, "vfprintf", 0},
    {KIND_WRITE, "fflush", 0},
    {KIND_SAY, "fwrite", 3},
    {KIND_SAY, "fputs", 1},
    {KIND_SAY, "fputc", 1},
    {KIND_SAY, "putc", 1},
    {KIND_SAY, "fprintf", 0},
    {KIND_SAY, "vfprintf", 0},
    {KIND_POLL, "poll", 0},
    {KIND_UNMAP, "munmap", 0},
};

/* The text from the line on, as far as a call may go. */
static size_t call_length(const char *text)
{
    size_t length = 0;

    for (int i = 0; i < CALL_LINES && text[length] != '\0'; i++) {
        length += strcspn(text + length, "\n");
        length += text[length] == '\n';
    }
    return length;
}

size_t places_argument(const struct trace *trace,
                       const struct event *event, char *out, size_t size)
{
    const struct place *place = trace_place(trace, event->pc);
    enum kind kind = event_kind(event);
    const char *text;
    size_t length;

    if (place == NULL)
        return 0;
    if (kind == KIND_WAIT)
        kind = (enum kind)event->value;
    text = trace_source_line(trace, trace_text(trace, place->file),
                             place->line, &length);
    if (text == NULL)
        return 0;
    length = call_length(text);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        size_t found = calls[i].kind != kind
                           ? 0
                           : argument_text(text, length, calls[i].function,
                                           calls[i].argument, out, size);
        if (found > 0)
            return found;
    }
    return 0;
}
