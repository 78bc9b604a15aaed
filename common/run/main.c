/*
 * main.c - where a chapter's binary begins.
 *
 * Twice, in fact: as the command that the user typed; and once more each
 * time that the program under study starts itself by exec, when it goes
 * on as that program.  Uses the rest of run/ and intercept/; it is the
 * one file of common/ that the tests do without.
 */
#define _GNU_SOURCE /* program_invocation_short_name, environ */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "intercept/intercept.h"
#include "run/keeper.h"
#include "run/options.h"
#include "run/session.h"
#include "run/variants.h"
#include "schedule/schedule.h"
#include "trace/fail.h"

/* Goes on as the variant that its parent's process is. */
_Noreturn static void be_variant(const char *name, int argc, char **argv)
{
    const struct variant *each = variants;

    while (each->name != NULL && strcmp(each->name, name) != 0)
        each++;
    ENSURE(each->name != NULL);
    setvbuf(stdout, NULL, _IOLBF, 0); /* as its parent's, see keeper.c */
    exit(each->main(argc, argv, environ));
}

static int list_variants(void)
{
    for (const struct variant *each = variants; each->name != NULL; each++)
        printf("%-12s %s\n", each->name, each->title);
    return 0;
}

static int run_all(const struct options *options)
{
    const char *compare = "";
    int result = 0;

    for (const struct variant *each = variants;
         each->name != NULL && result < 128; each++) {
        int came_to;

        if (!each->numbered)
            continue;
        if (!options->raw)
            printf("== %s: %s\n\n", each->name, each->title);
        came_to = session_run(each, options);
        result = came_to > result ? came_to : result;
        compare = each->compare;
        if (!options->raw)
            putchar('\n');
    }
    if (!options->raw && *compare != '\0' && result < 128)
        printf("Compare: %s\n", compare);
    return result;
}

/* Nobody would see what could not be written. */
static int close_stdout(int result)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return result;
    complain("cannot write to standard output:");
    return result == 0 ? 1 : result;
}

static int do_what_is_asked(const struct options *options)
{
    if (options->list)
        return list_variants();
    if (options->open != NULL)
        return session_open(options);
    if (options->variant != NULL)
        return session_run(options->variant, options);
    return run_all(options);
}

int main(int argc, char **argv)
{
    const char *variant;
    struct options options;

    keeper_resume(argc, argv);
    variant = intercept_attach(schedule_start);
    if (variant != NULL)
        be_variant(variant, argc, argv);
    fail_program = program_invocation_short_name;
    setlocale(LC_ALL, "");
    options = options_read(argc, argv);
    return close_stdout(do_what_is_asked(&options));
}
