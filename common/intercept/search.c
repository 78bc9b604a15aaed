/*
 * search.c - names of what is inside a variable.  See search.h.
 */
#include "intercept/search.h"

#include <string.h>

void search_add(struct search *search, const char *text)
{
    while (*text != '\0' && search->length + 1 < NAME_SIZE)
        search->name[search->length++] = *text++;
    search->name[search->length] = '\0';
}

void search_add_index(struct search *search, uint64_t index)
{
    char digits[24];
    char *at = digits + sizeof digits;

    *--at = '\0';
    *--at = ']';
    do
        *--at = (char)('0' + index % 10);
    while ((index /= 10) > 0);
    *--at = '[';
    search_add(search, at);
}

void search_back_to(struct search *search, size_t length)
{
    search->length = length;
    search->name[length] = '\0';
}

void search_put_before(struct search *search, char first)
{
    if (search->length + 1 >= NAME_SIZE)
        return;
    memmove(search->name + 1, search->name, search->length + 1);
    search->name[0] = first;
    search->length++;
}

bool search_is_open(const struct search *search, uint32_t type)
{
    const struct symbol_type *of = search_type(search, type);

    while (of->sort == TYPE_STRUCT && of->count > 0) {
        type = search_member(search, of->members + of->count - 1)->type;
        of = search_type(search, type);
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
            search_member(search, type->members + i);
        uint32_t size = search_type(search, member->type)->size;

        if (offset >= member->offset &&
            (offset - member->offset < size ||
             (i + 1 == type->count &&
              search_is_open(search, member->type)))) {
            if (found != NULL)
                return NULL;
            found = member;
        }
    }
    return found;
}

bool search_inside(struct search *search, uint32_t number,
                       uint64_t offset, const char *joint)
{
    const struct symbol_type *type = search_type(search, number);
    const struct symbol_member *member;

    for (;; type = search_type(search, number)) {
        if (type->sort == TYPE_STRUCT) {
            member = find_member(search, type, offset);
            if (member == NULL)
                return true; /* the struct as a whole */
            if (member->name_text != 0) {
                const char *name =
                    symbol_text(search->symbols, member->name_text);

                if (strncmp(name, "__", 2) == 0)
                    return false;
                search_add(search, joint);
                search_add(search, name);
                joint = ".";
            }
            offset -= member->offset;
            number = member->type;
        } else if (type->sort == TYPE_ARRAY &&
                   search_type(search, type->inner)->size > 0) {
            uint32_t size = search_type(search, type->inner)->size;

            search_add_index(search, offset / size);
            offset %= size;
            number = type->inner;
            joint = ".";
        } else {
            return true;
        }
    }
}
