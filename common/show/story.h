/*
 * story.h - a trace as the lines that a person reads.
 *
 * Which events are one line together, and what each line says.  Which
 * are left out, worth.h says.  A run of accesses to memory
 * by one actor that nobody interrupts is one line.
 *
 * Used by the views.  Uses sentence.h, worth.h and judge/.
 */
#ifndef SHOW_STORY_H
#define SHOW_STORY_H

#include "show/sentence.h"

#define STORY_TEXT 1200

struct story_line {
    uint32_t first, last; /* events; the same but for a run of accesses */
    uint16_t actor;
    enum kind kind;         /* of the first */
    bool is_setup;          /* makes or names something; of less interest */
    char brief[STORY_TEXT]; /* see sentence_write */
    char full[STORY_TEXT];
};

struct story;

/* story_new - at the start of a trace, which must stay. */
struct story *story_new(const struct trace *trace,
                        const struct names *names, bool inside,
                        bool ascii);
void story_free(struct story *story);

/*
 * story_next - the next line; false after the last.
 *
 * Until the next call, story_replay tells how things stand just before
 * the line's (last) event.
 */
bool story_next(struct story *story, struct story_line *line);
const struct replay *story_replay(const struct story *story);

/* Does this kind of event only make, name or end something? */
bool story_is_setup(enum kind kind);

#endif
