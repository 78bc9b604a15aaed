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
 */
#include "intercept/name.h"

#include <errno.h>
#include <string.h>

#include "intercept/actor.h"
#include "intercept/search.h"
#include "trace/symbols.h"

/* Is the address in the variable itself? */
static bool try_inside(struct search *search,
                       const struct symbol_variable *variable,
                       uint64_t frame)
{
    uint64_t start = frame + (uint64_t)variable->address;

    if (search->address < start ||
        search->address - start >=
            search_type(search, variable->type)->size)
        return false;
    search_back_to(search, 0);
    search_add(search, symbol_text(search->symbols, variable->name_text));
    search_inside(search, variable->type, search->address - start, ".");
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
        if (search_pointers(search, globals + i, 0))
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
        {RULE_VOID, REACH_VARIABLE, true, true},
        {RULE_ITSELF, REACH_THROUGH, true, true},
        {RULE_BEYOND, REACH_THROUGH, true, true},
        {RULE_BYTES, REACH_VARIABLE, true, true},
        {RULE_BYTES, REACH_THROUGH, true, true},
    };

    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++) {
        search->rule = passes[i].rule;
        search->reach = passes[i].reach;
        if ((passes[i].globals && in_pointers_of_globals(search)) ||
            (passes[i].frames && in_frames(search, search_pointers)))
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
