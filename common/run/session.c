/*
 * session.c - see session.h.
 */
#define _GNU_SOURCE /* program_invocation_name */
#include "run/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/keeper.h"
#include "trace/fail.h"
#include "trace/trace.h"

static uint32_t add_text(struct trace *trace, const char *text)
{
    return trace_add_text(trace, text, strlen(text));
}

static void describe(struct trace *trace, const struct variant *variant)
{
    char title[128];

    snprintf(title, sizeof title, "%s %s", fail_program, variant->name);
    trace->title = add_text(trace, title);
    trace->expect = add_text(trace, variant->expect);
}

/* The program's argv: its name, the user's arguments, NULL. */
static char **program_arguments(const struct options *options)
{
    char **all = calloc((size_t)options->argument_count + 2, sizeof *all);

    if (all == NULL)
        die("out of memory");
    all[0] = program_invocation_name;
    for (int i = 0; i < options->argument_count; i++)
        all[i + 1] = options->arguments[i];
    return all;
}

static int perform(struct trace *trace, const struct variant *variant,
                   const struct options *options)
{
    char **arguments = program_arguments(options);
    struct study study = {.variant = variant,
                          .argc = options->argument_count + 1,
                          .argv = arguments,
                          .timeout = options->timeout,
                          .raw = options->raw};
    int interrupted = keeper_run(trace, &study);

    free(arguments);
    return interrupted;
}

static int report(const struct trace *trace, const struct options *options)
{
    (void)options;
    printf("%u events, %llu lost, ending %u %lld, %u left behind\n",
           trace_count(trace), (unsigned long long)trace_lost(trace),
           trace->ending, (long long)trace->ending_value,
           trace->left_behind);
    return 0;
}

int session_run(const struct variant *variant,
                const struct options *options)
{
    struct trace *trace = trace_create(options->events);
    int interrupted, result;

    describe(trace, variant);
    interrupted = perform(trace, variant, options);
    trace_seal(trace);
    result = report(trace, options);
    if (options->save != NULL && trace_save(trace, options->save) < 0)
        result = 1;
    trace_close(trace);
    return interrupted != 0 ? 128 + interrupted : result;
}

int session_open(const struct options *options)
{
    struct trace *trace = trace_open(options->open);
    int result;

    if (trace == NULL)
        return 2;
    result = report(trace, options);
    trace_close(trace);
    return result;
}
