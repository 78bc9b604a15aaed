/*
 * name.c - see name.h.
 *
 * First the variable that the address lies in.  If there is none, the
 * address is in mapped memory or on the heap, and what the student
 * calls it begins with a pointer: `db->tickets`.  Several pointers may
 * lead there; the rules below are tried from the one that says most to
 * the one that says least, each on globals first, then on the calling
 * actor's frames, outermost first, those of the program before those of
 * the kit.  For in transfer(from, to) the account that is `from` now is
 * `to` another time, and a queue is best known by the program's name.
 *
 * The program's variables can be read as they are.  What lies behind a
 * pointer may not be there at all, so that is read by a system call
 * which fails instead of crashing.
 */
#include "intercept/name.h"

#include <errno.h>
#include <string.h>

#include "intercept/actor.h"
#include "intercept/block.h"
#include "trace/symbols.h"

#define ELEMENTS_MAX (1 << 24) /* how far a pointer may reach */
#define ELEMENTS_WALKED 32 /* of an array of pointers */

/* What is pointed to. */
enum rule {
    RULE_MEMBER, /* a struct's member: db->tickets */
    RULE_ITSELF, /* exactly what the pointer's type says: *counter */
    RULE_BEYOND, /* an element after the first: values[3] */
    RULE_BYTES   /* the same for char *, which points to anything */
};

/* Where the pointer is. */
enum reach {
    REACH_VARIABLE, /* it is a variable: db->tickets */
    REACH_INSIDE,   /* it is inside one: office.db->tickets */
    REACH_THROUGH   /* it is behind one: pool->queue->lock */
};

struct search {
    const struct symbols *symbols;
    uint64_t address;
    enum rule rule;
    enum reach reach;
    int frame; /* whose locals are being looked at; -1: the globals */
    bool in_kit;
    size_t length;
    char name[NAME_SIZE]; /* of what is being looked at */
};

static const struct symbol_type *type_of(const struct search *search,
                                         uint32_t type)
{
    return SYMBOL_TABLE(search->symbols, struct symbol_type, types) + type;
}

static const struct symbol_member *member_of(const struct search *search,
                                             uint32_t member)
{
    return SYMBOL_TABLE(search->symbols, struct symbol_member, members) +
           member;
}

/* A name that is too long is cut: room for it all is kept by nobody. */
static void add(struct search *search, const char *text)
{
    while (*text != '\0' && search->length + 1 < NAME_SIZE)
        search->name[search->length++] = *text++;
    search->name[search->length] = '\0';
}

static void add_index(struct search *search, uint64_t index)
{
    char digits[24];
    char *at = digits + sizeof digits;

    *--at = '\0';
    *--at = ']';
    do
        *--at = (char)('0' + index % 10);
    while ((index /= 10) > 0);
    *--at = '[';
    add(search, at);
}

static void back_to(struct search *search, size_t length)
{
    search->length = length;
    search->name[length] = '\0';
}

static void put_before(struct search *search, char first)
{
    if (search->length + 1 >= NAME_SIZE)
        return;
    memmove(search->name + 1, search->name, search->length + 1);
    search->name[0] = first;
    search->length++;
}

/* Is its size known only to the program (`char slots[];`)? */
static bool is_open(const struct search *search, uint32_t type)
{
    const struct symbol_type *of = type_of(search, type);

    while (of->sort == TYPE_STRUCT && of->count > 0) {
        type = member_of(search, of->members + of->count - 1)->type;
        of = type_of(search, type);
    }
    return of->sort == TYPE_ARRAY && of->count == 0;
}

/* The one member that covers an offset; NULL if there is none, or if
 * there are several, as in a union: who knows which one is meant? */
static const struct symbol_member *find_member(
    const struct search *search, const struct symbol_type *type,
    uint64_t offset)
{
    const struct symbol_member *found = NULL;

    for (uint32_t i = 0; i < type->count; i++) {
        const struct symbol_member *member =
            member_of(search, type->members + i);
        uint32_t size = type_of(search, member->type)->size;

        if (offset >= member->offset &&
            (offset - member->offset < size ||
             (i + 1 == type->count && is_open(search, member->type)))) {
            if (found != NULL)
                return NULL;
            found = member;
        }
    }
    return found;
}

/* Adds what lies `offset` bytes into a `type`: ".slots[3].name".
 * `joint` is "." or "->" and comes before the first member. */
static void add_inside(struct search *search, uint32_t number,
                       uint64_t offset, const char *joint)
{
    const struct symbol_type *type = type_of(search, number);
    const struct symbol_member *member;

    for (;; type = type_of(search, number)) {
        if (type->sort == TYPE_STRUCT) {
            member = find_member(search, type, offset);
            if (member == NULL)
                return; /* the struct as a whole */
            if (member->name_text != 0) {
                add(search, joint);
                add(search,
                    symbol_text(search->symbols, member->name_text));
                joint = ".";
            }
            offset -= member->offset;
            number = member->type;
        } else if (type->sort == TYPE_ARRAY &&
                   type_of(search, type->inner)->size > 0) {
            uint32_t size = type_of(search, type->inner)->size;

            add_index(search, offset / size);
            offset %= size;
            number = type->inner;
            joint = ".";
        } else {
            return;
        }
    }
}

/* Two elements fit, so the first is called values[0], not *values.
 * Whole pages are what one asks for who does not count. */
static bool is_array(uint64_t start, uint32_t size)
{
    struct block block;

    return block_find(start, &block) && block.exact &&
           block.start == start && block.end - start >= 2 * (uint64_t)size;
}

/* Is the address a later part of the block that begins at `start`? */
static bool is_beyond(const struct search *search, uint64_t start)
{
    struct block block;

    return block_find(start, &block) && search->address < block.end;
}

static bool match_member(struct search *search, uint64_t start,
                         uint32_t number)
{
    const struct symbol_type *type = type_of(search, number);
    uint64_t offset = search->address - start;

    if (type->sort != TYPE_STRUCT || type->count == 0)
        return false;
    if (offset >= type->size &&
        (!is_open(search, number) || !is_beyond(search, start)))
        return false;
    add_inside(search, number, offset, "->");
    return true;
}

static bool match_itself(struct search *search, uint64_t start,
                         uint32_t number)
{
    const struct symbol_type *type = type_of(search, number);
    uint64_t offset = search->address - start;

    if (type->sort == TYPE_STRUCT || offset >= type->size)
        return false;
    if (type->sort == TYPE_ARRAY || is_array(start, type->size)) {
        add_index(search, 0);
        add_inside(search, number, offset, ".");
    } else if (type->sort != TYPE_OPAQUE) {
        put_before(search, '*');
    }
    return true;
}

static bool match_beyond(struct search *search, uint64_t start,
                         uint32_t number)
{
    const struct symbol_type *type = type_of(search, number);
    uint64_t offset = search->address - start;

    if (type->size == 0 || offset < type->size ||
        offset / type->size >= ELEMENTS_MAX || !is_beyond(search, start))
        return false;
    add_index(search, offset / type->size);
    add_inside(search, number, offset % type->size, ".");
    return true;
}

static bool is_character(const struct search *search, uint32_t number)
{
    const struct symbol_type *type = type_of(search, number);

    return type->sort == TYPE_OTHER && type->size == 1 &&
           strcmp(symbol_text(search->symbols, type->name_text),
                  "_Bool") != 0;
}

/* Does a pointer to `start`, named so far, lead to the address? */
static bool match(struct search *search, uint64_t start, uint32_t type)
{
    bool bytes = is_character(search, type);

    if (start == 0 || search->address < start ||
        bytes != (search->rule == RULE_BYTES))
        return false;
    switch (search->rule) {
    case RULE_MEMBER:
        return match_member(search, start, type);
    case RULE_ITSELF:
        return match_itself(search, start, type);
    case RULE_BEYOND:
        return match_beyond(search, start, type);
    default:
        return match_itself(search, start, type) ||
               match_beyond(search, start, type);
    }
}

/* Memory being searched for pointers. */
struct spot {
    uint64_t address;
    bool behind;       /* a pointer led here: read safely */
    const char *joint; /* before a member's name: "." or "->" */
};

static bool walk(struct search *search, uint32_t number, struct spot spot);

static bool walk_struct(struct search *search, uint32_t number,
                        struct spot spot)
{
    const struct symbol_type *type = type_of(search, number);
    size_t length = search->length;

    for (uint32_t i = 0; i < type->count; i++) {
        const struct symbol_member *member =
            member_of(search, type->members + i);
        struct spot inside = spot;

        inside.address += member->offset;
        if (member->name_text != 0) {
            add(search, spot.joint);
            add(search, symbol_text(search->symbols, member->name_text));
            inside.joint = ".";
        }
        if (walk(search, member->type, inside))
            return true;
        back_to(search, length);
    }
    return false;
}

static bool walk_array(struct search *search, uint32_t number,
                       struct spot spot)
{
    const struct symbol_type *type = type_of(search, number);
    const struct symbol_type *element = type_of(search, type->inner);
    size_t length = search->length;

    if (element->sort == TYPE_OTHER || element->sort == TYPE_OPAQUE)
        return false;
    spot.joint = ".";
    for (uint32_t i = 0; i < type->count && i < ELEMENTS_WALKED; i++) {
        add_index(search, i);
        if (walk(search, type->inner, spot))
            return true;
        back_to(search, length);
        spot.address += element->size;
    }
    return false;
}

static bool walk_pointer(struct search *search, uint32_t number,
                         struct spot spot)
{
    uint32_t inner = type_of(search, number)->inner;
    struct spot behind = {.behind = true, .joint = "->"};

    if (!spot.behind)
        memcpy(&behind.address, (const void *)(uintptr_t)spot.address,
               sizeof behind.address);
    else if (!block_read(spot.address, &behind.address,
                          sizeof behind.address))
        return false;
    if (match(search, behind.address, inner))
        return true;
    return search->reach == REACH_THROUGH && !spot.behind &&
           behind.address != 0 &&
           type_of(search, inner)->sort == TYPE_STRUCT &&
           walk_struct(search, inner, behind);
}

/* Looks at every pointer in a `type` in memory, its name so far being
 * in search->name, which stays as it is unless true is returned. */
static bool walk(struct search *search, uint32_t number, struct spot spot)
{
    switch (type_of(search, number)->sort) {
    case TYPE_POINTER:
        return walk_pointer(search, number, spot);
    case TYPE_STRUCT:
        return search->reach != REACH_VARIABLE &&
               walk_struct(search, number, spot);
    case TYPE_ARRAY:
        return search->reach != REACH_VARIABLE &&
               walk_array(search, number, spot);
    default:
        return false;
    }
}

/* Most variables do not lead to most addresses: to see that must be
 * quick.  False if this one cannot in the present pass. */
static bool is_worth_it(const struct search *search, uint32_t type,
                        uint64_t where)
{
    uint32_t sort = type_of(search, type)->sort;
    uint64_t value;

    if (sort == TYPE_OTHER || sort == TYPE_OPAQUE)
        return false;
    if (search->reach != REACH_VARIABLE)
        return sort != TYPE_POINTER || search->reach == REACH_THROUGH;
    if (sort != TYPE_POINTER)
        return false;
    memcpy(&value, (const void *)(uintptr_t)where, sizeof value);
    return value != 0 && value <= search->address;
}

static bool try_pointers(struct search *search,
                         const struct symbol_variable *variable,
                         uint64_t frame)
{
    struct spot spot = {.address = frame + (uint64_t)variable->address,
                        .joint = "."};

    if (!is_worth_it(search, variable->type, spot.address))
        return false;
    back_to(search, 0);
    add(search, symbol_text(search->symbols, variable->name_text));
    return walk(search, variable->type, spot);
}

/* Is the address in the variable itself? */
static bool try_inside(struct search *search,
                       const struct symbol_variable *variable,
                       uint64_t frame)
{
    uint64_t start = frame + (uint64_t)variable->address;

    if (search->address < start ||
        search->address - start >= type_of(search, variable->type)->size)
        return false;
    back_to(search, 0);
    add(search, symbol_text(search->symbols, variable->name_text));
    add_inside(search, variable->type, search->address - start, ".");
    return true;
}

typedef bool attempt(struct search *search,
                     const struct symbol_variable *variable,
                     uint64_t frame);

static const struct symbol_function *find_function(
    const struct symbols *symbols, uint64_t pc)
{
    const struct symbol_function *functions =
        SYMBOL_TABLE(symbols, struct symbol_function, functions);
    uint32_t low = 0, high = symbols->function_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (functions[middle].high_pc <= pc)
            low = middle + 1;
        else
            high = middle;
    }
    return low < symbols->function_count && functions[low].low_pc <= pc
               ? functions + low
               : NULL;
}

static bool in_frame(struct search *search, attempt *try)
{
    const struct frame *frame = &self.frames[search->frame];
    const struct symbol_function *function =
        find_function(search->symbols, frame->pc);
    const struct symbol_variable *variables;

    if (function == NULL || (function->in_kit != 0) != search->in_kit)
        return false;
    variables = SYMBOL_TABLE(search->symbols, struct symbol_variable,
                             locals) +
                function->variables;
    for (uint32_t i = 0; i < function->variable_count; i++)
        if (try(search, variables + i, frame->cfa))
            return true;
    return false;
}

static bool in_frames(struct search *search, attempt *try)
{
    int depth = self.depth < FRAMES_MAX ? self.depth : FRAMES_MAX;

    for (int in_kit = 0; in_kit <= 1; in_kit++) {
        search->in_kit = in_kit != 0;
        for (int i = 0; i < depth; i++) {
            search->frame = i;
            if (in_frame(search, try))
                return true;
        }
    }
    search->frame = -1;
    return false;
}

static bool in_pointers_of_globals(struct search *search)
{
    const struct symbol_variable *globals = SYMBOL_TABLE(
        search->symbols, struct symbol_variable, globals);

    for (uint32_t i = 0; i < search->symbols->global_count; i++)
        if (try_pointers(search, globals + i, 0))
            return true;
    return false;
}

/* The last global that begins at or before the address. */
static bool in_global(struct search *search)
{
    const struct symbol_variable *globals = SYMBOL_TABLE(
        search->symbols, struct symbol_variable, globals);
    uint32_t low = 0, high = search->symbols->global_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if ((uint64_t)globals[middle].address <= search->address)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && try_inside(search, globals + low - 1, 0);
}

/*
 * A member says more than a bare pointer does.  A global pointer to an
 * array comes before a function's pointer to one element, so that the
 * element has the same name whoever meets it.
 */
static bool in_pointers(struct search *search)
{
    static const struct {
        enum rule rule;
        enum reach reach;
        bool globals, frames;
    } passes[] = {
        {RULE_MEMBER, REACH_VARIABLE, true, true},
        {RULE_MEMBER, REACH_INSIDE, true, true},
        {RULE_MEMBER, REACH_THROUGH, true, true},
        {RULE_ITSELF, REACH_VARIABLE, true, false},
        {RULE_BEYOND, REACH_VARIABLE, true, false},
        {RULE_ITSELF, REACH_VARIABLE, false, true},
        {RULE_BEYOND, REACH_VARIABLE, false, true},
        {RULE_ITSELF, REACH_THROUGH, true, true},
        {RULE_BEYOND, REACH_THROUGH, true, true},
        {RULE_BYTES, REACH_VARIABLE, true, true},
        {RULE_BYTES, REACH_THROUGH, true, true},
    };

    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++) {
        search->rule = passes[i].rule;
        search->reach = passes[i].reach;
        if ((passes[i].globals && in_pointers_of_globals(search)) ||
            (passes[i].frames && in_frames(search, try_pointers)))
            return true;
    }
    return false;
}

/* A number for one of the actor's frames: low bits say which. */
static uint64_t frame_number(int frame)
{
    uint64_t mixed = self.frames[frame].cfa +
                     self.frames[frame].pc * UINT64_C(0x9e3779b97f4a7c15);

    return (mixed | UINT64_C(1) << 63) / FRAMES_MAX * FRAMES_MAX +
           (uint64_t)frame;
}

bool name_holds(uint64_t holder)
{
    int frame = (int)(holder % FRAMES_MAX);

    return frame < self.depth && frame_number(frame) == holder;
}

/* An outer frame's name is better than an inner's, and the program's
 * is better than the kit's. */
static int frame_rank(const struct search *search)
{
    return (search->in_kit ? 1 : 2) * FRAMES_MAX - search->frame;
}

void name_find(uint64_t address, struct name *name)
{
    struct search search = {.address = address, .frame = -1};
    size_t room;
    int error = errno, inner;

    name->length = 0;
    name->holder = 0;
    name->on_stack = false;
    if (!is_actor())
        return;
    search.symbols = trace_symbols(self.trace, &room);
    if (search.symbols == NULL || search.symbols->type_count == 0)
        return;
    name->on_stack = !in_global(&search) && in_frames(&search, try_inside);
    if (search.length > 0 || in_pointers(&search)) {
        name->length = search.length;
        memcpy(name->text, search.name, search.length + 1);
        name->rank = NAME_BY_GLOBAL;
        if (search.frame >= 0) {
            name->rank = frame_rank(&search);
            name->holder = frame_number(search.frame);
        }
    } else if (self.depth > 0) {
        inner = self.depth < FRAMES_MAX ? self.depth : FRAMES_MAX;
        name->holder = frame_number(inner - 1);
    }
    errno = error;
}

size_t name_of_address(uint64_t address, char *out, size_t size)
{
    struct name name;

    name_find(address, &name);
    if (size == 0)
        return 0;
    if (name.length >= size)
        name.length = size - 1;
    memcpy(out, name.text, name.length);
    out[name.length] = '\0';
    return name.length;
}
