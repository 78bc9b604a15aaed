/*
 * publish.c - see publish.h.
 */
#define _POSIX_C_SOURCE 200809L /* fdopen, dup */
#include "run/publish.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "run/options.h"
#include "trace/fail.h"
#include "trace/whole.h"

enum { KEY_EXPORT = 1024, KEY_OUTPUT, KEY_FROM, KEY_TO };

/* clang-format off */
static const struct argp_option table[] = {
    {0, 0, 0, 0, "A run for other programs:", 3},
    {"export", KEY_EXPORT, "FORMAT", 0,
     "Instead of the columns write the run as svg (a picture), perfetto "
     "(JSON for ui.perfetto.dev) or text (for diff)", 3},
    {"output", KEY_OUTPUT, "FILE", 0,
     "Export to FILE, not to standard output", 3},
    {"from", KEY_FROM, "N", 0,
     "Export as svg or text only from event number N on", 3},
    {"to", KEY_TO, "N", 0,
     "Export as svg or text only up to event number N", 3},
    {0}};
/* clang-format on */

static uint32_t event_number(struct argp_state *state, const char *name,
                             const char *from)
{
    char *end;
    double number = strtod(from, &end);

    if (end == from || *end != '\0' || !(number >= 0) ||
        number >= TRACE_NONE || number != (double)(uint32_t)number)
        argp_error(state,
                   "--%s takes the number of an event, as every "
                   "export shows it, not \"%s\"",
                   name, from);
    return (uint32_t)number;
}

static error_t take(int key, char *value, struct argp_state *state)
{
    struct publish *publish = state->input;

    switch (key) {
    case KEY_EXPORT:
        publish->asked = true;
        publish->format = value;
        if (!export_find(value, &publish->options.format))
            argp_error(state,
                       "--export takes svg, perfetto or text, not "
                       "\"%s\"",
                       value);
        break;
    case KEY_OUTPUT:
        publish->output = value;
        break;
    case KEY_FROM:
        publish->options.from = event_number(state, "from", value);
        break;
    case KEY_TO:
        publish->options.to = event_number(state, "to", value);
        break;
    case ARGP_KEY_INIT:
        publish->options.to = TRACE_NONE;
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

const struct argp publish_argp = {.options = table, .parser = take};

static void check_run(const struct options *all)
{
    if (all->raw)
        die("--raw and --export do not go together: one shows only what "
            "the program writes, the other all that it does");
    if (all->control.runs > 0)
        die("--export is for one run: take one schedule that --runs has "
            "printed, and --replay it with --export");
    if (all->control.step)
        die("--step and --export do not go together: --replay what you "
            "have chosen, with --export");
    if (all->variant == NULL && all->open == NULL)
        die("--export is for one run: say which variant");
}

void publish_check(struct publish *publish, const struct options *all)
{
    struct export_options *options = &publish->options;
    bool part = options->from > 0 || options->to != TRACE_NONE;

    if (!publish->asked && publish->output != NULL)
        die("--output is for --export; to keep a run there is --save");
    if (!publish->asked && part)
        die("--from and --to are for --export");
    if (!publish->asked)
        return;
    check_run(all);
    if (part && options->format == EXPORT_PERFETTO)
        die("--from and --to are for svg and text: Perfetto shows any "
            "part of a run by itself");
    if (options->from > options->to)
        die("--from %u --to %u: there is nothing between", options->from,
            options->to);
    options->inside = all->inside;
    options->ascii = all->ascii;
}

static void say_missing(uint32_t missing)
{
    if (missing > 0)
        complain("the picture holds %d lines; %u more did not fit. Its "
                 "last line says how to draw those: --from, --to",
                 EXPORT_ROWS_MOST, missing);
}

/* Returns whether all of it was written. */
static bool write_file(int file, const struct trace *trace,
                       const struct publish *publish)
{
    int copy = dup(file);
    FILE *out = copy < 0 ? NULL : fdopen(copy, "w");
    bool written;

    if (out == NULL) {
        if (copy >= 0)
            close(copy);
        return false;
    }
    say_missing(export_write(out, trace, &publish->options));
    written = !ferror(out);
    return fclose(out) == 0 && written;
}

/* A file beyond the process's limit is an error like any other. */
static bool write_whole(const struct trace *trace,
                        const struct publish *publish)
{
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    struct whole whole = whole_open(publish->output);
    bool written = whole.file >= 0 &&
                   write_file(whole.file, trace, publish);

    written = whole_close(&whole, written);
    if (!written)
        complain("cannot export the run as %s:", publish->output);
    signal(SIGXFSZ, before);
    return written;
}

bool publish_run(const struct trace *trace, const struct publish *publish)
{
    if (publish->output != NULL)
        return write_whole(trace, publish);
    say_missing(export_write(stdout, trace, &publish->options));
    return true;
}
