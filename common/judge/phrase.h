/*
 * phrase.h - a sentence that grows in a buffer of fixed size.
 *
 * What finds no room is left out; the text is always ended by a 0.
 * Used by judge/ and show/.
 */
#ifndef JUDGE_PHRASE_H
#define JUDGE_PHRASE_H

#include <stddef.h>
#include <stdint.h>

struct trace;

struct phrase {
    char *text;
    size_t size, length;
};

/* An empty phrase in `text` of `size` > 0 bytes. */
struct phrase phrase_in(char *text, size_t size);

/* phrase_add - append, as printf. */
void phrase_add(struct phrase *phrase, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* phrase_add_place - append " at race.c:57", or nothing if the place of
 * that pc is not known. */
void phrase_add_place(struct phrase *phrase, const struct trace *trace,
                      uint64_t pc);

/* phrase_add_signal - append "SIGSEGV". */
void phrase_add_signal(struct phrase *phrase, int64_t number);

/* The part of a path after the last '/'. */
const char *phrase_base_name(const char *path);

#endif
