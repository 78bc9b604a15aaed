/*
 * input.c - wrappers of what is read by stdio.
 *
 * A stream has a buffer, and only filling it may wait.  So each call
 * here takes its bytes one by one out of the buffer, and where that is
 * empty fills it in a step of its own: READ is what entered the buffer,
 * as WRITE is recorded in say.c when it enters one.  Lines and blocks
 * that come in several parts are several READ events.
 *
 * scanf is the real one, on a stream that hands these bytes on.
 *
 * Under the kernel's schedule the stream is locked throughout, as in the
 * C library.  By turns it is not, or who waits for input would keep the
 * others from their turns.
 */
#define _GNU_SOURCE /* getline */
#include <stdio_ext.h>
#include <stdlib.h>

#include "intercept/descriptor.h"
#include "intercept/handler.h"
#include "intercept/real.h"
#include "intercept/text.h"
#include "intercept/turn.h"

/* clang-format off */
REAL(int, fgetc, (FILE *));
REAL(int, getc, (FILE *));
REAL(int, getchar, (void));
REAL(char *, fgets, (char *, int, FILE *));
REAL(size_t, fread, (void *, size_t, size_t, FILE *));
REAL(ssize_t, getline, (char **, size_t *, FILE *));
REAL(ssize_t, getdelim, (char **, size_t *, int, FILE *));
REAL(int, scanf, (const char *, ...));
REAL(int, fscanf, (FILE *, const char *, ...));
REAL(int, vscanf, (const char *, va_list));
REAL(int, vfscanf, (FILE *, const char *, va_list));
REAL(int, __isoc99_scanf, (const char *, ...));
REAL(int, __isoc99_fscanf, (FILE *, const char *, ...));
REAL(int, __isoc99_vscanf, (const char *, va_list));
REAL(int, __isoc99_vfscanf, (FILE *, const char *, va_list));
/* clang-format on */

int __real_poll(struct pollfd *, nfds_t, int);
int __real_fclose(FILE *);
void *__real_realloc(void *, size_t);

/* The C library's own signs in a stream. */
#define PUSHED_BACK 0x100
#define FAILED 0x20

/* One call. */
struct input {
    FILE *stream;
    uint64_t pc;
    char *to; /* NULL: wherever getline finds room */
    size_t size, got;
    int end; /* the byte after which it ends, or EOF */
    char **line;
    size_t *room;
    void (*call)(struct input *input);
    bool failed;
    int (*scan)(FILE *stream, const char *format, va_list arguments);
    const char *format;
    va_list *arguments;
    int items;
};

/* How many bytes can be had without reading. */
static size_t in_buffer(const FILE *stream)
{
    size_t count = (size_t)(stream->_IO_read_end - stream->_IO_read_ptr);

    if (stream->_flags & PUSHED_BACK)
        count += (size_t)(stream->_IO_save_end - stream->_IO_save_base);
    return count;
}

/* ---- filling the buffer ---- */

static void stop_waiting(void *unused)
{
    (void)unused;
    wait_end();
}

/* The real call waits; a thread may be cancelled in there. */
static int fill_waiting(const struct input *input, uint64_t object,
                        unsigned flags)
{
    int byte;

    wait_begin(KIND_READ, object, input->pc, flags);
    pthread_cleanup_push(stop_waiting, NULL);
    byte = __real_fgetc(input->stream);
    pthread_cleanup_pop(1);
    return byte;
}

static bool is_ready(int file)
{
    struct pollfd one = {.fd = file, .events = POLLIN};

    return __real_poll(&one, 1, 0) != 0;
}

/* By turns: whenever somebody has touched the other end.  Returns false
 * if a signal has interrupted it. */
static bool wait_by_turns(const struct input *input, int file,
                          uint64_t object, unsigned flags,
                          unsigned *waited)
{
    while (!is_ready(file)) {
        enum gate_answer answer = turn_wait(KIND_READ, object, input->pc,
                                            flags, GATE_NEVER, waited);

        if (answer == GATE_REALLY)
            return true;
        if (answer == GATE_SIGNAL && !handler_restarts()) {
            input->stream->_flags |= FAILED;
            errno = EINTR;
            return false;
        }
    }
    return true;
}

static void note_fill(const struct input *input,
                      const struct descriptor *about, int byte,
                      unsigned flags)
{
    const char *bytes = input->stream->_IO_read_ptr;
    size_t got = byte == EOF ? 0 : in_buffer(input->stream);
    size_t length = got > 0 ? text_of_data(bytes, got) : 0;
    int error = byte == EOF && ferror(input->stream) ? errno : 0;
    uint32_t event;

    event = record_text(KIND_READ, about->object, (int64_t)got, input->pc,
                        flags | about->ends, length > 0 ? bytes : "",
                        length);
    record_result(event, (int64_t)got, error);
}

/* What was printed is to be seen before it waits for an answer. */
static void show_question(void)
{
    if (__flbf(stdout))
        fflush(stdout);
}

/* Reads something into the buffer; false at the end, or if it fails. */
static bool fill(const struct input *input)
{
    int before = errno, file = fileno(input->stream), byte = EOF;
    struct descriptor about = descriptor_of(file);
    unsigned outside = descriptor_outside(&about) | about.ends;
    unsigned waited = 0;
    bool waits;

    ask(KIND_READ, about.object, input->pc);
    waits = about.object != 0 && about.sort != DESCRIPTOR_FILE &&
            !descriptor_never_waits(file) && !is_ready(file);
    if (waits)
        show_question();
    if (is_controlled()) {
        if (!waits ||
            wait_by_turns(input, file, about.object, outside, &waited))
            byte = __real_fgetc(input->stream);
    } else if (waits) {
        byte = fill_waiting(input, about.object, outside);
        waited = EVENT_WAITED;
    } else {
        byte = __real_fgetc(input->stream);
    }
    if (byte != EOF)
        ungetc(byte, input->stream);
    touched(about.object);
    note_fill(input, &about, byte, waited);
    if (byte != EOF || !ferror(input->stream))
        errno = before;
    return byte != EOF;
}

/* A stream in memory, or one that is at its end, never waits. */
static bool is_filled(const struct input *input)
{
    int error = errno;
    bool is_file = fileno(input->stream) >= 0;

    errno = error;
    return !is_file || in_buffer(input->stream) > 0 ||
           feof(input->stream) || !__freadable(input->stream) ||
           fill(input);
}

static int next(struct input *input)
{
    return is_filled(input) ? __real_fgetc(input->stream) : EOF;
}

/* ---- calls that are taken apart ---- */

static void unlock(void *stream)
{
    funlockfile(stream);
}

static void perform(struct input *input)
{
    if (is_controlled()) {
        input->call(input);
        return;
    }
    flockfile(input->stream);
    pthread_cleanup_push(unlock, input->stream);
    input->call(input);
    pthread_cleanup_pop(1);
}

/* Is there room for one more, and the 0 after it? */
static bool has_room(struct input *input)
{
    size_t room;
    char *larger;

    if (input->line == NULL)
        return input->got < input->size;
    if (*input->line != NULL && input->got + 1 < *input->room)
        return true;
    room = input->got < 60 ? 120 : 2 * input->got;
    larger = __real_realloc(*input->line, room);
    if (larger == NULL) {
        input->failed = true;
        return false;
    }
    *input->line = larger;
    *input->room = room;
    return true;
}

static void take_bytes(struct input *input)
{
    int byte = EOF - 1; /* no byte at all */

    while (byte != input->end && has_room(input)) {
        byte = next(input);
        if (byte == EOF)
            break;
        (input->line != NULL ? *input->line : input->to)[input->got++] =
            (char)byte;
    }
}

static void take_byte(struct input *input)
{
    input->end = next(input);
}

static int get_byte(FILE *stream, uint64_t pc)
{
    struct input input = {.stream = stream, .pc = pc, .call = take_byte};

    perform(&input);
    return input.end;
}

int __wrap_fgetc(FILE *stream)
{
    return is_actor() ? get_byte(stream, HERE) : __real_fgetc(stream);
}

int __wrap_getc(FILE *stream)
{
    return is_actor() ? get_byte(stream, HERE) : __real_getc(stream);
}

int __wrap_getchar(void)
{
    return is_actor() ? get_byte(stdin, HERE) : __real_getchar();
}

char *__wrap_fgets(char *line, int size, FILE *stream)
{
    struct input input = {.stream = stream,
                          .pc = HERE,
                          .to = line,
                          .size = size > 0 ? (size_t)size - 1 : 0,
                          .end = '\n',
                          .call = take_bytes};

    bool failed_before;

    if (!is_actor() || size <= 1)
        return __real_fgets(line, size, stream);
    failed_before = ferror(stream);
    perform(&input);
    if (input.got == 0 ||
        (ferror(stream) && !failed_before && errno != EAGAIN))
        return NULL;
    line[input.got] = '\0';
    return line;
}

static void take_block(struct input *input)
{
    while (input->got < input->size && is_filled(input)) {
        size_t there = in_buffer(input->stream);
        size_t wanted = input->size - input->got;
        size_t got = __real_fread(input->to + input->got, 1,
                                  there > 0 && there < wanted ? there
                                                              : wanted,
                                  input->stream);

        input->got += got;
        if (got == 0)
            break;
    }
}

size_t __wrap_fread(void *to, size_t size, size_t count, FILE *stream)
{
    struct input input = {.stream = stream,
                          .pc = HERE,
                          .to = to,
                          .size = size * count,
                          .call = take_block};

    if (!is_actor() || input.size == 0)
        return __real_fread(to, size, count, stream);
    perform(&input);
    return input.got / size;
}

static ssize_t get_line(char **line, size_t *room, int end, FILE *stream,
                        uint64_t pc)
{
    struct input input = {.stream = stream,
                          .pc = pc,
                          .line = line,
                          .room = room,
                          .end = end,
                          .call = take_bytes};

    perform(&input);
    if (input.got == 0 || input.failed)
        return -1;
    (*line)[input.got] = '\0';
    return (ssize_t)input.got;
}

ssize_t __wrap_getline(char **line, size_t *room, FILE *stream)
{
    return !is_actor() || line == NULL || room == NULL
               ? __real_getline(line, room, stream)
               : get_line(line, room, '\n', stream, HERE);
}

ssize_t __wrap_getdelim(char **line, size_t *room, int end, FILE *stream)
{
    return !is_actor() || line == NULL || room == NULL
               ? __real_getdelim(line, room, end, stream)
               : get_line(line, room, (unsigned char)end, stream, HERE);
}

/* ---- scanf ---- */

/* For a stream of which each byte is one of the real stream's. */
static ssize_t hand_on(void *argument, char *to, size_t size)
{
    struct input *input = argument;
    int byte = size > 0 ? next(input) : EOF;

    if (byte == EOF)
        return ferror(input->stream) ? -1 : 0;
    *to = (char)byte;
    return 1;
}

/* It looks at one byte more than it takes. */
static void take_words(struct input *input)
{
    static const cookie_io_functions_t functions = {.read = hand_on};
    FILE *apart = fopencookie(input, "r", functions);

    if (apart == NULL) {
        input->items =
            input->scan(input->stream, input->format, *input->arguments);
        return;
    }
    setvbuf(apart, NULL, _IONBF, 0);
    input->items = input->scan(apart, input->format, *input->arguments);
    if (in_buffer(apart) > 0)
        ungetc(__real_fgetc(apart), input->stream);
    __real_fclose(apart);
}

static int scan(struct input input, va_list arguments)
{
    va_list copy;

    if (!is_actor())
        return input.scan(input.stream, input.format, arguments);
    va_copy(copy, arguments); /* which, unlike a parameter, has a place */
    input.arguments = &copy;
    input.call = take_words;
    perform(&input);
    va_end(copy);
    return input.items;
}

int __wrap_vfscanf(FILE *stream, const char *format, va_list arguments)
{
    struct input input = {.stream = stream,
                          .pc = HERE,
                          .format = format,
                          .scan = __real_vfscanf};

    return scan(input, arguments);
}

int __wrap_vscanf(const char *format, va_list arguments)
{
    struct input input = {.stream = stdin,
                          .pc = HERE,
                          .format = format,
                          .scan = __real_vfscanf};

    return scan(input, arguments);
}

int __wrap_fscanf(FILE *stream, const char *format, ...)
{
    struct input input = {.stream = stream,
                          .pc = HERE,
                          .format = format,
                          .scan = __real_vfscanf};
    va_list arguments;
    int items;

    va_start(arguments, format);
    items = scan(input, arguments);
    va_end(arguments);
    return items;
}

int __wrap_scanf(const char *format, ...)
{
    struct input input = {.stream = stdin,
                          .pc = HERE,
                          .format = format,
                          .scan = __real_vfscanf};
    va_list arguments;
    int items;

    va_start(arguments, format);
    items = scan(input, arguments);
    va_end(arguments);
    return items;
}

/* The same under the names that <stdio.h> gives them since C99, where
 * %a is a number and not what the GNU library once made of it. */
int __wrap___isoc99_vfscanf(FILE *stream, const char *format,
                            va_list arguments)
{
    struct input input = {.stream = stream,
                          .pc = HERE,
                          .format = format,
                          .scan = __real___isoc99_vfscanf};

    return scan(input, arguments);
}

int __wrap___isoc99_vscanf(const char *format, va_list arguments)
{
    struct input input = {.stream = stdin,
                          .pc = HERE,
                          .format = format,
                          .scan = __real___isoc99_vfscanf};

    return scan(input, arguments);
}

int __wrap___isoc99_fscanf(FILE *stream, const char *format, ...)
{
    struct input input = {.stream = stream,
                          .pc = HERE,
                          .format = format,
                          .scan = __real___isoc99_vfscanf};
    va_list arguments;
    int items;

    va_start(arguments, format);
    items = scan(input, arguments);
    va_end(arguments);
    return items;
}

int __wrap___isoc99_scanf(const char *format, ...)
{
    struct input input = {.stream = stdin,
                          .pc = HERE,
                          .format = format,
                          .scan = __real___isoc99_vfscanf};
    va_list arguments;
    int items;

    va_start(arguments, format);
    items = scan(input, arguments);
    va_end(arguments);
    return items;
}
