/*
 * step.c - see step.h.
 */
#define _GNU_SOURCE /* open_memstream, program_invocation_name */
#include "run/step.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "intercept/gate.h"
#include "judge/names.h"
#include "judge/phrase.h"
#include "run/leftover.h"
#include "run/session.h"
#include "schedule/schedule.h"
#include "show/columns.h"
#include "trace/fail.h"

#define RECENT 12 /* lines of the run that are shown at each choice */
#define COMMANDS "qrsu"

struct walk {
    const struct variant *variant;
    const struct options *options;
    struct trace *trace;
    uint64_t text_before; /* what trace_reset keeps */
    uint16_t *choices;
    uint32_t count;
};

static void note_next(struct trace *trace, uint32_t actor)
{
    struct schedule_next next = schedule_next(trace, actor);
    struct event event = {.kind = KIND_NEXT,
                          .actor = (uint16_t)actor,
                          .object = next.object,
                          .value = next.kind,
                          .pc = next.pc,
                          .peer = TRACE_NONE,
                          .flags = next.can_go ? 0 : EVENT_WAITED};

    if (!next.ended)
        trace_append(trace, &event);
}

/* The program up to the last choice.  Returns the user's signal, or 0. */
static int run_again(struct walk *walk)
{
    struct schedule_options schedule = walk->options->control.options;
    struct study study = session_study(walk->variant, walk->options);
    int interrupted;

    schedule.given = walk->choices;
    schedule.given_count = walk->count;
    study.no_input = true;
    trace_reset(walk->trace, walk->text_before);
    schedule_prepare(walk->trace, &schedule);
    leftover_begin();
    interrupted = keeper_run(walk->trace, &study);
    leftover_end(walk->trace);
    free(study.argv);
    if (walk->trace->ending == ENDING_CHOICE)
        for (uint32_t i = 0; i < trace_actor_count(walk->trace); i++)
            note_next(walk->trace, i);
    session_finish(walk->trace, walk->variant);
    return interrupted;
}

/* ---- what there is to choose from ---- */

static char *columns_text(const struct walk *walk)
{
    struct columns_options columns = {.width = walk->options->width,
                                      .color = walk->options->color,
                                      .ascii = walk->options->ascii,
                                      .inside = walk->options->inside};
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL)
        die("out of memory");
    columns_print(out, walk->trace, &columns);
    fclose(out);
    return text;
}

/* The line with the heads of the columns: it begins with the unit. */
static const char *find_heads(const char *text)
{
    while (text != NULL &&
           strncmp(text + strspn(text, " "), "ms ", 3) != 0) {
        text = strchr(text, '\n');
        text += text != NULL;
    }
    return text;
}

/* The heads of the columns, and the last lines. */
static void show_recent(const struct walk *walk)
{
    char *text = columns_text(walk);
    const char *line = text + strlen(text), *heads = find_heads(text);
    int lines = 0;

    while (line > text && lines <= RECENT)
        if (*--line == '\n')
            lines++;
    if (lines > RECENT)
        line++;
    putchar('\n');
    if (heads != NULL && heads < line)
        printf("%.*s\n", (int)strcspn(heads, "\n"), heads);
    fputs(line, stdout);
    free(text);
}

static void print_place(const struct trace *trace, uint64_t pc, int width)
{
    const struct place *place = trace_place(trace, pc);
    const char *file, *slash, *line;
    size_t length;

    if (place == NULL)
        return;
    file = trace_text(trace, place->file);
    slash = strrchr(file, '/');
    line = trace_source_line(trace, file, place->line, &length);
    while (line != NULL && length > 0 && isspace((unsigned char)*line)) {
        line++;
        length--;
    }
    if (line != NULL && (int)length > width)
        length = width > 0 ? (size_t)width : 0;
    printf("  %s:%u", slash == NULL ? file : slash + 1, place->line);
    if (line != NULL && length > 0)
        printf("  %.*s", (int)length, line);
}

/* What it waits for: the call has begun and cannot go on. */
static void say_wait(struct phrase *what, enum kind kind, const char *name)
{
    switch (kind) {
    case KIND_JOIN:
    case KIND_REAP:
        phrase_add(what, "waits for the end of %s", name);
        break;
    case KIND_READ:
        phrase_add(what, "waits to read from %s", name);
        break;
    case KIND_WRITE:
        phrase_add(what, "waits for room in %s", name);
        break;
    case KIND_POLL:
        phrase_add(what, "waits in poll");
        break;
    case KIND_CONDITION_WAIT:
        phrase_add(what, "waits on %s", name);
        break;
    default:
        phrase_add(what, "waits for %s", name);
        break;
    }
}

/* What it would do, if chosen; `asleep`: it is in the call already. */
static void say_step(struct phrase *what, enum kind kind, const char *name,
                     bool asleep)
{
    if (asleep && kind == KIND_SLEEP)
        kind = KIND_SLEEP_END;
    if (asleep && kind == KIND_CONDITION_WAIT)
        kind = KIND_CONDITION_WAKE;
    phrase_add(what, "%s%s%s", kind_info[kind].reads,
               *name == '\0' ? "" : " ", name);
}

static void say_next(struct phrase *what, const struct walk *walk,
                     const struct event *event, const char *name)
{
    struct schedule_next next = schedule_next(walk->trace, event->actor);
    enum actor_state state =
        (enum actor_state)trace_actor(walk->trace, event->actor)->state;
    bool asleep = state == ACTOR_WAITING || state == ACTOR_WAITING_TIMED ||
                  state == ACTOR_WAITING_OUTSIDE;

    if (next.can_go && next.kind == KIND_YIELD && next.object != 0)
        phrase_add(what, "looks at the clock");
    else if (next.can_go)
        say_step(what, next.kind, name, asleep);
    else if (!asleep)
        phrase_add(what, "spins: %s %s", kind_info[next.kind].reads, name);
    else if (next.kind == KIND_SLEEP && next.deadline != GATE_NEVER)
        phrase_add(what, "sleeps until %.3f ms",
                   (double)next.deadline / 1e6);
    else
        say_wait(what, next.kind, name);
}

/* What to type for an actor; some letters alone are commands. */
static void print_letter(uint16_t actor, bool can_go)
{
    char text[16] = "", shown[24];

    if (can_go) {
        schedule_print(&actor, 1, false, 0, text, sizeof text);
        *strchr(text, '.') = '\0';
    }
    snprintf(shown, sizeof shown, "%s%s",
             text[0] != '\0' && strchr(COMMANDS, text[0]) ? "1" : "", text);
    printf("%4s  ", shown);
}

/* The clock goes without saying. */
static const char *name_of(const struct names *names,
                           const struct event *event, uint32_t index)
{
    if (event->object == 0 || object_class(event->object) == OBJECT_TIME)
        return "";
    return names_object(names, event->object, index);
}

static void show_actor(const struct walk *walk, const struct names *names,
                       const struct event *event, uint32_t index)
{
    char text[160];
    struct phrase what = phrase_in(text, sizeof text);

    print_letter(event->actor, (event->flags & EVENT_WAITED) == 0);
    say_next(&what, walk, event, name_of(names, event, index));
    printf("%-14s %-*s", trace_actor_name(walk->trace, event->actor),
           trace_place(walk->trace, event->pc) == NULL ? 0 : 34, text);
    print_place(walk->trace, event->pc, walk->options->width - 80);
    putchar('\n');
}

static void show_choice(const struct walk *walk)
{
    struct names *names = names_new(walk->trace);

    printf("\nChoice %u: who goes next?%s\n", walk->count + 1,
           walk->count == 0 ? " (a letter; ? for help)" : "");
    for (uint32_t i = 0; i < trace_count(walk->trace); i++) {
        const struct event *event = trace_read(walk->trace, i);

        if (event != NULL && event_kind(event) == KIND_NEXT)
            show_actor(walk, names, event, i);
    }
    names_free(names);
}

/* ---- the user ---- */

static void print_schedule(const struct walk *walk)
{
    char *text;
    size_t size = 4 * (size_t)walk->count + 64;

    text = malloc(size);
    if (text == NULL)
        die("out of memory");
    schedule_print(walk->choices, walk->count,
                   schedule_was_eager(walk->trace),
                   (uint16_t)walk->variant->sum, text, size);
    printf("%s %s --replay %s\n", program_invocation_name,
           walk->variant->name, text);
    free(text);
}

static void help(void)
{
    puts("a letter  that one goes on (a number and a letter: so many "
         "times)\n"
         "u         undo the last choice (a number after it: so many)\n"
         "s         print the schedule so far\n"
         "r         show the whole run so far\n"
         "q         end");
}

/* Returns whether the line was a choice that can be made. */
static bool take_choice(struct walk *walk, const char *line)
{
    char string[64];
    const char *wrong;
    uint16_t sum, choices[256];
    bool eager;
    int count;

    snprintf(string, sizeof string, "%.40s.10000", line);
    count = schedule_parse(string, choices, 256, &eager, &sum, &wrong);
    if (count <= 0 || walk->count + (uint32_t)count > SCHEDULE_CHOICES_MAX)
        return false;
    memcpy(walk->choices + walk->count, choices,
           (size_t)count * sizeof *choices);
    walk->count += (uint32_t)count;
    return true;
}

static void undo(struct walk *walk, const char *how_many)
{
    unsigned long count = strtoul(how_many, NULL, 10);

    if (count == 0)
        count = 1;
    walk->count -= count < walk->count ? (uint32_t)count : walk->count;
}

enum answer { ANSWER_AGAIN, ANSWER_RUN, ANSWER_END };

static enum answer obey(struct walk *walk, const char *line)
{
    char *text;

    switch (*line) {
    case 'q':
        return ANSWER_END;
    case 's':
        print_schedule(walk);
        return ANSWER_AGAIN;
    case 'u':
        undo(walk, line + 1);
        return ANSWER_RUN;
    case 'r':
        text = columns_text(walk);
        fputs(text, stdout);
        free(text);
        return ANSWER_AGAIN;
    default:
        break;
    }
    if (*line != '\0' && take_choice(walk, line))
        return ANSWER_RUN;
    help();
    return ANSWER_AGAIN;
}

static enum answer ask_user(struct walk *walk)
{
    char line[64];

    for (;;) {
        enum answer answer;

        fputs("> ", stdout);
        fflush(stdout);
        if (fgets(line, sizeof line, stdin) == NULL) {
            putchar('\n');
            return ANSWER_END;
        }
        line[strcspn(line, "\n")] = '\0';
        answer = obey(walk, line);
        if (answer != ANSWER_AGAIN)
            return answer;
    }
}

/* A choice that nobody could make: back to before it. */
static void take_back(struct walk *walk)
{
    uint32_t wanted, at = schedule_misfit(walk->trace, &wanted);

    printf("That one cannot go on there.\n");
    walk->count = at < walk->count ? at : walk->count;
}

static enum answer go_on(struct walk *walk, bool *good)
{
    if (walk->trace->ending == ENDING_MISFIT) {
        take_back(walk);
        return ANSWER_RUN;
    }
    if (walk->trace->ending == ENDING_CHOICE) {
        show_recent(walk);
        show_choice(walk);
    } else {
        *good = session_show(walk->trace, walk->variant, walk->options);
        puts("\nThe run is over: u undoes the last choice, q ends.");
    }
    return ask_user(walk);
}

int step_run(const struct variant *variant, const struct options *options)
{
    struct walk walk = {.variant = variant,
                        .options = options,
                        .trace = session_begin(variant, options),
                        .choices = options->choices,
                        .count = options->control.options.given_count};
    int interrupted;
    bool good = true;

    walk.text_before = walk.trace->text_head;
    do {
        interrupted = run_again(&walk);
        good = true;
    } while (interrupted == 0 && go_on(&walk, &good) == ANSWER_RUN);
    print_schedule(&walk);
    trace_close(walk.trace);
    return interrupted != 0 ? 128 + interrupted : good ? 0 : 1;
}
