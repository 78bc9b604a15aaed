/*
 * words.h - a sentence while it is written.  For sentence*.c only.
 */
#ifndef SHOW_WORDS_H
#define SHOW_WORDS_H

#include "show/sentence.h"

struct words {
    struct phrase *out;
    const struct sentence_scene *scene;
    const struct event *event;
    uint32_t index;
    const char *what; /* the object's name */
    bool brief;
};

/* The kind's own verb and object, and the error if there was one. */
void words_plain(const struct words *words);

/* ": time is up", if the call failed. */
void words_error(const struct words *words);

/* What the event's text is, between quotation marks, after `lead`. */
void words_quoted(const struct words *words, const char *lead);

/* Who let it go on, and after how long. */
void words_giver(const struct words *words);

/* Descriptors: pipes, sockets, files. */
void words_data(const struct words *words);

#endif
