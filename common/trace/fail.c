/*
 * fail.c - see fail.h.
 */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *fail_program = "interleavings";
void (*fail_prepare)(void);

static void say(const char *format, va_list arguments)
{
    int error = errno;
    size_t length = strlen(format);

    fprintf(stderr, "%s: ", fail_program);
    vfprintf(stderr, format, arguments);
    if (length > 0 && format[length - 1] == ':')
        fprintf(stderr, " %s", strerror(error));
    fputc('\n', stderr);
}

void complain(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
}

void die(const char *format, ...)
{
    va_list arguments;

    if (fail_prepare != NULL)
        fail_prepare();
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    _exit(2);
}

void fail_broken(const char *what, const char *file, int line)
{
    die("%s:%d: this should never happen: not (%s)", file, line, what);
}

/*
 * Read by AddressSanitizer where the harness is built with it: no search
 * for leaks at the end.  The program under study may leak, and then it
 * would not exit as it does without the harness.
 */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "detect_leaks=0:use_sigaltstack=0";
}
