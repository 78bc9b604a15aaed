/*
 * phrase.c - see phrase.h.
 */
#define _GNU_SOURCE /* sigabbrev_np */
#include "judge/phrase.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "trace/trace.h"

struct phrase phrase_in(char *text, size_t size)
{
    text[0] = '\0';
    return (struct phrase){.text = text, .size = size};
}

/* No half character at the end. */
static size_t whole_characters(const char *text, size_t length)
{
    size_t start = length;

    while (start > 0 && length - start < 4 &&
           ((unsigned char)text[start - 1] & 0xc0) == 0x80)
        start--;
    if (start > 0 && (unsigned char)text[start - 1] >= 0xc0)
        return start - 1;
    return length;
}

void phrase_add(struct phrase *phrase, const char *format, ...)
{
    size_t room = phrase->size - phrase->length;
    va_list arguments;
    int length;

    if (room <= 1)
        return;
    va_start(arguments, format);
    length = vsnprintf(phrase->text + phrase->length, room, format,
                       arguments);
    va_end(arguments);
    if (length < 0)
        phrase->text[phrase->length] = '\0';
    else if ((size_t)length < room)
        phrase->length += (size_t)length;
    else {
        phrase->length =
            whole_characters(phrase->text, phrase->size - 1);
        phrase->text[phrase->length] = '\0';
    }
}

const char *phrase_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

void phrase_add_place(struct phrase *phrase, const struct trace *trace,
                      uint64_t pc)
{
    const struct place *place = trace_place(trace, pc);

    if (place != NULL && place->line != 0)
        phrase_add(phrase, " at %.100s:%u",
                   phrase_base_name(trace_text(trace, place->file)),
                   place->line);
}

void phrase_add_signal(struct phrase *phrase, int64_t number)
{
    const char *name = number > 0 && number < 65
                           ? sigabbrev_np((int)number)
                           : NULL;

    if (name != NULL)
        phrase_add(phrase, "SIG%s", name);
    else
        phrase_add(phrase, "signal %lld", (long long)number);
}
