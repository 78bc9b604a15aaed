/*
 * suggest.c - see suggest.h.
 */
#define _GNU_SOURCE /* program_invocation_name */
#include "run/suggest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define COMMAND_MAX 400
#define WHY_MAX 100
_Static_assert(COMMAND_MAX + 3 + WHY_MAX <= SUGGESTION_SIZE, "all fits");

/* A command and why one would type it. */
struct line {
    char command[COMMAND_MAX];
    const char *why;
};

/* More would be more than the memory of a small machine. */
#define EVENTS_SANE 40000000ULL

static struct line lines[SUGGESTIONS_MAX];
static size_t line_count;

__attribute__((format(printf, 2, 3))) static void
add(const char *why, const char *format, ...)
{
    va_list arguments;

    if (line_count == SUGGESTIONS_MAX)
        return;
    lines[line_count].why = why;
    va_start(arguments, format);
    vsnprintf(lines[line_count].command, sizeof lines[line_count].command,
              format, arguments);
    va_end(arguments);
    line_count++;
}

/* Fills the commands up so that the reasons stand one above another. */
static void write_lines(struct suggestions *suggestions)
{
    size_t longest = 0;

    for (size_t i = 0; i < line_count; i++)
        if (strlen(lines[i].command) > longest)
            longest = strlen(lines[i].command);
    for (size_t i = 0; i < line_count; i++) {
        char *text = suggestions->text[i];

        memset(text, ' ', longest + 3);
        memcpy(text, lines[i].command, strlen(lines[i].command));
        snprintf(text + longest + 3, WHY_MAX, "%s", lines[i].why);
        suggestions->lines[i] = text;
    }
}

/* The next one that a reader of the chapter would look at. */
static const struct variant *next_of(const struct variant *variant)
{
    const struct variant *next = variant + 1;

    return next->name != NULL && next->numbered ? next : NULL;
}

static void suggest_remedy(const struct trace *trace,
                           const struct verdict *verdict,
                           const char *run, const struct options *options)
{
    unsigned long long wanted =
        (trace_count(trace) + trace_lost(trace)) * 2;

    if (verdict->kind == VERDICT_INCOMPLETE && wanted > EVENTS_SANE)
        add("less of it", "%s --timeout 0.1", run);
    else if (verdict->kind == VERDICT_INCOMPLETE)
        add("room for it all", "%s --events %llu", run, wanted);
    if (!trace->controlled &&
        (verdict->kind == VERDICT_INCOMPLETE ? wanted > EVENTS_SANE
         : verdict->kind == VERDICT_TIMEOUT  ? trace_lost(trace) > 0
                                             : false))
        add("one at a time: who gets nowhere is seen", "%s --seed 1", run);
    if (verdict->kind == VERDICT_TIMEOUT)
        add("more time", "%s --timeout %llu", run,
            (unsigned long long)options->timeout / 1000000000 * 5 + 5);
}

/* This run again, or, if nobody decided who goes next, runs for which
 * somebody does. */
static void suggest_schedules(const struct trace *trace,
                              const struct verdict *verdict,
                              const struct variant *variant,
                              const struct options *options)
{
    const char *program = program_invocation_name;
    char again[COMMAND_MAX - 100];

    if (trace->controlled) {
        if (control_seed(&options->control, again, sizeof again))
            add("this very run again", "%.60s %.30s %s", program,
                variant->name, again);
        add("you decide who goes next", "%.60s %.30s --step", program,
            variant->name);
    } else {
        add(verdict->kind == VERDICT_OK ? "what else it may come to"
                                        : "how often it comes to that",
            "%.60s %.30s --runs 1000", program, variant->name);
    }
}

static void suggest_runs(const struct trace *trace,
                         const struct verdict *verdict,
                         const struct variant *variant,
                         const struct options *options)
{
    const char *program = program_invocation_name;
    const struct variant *next = next_of(variant);
    char run[256];

    snprintf(run, sizeof run, "%s %s", program, variant->name);
    suggest_remedy(trace, verdict, run, options);
    suggest_schedules(trace, verdict, variant, options);
    if (next != NULL)
        add("the next variant", "%s %s", program, next->name);
    if (!options->inside && !trace->controlled)
        add("function calls too", "%s --inside",
            run);
    if (options->save == NULL && !trace->controlled)
        add("keep such a run", "%s --save run.trace", run);
}

void suggest(struct suggestions *suggestions, const struct trace *trace,
             const struct verdict *verdict, const struct variant *variant,
             const struct options *options)
{
    memset(suggestions, 0, sizeof *suggestions);
    line_count = 0;
    if (variant != NULL)
        suggest_runs(trace, verdict, variant, options);
    if (variant != NULL && options->save != NULL)
        add("show this very run", "%s --open %s",
            program_invocation_name, options->save);
    if (variant == NULL && !options->inside)
        add("function calls too",
            "%s --open %s --inside", program_invocation_name,
            options->open);
    if (variant == NULL)
        add("with longer lines", "%s --open %s --width %d",
            program_invocation_name, options->open,
            options->width < 120 ? 120 : options->width + 80);
    write_lines(suggestions);
}
