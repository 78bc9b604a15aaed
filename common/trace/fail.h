/*
 * fail.h - how the harness itself fails.
 *
 * The environment fails: die().  An invariant of the harness is broken:
 * ENSURE, which is never compiled out.  An outcome that is expected is
 * a return value and has no business here.  Used by all of common/.
 */
#ifndef TRACE_FAIL_H
#define TRACE_FAIL_H

/* The name that starts every message on stderr; "interleavings" until
 * run/ sets it to the name the program was called by. */
extern const char *fail_program;

/* Called, if set, before a last message: gives the terminal back. */
extern void (*fail_prepare)(void);

/*
 * die - print a sentence on stderr and exit with status 2.
 *
 * A format that ends in ':' is followed by what errno means.
 */
_Noreturn void die(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* complain - the same sentence, but go on. */
void complain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* What ENSURE calls. */
_Noreturn void fail_broken(const char *what, const char *file, int line);

#define ENSURE(condition) \
    ((condition) ? (void)0 : fail_broken(#condition, __FILE__, __LINE__))

#endif
