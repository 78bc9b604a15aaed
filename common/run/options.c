/*
 * options.c - see options.h.
 */
#define _GNU_SOURCE /* asprintf, program_invocation_short_name */
#include "run/options.h"

#include <argp.h>
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace/fail.h"
#include "trace/trace.h"

#define WIDTH_MIN 40
#define WIDTH_MAX 1000
#define WIDTH_USUAL 80
#define TIMEOUT_USUAL 20
#define TIMEOUT_MAX 86400

const char *argp_program_version = "interleavings 0.1";

enum {
    KEY_LIST = 256,
    KEY_SAVE,
    KEY_OPEN,
    KEY_WIDTH,
    KEY_TIMEOUT,
    KEY_EVENTS,
    KEY_ASCII,
    KEY_INSIDE,
    KEY_RAW,
    KEY_COLOR,
    KEY_TIMELINE
};

/* clang-format off */
static const struct argp_option table[] = {
    {0, 0, 0, 0, "What is run:", 1},
    {"list", KEY_LIST, 0, 0, "List the variants, one a line, and end", 1},
    {"timeout", KEY_TIMEOUT, "SECONDS", 0,
     "End the program after this time (20; 0 is never)", 1},
    {"events", KEY_EVENTS, "N", 0,
     "Room for N events in the trace (4194304)", 1},
    {0, 0, 0, 0, "What is shown:", 2},
    {"timeline", KEY_TIMELINE, 0, 0,
     "Show the run as lanes in time, to play, step and search through", 2},
    {"inside", KEY_INSIDE, 0, 0,
     "Show function calls too, and what happens inside the kit", 2},
    {"raw", KEY_RAW, 0, 0,
     "Show only what the program itself writes, as it writes it", 2},
    {"width", KEY_WIDTH, "N", 0,
     "Fit into N columns (else $COLUMNS, the terminal's, or 80)", 2},
    {"ascii", KEY_ASCII, 0, 0, "Draw with ASCII characters only", 2},
    {"color", KEY_COLOR, "WHEN", 0,
     "Use colour: always, never, or auto (on a terminal, unless $NO_COLOR"
     " is set)", 2},
    {0, 0, 0, 0, "Runs as files:", 3},
    {"save", KEY_SAVE, "FILE", 0, "Keep the run in FILE", 3},
    {"open", KEY_OPEN, "FILE", 0, "Show a run that was kept in FILE", 3},
    {0, 0, 0, 0, "Other:", -1},
    {0}};
/* clang-format on */

static const char text[] =
    "Run a plain C program, and see what each of its processes and "
    "threads really did: one column each, one line for each thing done, "
    "in the order in which it happened.\n\n"
    "Without a VARIANT all of the chapter's are run, one after another. "
    "What stands after -- is for the program."
    "\v"
    "The last lines of a run say what it came to (all is well, deadlock, "
    "assertion ...) and what to try next. Ctrl-C ends the program and "
    "shows what it did until then.";

/* Returns the number, or -1 if `from` is not one from `low` to `high`. */
static double number_of(const char *from, double low, double high)
{
    char *end;
    double number = strtod(from, &end);

    return end == from || *end != '\0' || !(number >= low && number <= high)
               ? -1
               : number;
}

static double number_option(struct argp_state *state, const char *name,
                            const char *from, double low, double high,
                            bool whole)
{
    double number = number_of(from, low, high);

    if (number < 0 || (whole && number != (double)(uint64_t)number))
        argp_error(state, "--%s takes a%s number from %.0f to %.0f, not "
                   "\"%s\"", name, whole ? " whole" : "", low, high, from);
    return number;
}

static void list_names(FILE *to)
{
    for (const struct variant *each = variants; each->name != NULL; each++)
        fprintf(to, "%s%s", each == variants ? "" : ", ", each->name);
}

static void unknown_variant(const char *name)
{
    fprintf(stderr, "%s: there is no variant \"%s\". There are: ",
            program_invocation_short_name, name);
    list_names(stderr);
    fputc('\n', stderr);
    exit(2);
}

static void take_variant(struct options *options, const char *name,
                         struct argp_state *state)
{
    const struct variant *each = variants;

    if (options->variant != NULL)
        argp_error(state, "one variant at a time, or all of them; "
                   "arguments for the program stand after --");
    while (each->name != NULL && strcmp(each->name, name) != 0)
        each++;
    if (each->name == NULL)
        unknown_variant(name);
    options->variant = each;
}

static void take_color(struct options *options, const char *when,
                       struct argp_state *state)
{
    if (strcmp(when, "always") == 0)
        options->color = true;
    else if (strcmp(when, "never") == 0)
        options->color = false;
    else if (strcmp(when, "auto") != 0)
        argp_error(state, "--color takes auto, always or never, not "
                   "\"%s\"", when);
}

static error_t take(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case KEY_LIST: options->list = true; break;
    case KEY_SAVE: options->save = value; break;
    case KEY_OPEN: options->open = value; break;
    case KEY_ASCII: options->ascii = true; break;
    case KEY_INSIDE: options->inside = true; break;
    case KEY_RAW: options->raw = true; break;
    case KEY_TIMELINE: options->timeline = true; break;
    case KEY_COLOR: take_color(options, value, state); break;
    case KEY_WIDTH:
        options->width = (int)number_option(state, "width", value,
                                            WIDTH_MIN, WIDTH_MAX, true);
        break;
    case KEY_TIMEOUT:
        options->timeout =
            (uint64_t)(number_option(state, "timeout", value, 0,
                                     TIMEOUT_MAX, false) * 1e9);
        break;
    case KEY_EVENTS:
        options->events = (uint64_t)number_option(
            state, "events", value, 1, TRACE_NONE - 1, true);
        break;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->control;
        state->child_inputs[1] = &options->publish;
        break;
    case ARGP_KEY_ARG: take_variant(options, value, state); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/* Adds what only this binary knows to the end of --help. */
static char *add_variants(int key, const char *help, void *input)
{
    char *whole = NULL;
    size_t size;
    FILE *out;

    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC || help == NULL)
        return (char *)help;
    out = open_memstream(&whole, &size);
    if (out == NULL)
        return (char *)help;
    fprintf(out, "%s\n\nVariants: ", help);
    list_names(out);
    fputc('\n', out);
    if (variants[0].name != NULL)
        fprintf(out,
                "\nExamples:\n"
                "  ./%1$s %2$s\n"
                "  ./%1$s %2$s --inside --width 120\n"
                "  ./%1$s %2$s --save run.trace && "
                "./%1$s --open run.trace\n",
                program_invocation_short_name, variants[0].name);
    fputs("\nExit status: 0 if every run came to what its Expect: line "
          "says, 1 if not,\n2 if the command was not understood, 128 + N "
          "if signal N ended it.\n", out);
    fclose(out);
    return whole;
}

static int usual_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;
    double width = columns == NULL ? -1 : number_of(columns, 1, 1e6);

    if (width < 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
        size.ws_col > 0)
        width = size.ws_col;
    if (width < 0)
        return WIDTH_USUAL;
    return width < WIDTH_MIN   ? WIDTH_MIN
           : width > WIDTH_MAX ? WIDTH_MAX
                               : (int)width;
}

static bool usual_color(void)
{
    const char *no_color = getenv("NO_COLOR");

    return (no_color == NULL || *no_color == '\0') && isatty(STDOUT_FILENO);
}

/* What would fail after the run is said before it. */
static void check_save(const char *path)
{
    char *copy = strdup(path);
    const char *folder = copy == NULL ? "." : dirname(copy);
    struct stat about;

    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        die("cannot save the run as %s: it is a folder", path);
    if (stat(path, &about) == 0 && !S_ISREG(about.st_mode))
        die("cannot save the run as %s: it is no plain file", path);
    if (stat(folder, &about) < 0)
        die("cannot save the run as %s: no folder %s:", path, folder);
    if (!S_ISDIR(about.st_mode))
        die("cannot save the run as %s: %s is no folder", path, folder);
    if (access(folder, W_OK | X_OK) < 0)
        die("cannot save the run as %s: folder %s:", path, folder);
    free(copy);
}

static int numbered_count(void)
{
    int count = 0;

    for (const struct variant *each = variants; each->name != NULL; each++)
        count += each->numbered;
    return count;
}

/* Where there is only one variant, nobody need say which. */
static void take_the_only_one(struct options *options)
{
    if (variants[0].name != NULL && variants[1].name == NULL &&
        (options->control.replay != NULL || options->control.step ||
         options->save != NULL || options->publish.asked))
        options->variant = variants;
}

static void check_together(struct options *options)
{
    if (options->open != NULL &&
        (options->variant != NULL || options->argument_count > 0))
        die("--open shows a run that is over: it takes no variant and no "
            "arguments");
    if (options->open != NULL && options->save != NULL)
        die("--open and --save do not go together: copy the file instead");
    if (options->open != NULL && options->raw)
        die("--raw needs a run: --open shows one that is over");
    if (options->timeline && (options->raw || options->publish.asked ||
                              options->control.runs > 0 ||
                              options->control.step))
        die("--timeline shows one run: it does not go with %s",
            options->raw                  ? "--raw"
            : options->publish.asked      ? "--export"
            : options->control.runs > 0 ? "--runs"
                                          : "--step");
    if (options->open != NULL || options->list)
        return;
    if (options->variant == NULL)
        take_the_only_one(options);
    if (options->variant == NULL &&
        (options->control.replay != NULL || options->control.step))
        die("%s is for one variant: say which",
            options->control.step ? "--step" : "--replay");
    if (options->save != NULL && options->control.runs > 0)
        die("--save keeps one run: take one schedule that --runs has "
            "printed, and --replay it with --save");
    if (options->variant == NULL && options->save != NULL)
        die("--save keeps one run: say which variant, e.g. %s --save %s",
            variants[0].name == NULL ? "race" : variants[0].name,
            options->save);
    if (options->variant == NULL && numbered_count() == 0) {
        fprintf(stderr, "%s: which variant? There are: ", fail_program);
        list_names(stderr);
        fputc('\n', stderr);
        exit(2);
    }
    if (options->save != NULL)
        check_save(options->save);
}

/* Cuts argv at "--": what follows is not for us, and argp would mix it
 * with what is. */
static int cut_arguments(int argc, char **argv, struct options *options)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--") == 0) {
            options->arguments = argv + i + 1;
            options->argument_count = argc - i - 1;
            return i;
        }
    options->arguments = argv + argc;
    return argc;
}

struct options options_read(int argc, char **argv)
{
    static const struct argp_child parts[] = {{&control_argp, 0, "", 4},
                                              {&publish_argp, 0, "", 3},
                                              {0}};
    static const struct argp argp = {.options = table,
                                     .children = parts,
                                     .parser = take,
                                     .args_doc = "[VARIANT] [-- ARGUMENT...]",
                                     .doc = text,
                                     .help_filter = add_variants};
    struct options options = {.timeout = TIMEOUT_USUAL *
                                         UINT64_C(1000000000),
                              .width = usual_width(),
                              .color = usual_color()};

    argp_err_exit_status = 2;
    argc = cut_arguments(argc, argv, &options);
    argp_parse(&argp, argc, argv, 0, NULL, &options);
    check_together(&options);
    if (!options.list)
        publish_check(&options.publish, &options);
    if (options.publish.output != NULL)
        check_save(options.publish.output);
    options.choices =
        calloc(SCHEDULE_CHOICES_MAX, sizeof *options.choices);
    if (options.choices == NULL)
        die("out of memory");
    control_check(&options.control, options.choices);
    return options;
}
