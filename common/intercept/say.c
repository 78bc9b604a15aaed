/*
 * say.c - wrappers of what is printed by stdio, and of assert.
 *
 * What goes to stdout and stderr is SAY, one event a call; what goes to
 * another stream, or to one of these two after the program led it
 * elsewhere, is WRITE, recorded when it enters the stream's buffer.
 * Characters that are printed one by one are one SAY as long as nothing
 * else happened in between, to anybody: what was torn apart in the run
 * is torn apart here.
 *
 * The compiler turns printf("x\n") into puts, printf("%c") into putchar
 * and fprintf into fwrite or fputc, so all of them are here.  fflush
 * says nothing and is not.
 */
#define _GNU_SOURCE
#include <string.h>

#include "intercept/real.h"
#include "intercept/record.h"
#include "intercept/text.h"

/* clang-format off */
REAL(int, printf, (const char *, ...));
REAL(int, vprintf, (const char *, va_list));
REAL(int, fprintf, (FILE *, const char *, ...));
REAL(int, vfprintf, (FILE *, const char *, va_list));
REAL(int, dprintf, (int, const char *, ...));
REAL(int, vdprintf, (int, const char *, va_list));
REAL(int, puts, (const char *));
REAL(int, fputs, (const char *, FILE *));
REAL(size_t, fwrite, (const void *, size_t, size_t, FILE *));
REAL(int, putchar, (int));
REAL(int, putc, (int, FILE *));
REAL(int, fputc, (int, FILE *));
REAL(void, perror, (const char *));
REAL(_Noreturn void, __assert_fail, (const char *, const char *, unsigned, const char *));
REAL(_Noreturn void, __assert_perror_fail, (int, const char *, unsigned, const char *));
/* clang-format on */

/* A stream's descriptor; -1 if it is in memory.  Keeps errno. */
static int file_of(FILE *stream)
{
    int error = errno;
    int file = fileno(stream);

    errno = error;
    return file;
}

static uint32_t note(int file, const char *bytes, size_t length,
                     uint64_t pc)
{
    return text_say(file, bytes, length, length, pc);
}

/* It was recorded before: could it be done? */
static void finish(uint32_t event, bool failed)
{
    if (failed && event != TRACE_NONE)
        record_result(event, 0, errno);
}

/* ---- formatted ---- */

static uint32_t note_format(int file, const char *format,
                            va_list arguments, uint64_t pc)
{
    char words[RECORD_TEXT_MAX + 8]; /* one more: to see where to cut */
    int error = errno;
    va_list copy;
    size_t length, kept;
    int result;

    va_copy(copy, arguments);
    result = vsnprintf(words, sizeof words, format, copy);
    va_end(copy);
    errno = error;
    if (result < 0)
        return TRACE_NONE;
    length = (size_t)result;
    kept = length < sizeof words ? length : sizeof words - 1;
    return text_say(file, words, kept, length, pc);
}

static int print(FILE *stream, const char *format, va_list arguments,
                 uint64_t pc)
{
    uint32_t event = TRACE_NONE;
    int result;

    if (is_actor())
        event = note_format(file_of(stream), format, arguments, pc);
    result = __real_vfprintf(stream, format, arguments);
    finish(event, result < 0);
    return result;
}

static int print_to(int file, const char *format, va_list arguments,
                    uint64_t pc)
{
    uint32_t event = TRACE_NONE;
    int result;

    if (is_actor())
        event = note_format(file, format, arguments, pc);
    result = __real_vdprintf(file, format, arguments);
    finish(event, result < 0);
    return result;
}

int __wrap_printf(const char *format, ...)
{
    va_list arguments;
    int result;

    va_start(arguments, format);
    result = print(stdout, format, arguments, HERE);
    va_end(arguments);
    return result;
}

int __wrap_vprintf(const char *format, va_list arguments)
{
    return print(stdout, format, arguments, HERE);
}

int __wrap_fprintf(FILE *stream, const char *format, ...)
{
    va_list arguments;
    int result;

    va_start(arguments, format);
    result = print(stream, format, arguments, HERE);
    va_end(arguments);
    return result;
}

int __wrap_vfprintf(FILE *stream, const char *format, va_list arguments)
{
    return print(stream, format, arguments, HERE);
}

int __wrap_dprintf(int file, const char *format, ...)
{
    va_list arguments;
    int result;

    va_start(arguments, format);
    result = print_to(file, format, arguments, HERE);
    va_end(arguments);
    return result;
}

int __wrap_vdprintf(int file, const char *format, va_list arguments)
{
    return print_to(file, format, arguments, HERE);
}

/* ---- whole strings ---- */

int __wrap_puts(const char *string)
{
    uint32_t event = TRACE_NONE;
    int result;

    if (is_actor())
        event = note(file_of(stdout), string, strlen(string), HERE);
    result = __real_puts(string);
    finish(event, result < 0);
    return result;
}

int __wrap_fputs(const char *string, FILE *stream)
{
    uint32_t event = TRACE_NONE;
    int result;

    if (is_actor())
        event = note(file_of(stream), string, strlen(string), HERE);
    result = __real_fputs(string, stream);
    finish(event, result < 0);
    return result;
}

size_t __wrap_fwrite(const void *bytes, size_t size, size_t count,
                     FILE *stream)
{
    uint32_t event = TRACE_NONE;
    size_t result;

    if (is_actor() && size != 0 && count <= SIZE_MAX / size)
        event = note(file_of(stream), bytes, size * count, HERE);
    result = __real_fwrite(bytes, size, count, stream);
    finish(event, result < count);
    return result;
}

void __wrap_perror(const char *what)
{
    char words[RECORD_TEXT_MAX];
    int error = errno;
    bool named = what != NULL && what[0] != '\0';

    if (is_actor()) {
        snprintf(words, sizeof words, "%s%s%s", named ? what : "",
                 named ? ": " : "", strerror(error));
        note(STDERR_FILENO, words, strlen(words), HERE);
        errno = error;
    }
    __real_perror(what);
}

/* ---- characters ---- */

#define WORD_ROOM 120

/* The SAY that this actor's next character may still join. */
static _Thread_local struct {
    uint32_t event;
    size_t length;
    FILE *stream;
} word = {.event = TRACE_NONE};

static bool may_join(FILE *stream)
{
    return word.event != TRACE_NONE && word.stream == stream &&
           word.length < WORD_ROOM &&
           trace_count(self.trace) == word.event + 1 &&
           trace_event(self.trace, word.event)->actor == self.number;
}

/* A new word has room for those that will join it.  Returns its event. */
static uint32_t begin_word(char character, FILE *stream, uint64_t pc)
{
    static const char room[WORD_ROOM];
    uint32_t number = note(file_of(stream), &character, 1, pc);
    struct event *event;

    word.event = TRACE_NONE;
    if (number == TRACE_NONE)
        return number;
    event = trace_event(self.trace, number);
    if (event_kind(event) != KIND_SAY)
        return number;
    event->text = trace_add_text(self.trace, room, WORD_ROOM);
    word.length = 0;
    word.stream = stream;
    word.event = event->text == 0 ? TRACE_NONE : number;
    return number;
}

static uint32_t note_character(char character, FILE *stream, uint64_t pc)
{
    bool ends = character == '\n' && word.stream == stream &&
                word.event != TRACE_NONE;
    uint32_t event = word.event;
    uint32_t text;

    if (ends) {
        word.event = TRACE_NONE;
        return event;
    }
    if (!may_join(stream))
        event = begin_word(character, stream, pc);
    if (word.event == TRACE_NONE)
        return event;
    text = trace_event(self.trace, word.event)->text;
    ((char *)(uintptr_t)trace_text(self.trace, text))[word.length++] =
        character;
    return event;
}

static int put(int character, FILE *stream, uint64_t pc)
{
    uint32_t event = TRACE_NONE;
    int result;

    if (is_actor())
        event = note_character((char)character, stream, pc);
    result = __real_fputc(character, stream);
    finish(event, result == EOF);
    return result;
}

int __wrap_putchar(int character)
{
    return put(character, stdout, HERE);
}

int __wrap_putc(int character, FILE *stream)
{
    return put(character, stream, HERE);
}

int __wrap_fputc(int character, FILE *stream)
{
    return put(character, stream, HERE);
}

/* ---- assert ---- */

/* The real one prints and aborts. */
void __wrap___assert_fail(const char *expression, const char *file,
                          unsigned line, const char *function)
{
    if (is_actor())
        record_text(KIND_ASSERT, 0, 0, HERE, 0, expression,
                    strlen(expression));
    __real___assert_fail(expression, file, line, function);
}

void __wrap___assert_perror_fail(int error, const char *file,
                                 unsigned line, const char *function)
{
    const char *words = strerror(error);

    if (is_actor())
        record_text(KIND_ASSERT, 0, error, HERE, 0, words, strlen(words));
    __real___assert_perror_fail(error, file, line, function);
}
