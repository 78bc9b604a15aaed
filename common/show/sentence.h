/*
 * sentence.h - an event in words.
 *
 * Used by story.c and, for what an event says beside its line, by the
 * views.  Uses judge/ (replay, names, phrase) and trace/.
 */
#ifndef SHOW_SENTENCE_H
#define SHOW_SENTENCE_H

#include "judge/names.h"
#include "judge/phrase.h"
#include "judge/replay.h"

struct sentence_scene {
    const struct trace *trace;
    const struct names *names;
    const struct replay *replay; /* as things stand before the event */
    bool ascii;
};

/*
 * sentence_write - append what the actor does, without its name:
 * "waits for queue->items, main holds it".
 *
 * The brief form leaves out what the views show in other ways and says
 * who let it go on by an arrow: "<- main: locks a".  Works on any event,
 * also of a damaged trace.
 */
void sentence_write(struct phrase *phrase,
                    const struct sentence_scene *scene, uint32_t index,
                    bool brief);

/* sentence_write_value - append a value of memory of `size` bytes, as a
 * number; nothing if it is more likely an address.  Returns whether it
 * wrote. */
bool sentence_write_value(struct phrase *phrase, int64_t value,
                          unsigned size, const char *before);

/* The function at a code address; NULL if it is not known. */
const char *sentence_function(const struct trace *trace, uint64_t pc);

#endif
