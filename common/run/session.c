/*
 * session.c - see session.h.
 */
#define _GNU_SOURCE /* program_invocation_name */
#include "run/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge/expect.h"
#include "judge/names.h"
#include "judge/replay.h"
#include "judge/verdict.h"
#include "run/keeper.h"
#include "run/many.h"
#include "run/step.h"
#include "run/leftover.h"
#include "run/suggest.h"
#include "schedule/schedule.h"
#include "show/columns.h"
#include "show/dwarf.h"
#include "show/places.h"
#include "show/watch.h"
#include "trace/fail.h"
#include "trace/renumber.h"
#include "trace/trace.h"

#define SCHEDULE_LONGEST 1000 /* that anybody would copy */

static uint32_t add_text(struct trace *trace, const char *text)
{
    return trace_add_text(trace, text, strlen(text));
}

static void describe(struct trace *trace, const struct variant *variant)
{
    char title[256];

    snprintf(title, sizeof title, "%s: %s", variant->name,
             variant->title);
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

struct study session_study(const struct variant *variant,
                           const struct options *options)
{
    struct study study = {.variant = variant,
                          .argc = options->argument_count + 1,
                          .argv = program_arguments(options),
                          .timeout = options->timeout,
                          .raw = options->raw};

    return study;
}

static int perform(struct trace *trace, const struct variant *variant,
                   const struct options *options)
{
    struct study study = session_study(variant, options);
    int interrupted;

    leftover_begin();
    interrupted = keeper_run(trace, &study);
    leftover_end(trace);
    free(study.argv);
    return interrupted;
}

/* The given schedule wanted somebody to go on who could not. */
static void describe_misfit(struct trace *trace)
{
    uint32_t wanted, at = schedule_misfit(trace, &wanted);
    struct schedule_next next = schedule_next(trace, wanted);
    char text[256];
    int length;

    length = snprintf(text, sizeof text,
                      "choice %u of the schedule lets %s go on, but %s: "
                      "this is not the program that it was made with",
                      at + 1, trace_actor_name(trace, wanted),
                      trace_actor(trace, wanted) == NULL
                          ? "there is nobody of that number yet"
                      : next.ended ? "it has ended"
                                   : "it has to wait there");
    trace->ending_text = trace_add_text(trace, text, (size_t)length);
}

static void note_schedule(struct trace *trace,
                          const struct variant *variant)
{
    size_t size = 2 * (size_t)schedule_choice_count(trace) + 64;
    char *text = malloc(size);

    if (text == NULL)
        die("out of memory");
    control_schedule(trace, variant, text, size);
    trace->schedule_text = add_text(trace, text);
    free(text);
}

void session_finish(struct trace *trace, const struct variant *variant)
{
    if (trace->controlled)
        trace_renumber(trace);
    places_resolve(trace);
    trace_seal(trace);
    names_finish(trace, places_argument);
    replay_link(trace);
    if (trace->ending == ENDING_MISFIT)
        describe_misfit(trace);
    if (trace->controlled)
        note_schedule(trace, variant);
}

struct expect session_expect(const struct trace *trace)
{
    struct expect expect;
    char problem[400];

    if (!expect_parse(trace_text(trace, trace->expect), &expect, problem,
                      sizeof problem))
        complain("the Expect: line: %s", problem);
    return expect;
}

/* On one line, however long, so that it can be copied. */
static void show_schedule(const struct trace *trace)
{
    const char *text = trace_text(trace, trace->schedule_text);

    if (*text == '\0')
        return;
    if (strlen(text) <= SCHEDULE_LONGEST)
        printf("schedule: %s\n", text);
    else
        printf("schedule: too long to show (%zu letters)\n", strlen(text));
}

/* Returns false if there is no terminal for it. */
static bool show_timeline(const struct trace *trace,
                          const struct options *options)
{
    const struct watch_options watch = {.ascii = options->ascii,
                                        .color = options->color,
                                        .inside = options->inside};
    int ended_by = 0;

    if (!watch_run(trace, &watch, &ended_by))
        return false;
    if (ended_by != 0) {
        signal(ended_by, SIG_DFL);
        raise(ended_by);
    }
    return true;
}

/* Returns whether the run is as expected. */
bool session_show(const struct trace *trace, const struct variant *variant,
                  const struct options *options)
{
    const struct columns_options columns = {.width = options->width,
                                            .color = options->color,
                                            .ascii = options->ascii,
                                            .inside = options->inside};
    bool shown = options->timeline && show_timeline(trace, options);
    struct verdict verdict = judge(trace);
    struct expect expect = session_expect(trace);
    bool is_said = *trace_text(trace, trace->expect) != '\0';
    bool quiet = options->raw || (options->publish.asked &&
                                  options->publish.output == NULL);
    bool good = expect_met(&expect, &verdict);
    struct suggestions suggestions;

    if (options->publish.asked)
        good = publish_run(trace, &options->publish) && good;
    if (quiet) {
        if (verdict.kind != VERDICT_OK)
            complain("%s", verdict.sentence);
        return good;
    }
    if (!options->publish.asked && !shown) {
        columns_print(stdout, trace, &columns);
        putchar('\n');
    }
    show_schedule(trace);
    suggest(&suggestions, trace, &verdict, variant, options);
    columns_verdict(stdout, &verdict, is_said ? &expect : NULL,
                    suggestions.lines, &columns);
    return good;
}

struct trace *session_begin(const struct variant *variant,
                            const struct options *options)
{
    struct trace *trace = trace_create(options->events);

    if (options->control.replay != NULL &&
        options->control.replay_sum != variant->sum)
        complain("this schedule is of another program, or of %s before it "
                 "was changed (its sum is %04x, not %04x): it may not fit",
                 variant->name, options->control.replay_sum,
                 variant->sum);
    describe(trace, variant);
    dwarf_symbols(trace);
    schedule_prepare(trace, &options->control.options);
    return trace;
}

static int run_once(const struct variant *variant,
                    const struct options *options)
{
    struct trace *trace = session_begin(variant, options);
    int interrupted = perform(trace, variant, options);
    bool good, saved;

    session_finish(trace, variant);
    saved = options->save == NULL || trace_save(trace, options->save) == 0;
    good = session_show(trace, variant, options) && saved;
    trace_close(trace);
    return interrupted != 0 ? 128 + interrupted : good ? 0 : 1;
}

/* What will be missing in all that is shown. */
static void say_unseen(const struct variant *variant)
{
    for (const char *line = variant->unseen; *line != '\0';) {
        size_t length = strcspn(line, "\n");

        complain("%.*s", (int)length, line);
        line += length + (line[length] == '\n');
    }
}

int session_run(const struct variant *variant,
                const struct options *options)
{
    say_unseen(variant);
    if (options->control.runs > 0)
        return many_run(variant, options);
    if (options->control.step)
        return step_run(variant, options);
    return run_once(variant, options);
}

int session_open(const struct options *options)
{
    struct trace *trace = trace_open(options->open);
    const char *title;
    bool good;

    if (trace == NULL)
        return 2;
    title = trace_text(trace, trace->title);
    if (*title != '\0' && !options->publish.asked)
        printf("== %s\n\n", title);
    good = session_show(trace, NULL, options);
    trace_close(trace);
    return good ? 0 : 1;
}
