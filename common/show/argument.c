/*
 * argument.c - see argument.h.
 *
 * First a copy is made with comments gone and blanks made one space, so
 * that what follows has only brackets and quotes to heed.  C's grammar
 * says only with the help of its types what is a cast: here (a) is one
 * if an operand follows that cannot go on an expression.
 */
#include "show/argument.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define TEXT_MAX 2048

struct span {
    const char *start, *end;
};

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (c & 0x80) != 0;
}

/* Behind the string or character constant that starts at `at`. */
static const char *skip_quoted(const char *at, const char *end)
{
    char quote = *at++;

    while (at < end && *at != quote)
        at += *at == '\\' && at + 1 < end ? 2 : 1;
    return at < end ? at + 1 : end;
}

/* Behind the comment that starts at `at`; `at` itself if none does. */
static const char *skip_comment(const char *at, const char *end)
{
    if (end - at < 2 || at[0] != '/')
        return at;
    if (at[1] == '/') {
        while (at < end && *at != '\n')
            at++;
    } else if (at[1] == '*') {
        for (at += 2; at < end; at++)
            if (end - at >= 2 && at[0] == '*' && at[1] == '/')
                return at + 2;
    }
    return at;
}

static void copy_quoted(const char **at, const char *end, char *out,
                        size_t *count)
{
    const char *after = skip_quoted(*at, end);

    while (*at < after && *count + 1 < TEXT_MAX)
        out[(*count)++] = *(*at)++;
    *at = after;
}

/*
 * Copies C text, cleaned.  Returns the count of bytes in `out`; sets
 * *first to how many of them come from the first line.
 */
static size_t clean(const char *at, const char *end, char *out,
                    size_t *first)
{
    size_t count = 0;
    bool one_line = true;

    *first = 0;
    while (at < end && count + 1 < TEXT_MAX) {
        const char *after = skip_comment(at, end);

        if (after == at && (*at == '"' || *at == '\'')) {
            copy_quoted(&at, end, out, &count);
            if (one_line)
                *first = count;
            continue;
        }
        if (memchr(at, '\n', after > at ? (size_t)(after - at) : 1))
            one_line = false;
        if (one_line)
            *first = count + 1;
        if (after != at || isspace((unsigned char)*at)) {
            if (count > 0 && out[count - 1] != ' ')
                out[count++] = ' ';
            at = after != at ? after : at + 1;
        } else {
            out[count++] = *at++;
        }
    }
    if (*first > count)
        *first = count;
    return count;
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && *at == ' ')
        at++;
    return at;
}

/* Behind `function (`, where that begins before `limit`; or NULL. */
static const char *find_call(const char *start, const char *limit,
                             const char *end, const char *function)
{
    size_t length = strlen(function);
    const char *after;

    for (const char *at = start; at < limit; at++) {
        if (*at == '"' || *at == '\'') {
            at = skip_quoted(at, end) - 1;
            continue;
        }
        if ((size_t)(end - at) <= length ||
            memcmp(at, function, length) != 0 ||
            (at > start && is_word(at[-1])) || is_word(at[length]))
            continue;
        after = skip_blanks(at + length, end);
        if (after < end && *after == '(')
            return after + 1;
    }
    return NULL;
}

/* The end of an argument: its comma or the call's ")"; or NULL. */
static const char *find_end(const char *at, const char *end)
{
    int depth = 0;

    while (at < end) {
        if (*at == '"' || *at == '\'') {
            at = skip_quoted(at, end);
            continue;
        }
        if (depth == 0 && (*at == ',' || *at == ')'))
            return at;
        depth += strchr("([{", *at) != NULL;
        depth -= strchr(")]}", *at) != NULL;
        at++;
    }
    return NULL;
}

/* The bracket that closes the "(" at the start; or NULL. */
static const char *closing(struct span span)
{
    const char *at = span.start + 1;

    while ((at = find_end(at, span.end)) != NULL && *at == ',')
        at++;
    return at;
}

static bool is_cast(struct span span, const char *close)
{
    const char *next = skip_blanks(close + 1, span.end);

    return next < span.end &&
           (is_word(*next) || strchr("&*(\"'~!", *next) != NULL);
}

static struct span trim(struct span span)
{
    span.start = skip_blanks(span.start, span.end);
    while (span.end > span.start && span.end[-1] == ' ')
        span.end--;
    return span;
}

/* Takes off &, casts and outer parentheses, as long as there are any. */
static struct span peel(struct span span)
{
    for (;;) {
        const char *close;

        span = trim(span);
        if (span.start == span.end)
            return span;
        if (*span.start == '&') {
            span.start++;
            continue;
        }
        close = *span.start == '(' ? closing(span) : NULL;
        if (close == NULL)
            return span;
        if (close + 1 == span.end) {
            span.start++;
            span.end--;
        } else if (is_cast(span, close)) {
            span.start = close + 1;
        } else {
            return span;
        }
    }
}

size_t argument_text(const char *text, size_t length, const char *function,
                     unsigned index, char *out, size_t size)
{
    char copy[TEXT_MAX];
    size_t first, count = clean(text, text + length, copy, &first);
    struct span span = {.end = NULL};
    size_t found;

    span.start = find_call(copy, copy + first, copy + count, function);
    for (; span.start != NULL; span.start = span.end + 1, index--) {
        span.end = find_end(span.start, copy + count);
        if (span.end == NULL)
            return 0;
        if (index == 0)
            break;
        if (*span.end == ')')
            return 0;
    }
    if (span.start == NULL || size == 0)
        return 0;
    span = peel(span);
    found = (size_t)(span.end - span.start);
    if (found >= size)
        found = size - 1;
    memcpy(out, span.start, found);
    out[found] = '\0';
    return found;
}
