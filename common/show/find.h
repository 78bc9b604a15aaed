/*
 * find.h - which events are meant by a word.
 *
 * An event is found by its actor's name, its object's, or what its kind
 * is called ("unlock", "waits for"): each word of the text must be part
 * of one of these, whatever their case.
 *
 * Used by the timeline and its keys.  Uses model.h.
 */
#ifndef SHOW_FIND_H
#define SHOW_FIND_H

#include "show/model.h"

#define FIND_WORDS 4

struct find {
    const struct model *model;
    int count;
    struct find_word {
        char text[64];
        bool kinds[KIND_COUNT];
        struct table objects; /* key -> 1 no, 2 yes, once asked for */
        unsigned char *actors;
    } words[FIND_WORDS];
};

/* find_start - make sense of a text.  End with find_end.  Returns
 * whether it has any words. */
bool find_start(struct find *find, const struct model *model,
                const char *text);
void find_end(struct find *find);

/* Is the event at that position meant? */
bool find_is(struct find *find, uint32_t position);

/*
 * find_next - the next one after a position, or before it, among the
 * next `most` positions.
 *
 * Returns TRACE_NONE if there is none; *end is then how far it has
 * looked, to go on from there, or TRACE_NONE at the end of the trace.
 */
uint32_t find_next(struct find *find, uint32_t position, bool forward,
                   uint32_t most, uint32_t *end);

#endif
