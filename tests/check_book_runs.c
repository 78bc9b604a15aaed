/*
 * check_book_runs.c - the runs that are printed come out again.
 *
 * In workbook.md and README.md a block
 *
 *     ```run ./ch02 race --replay STRING --width 80
 *
 * holds what that command prints, byte for byte.  A line `...` stands
 * for lines that were left out; what is between two of them is without
 * a gap.  The command says which schedule it is, so there is only one
 * such output.
 *
 * The schedules in the book are such that the compilers of the README,
 * gcc and clang, agree about them.  Another one may load and store the
 * kit's memory in other steps; then this test says where.  After a
 * change that is meant, tests/update_book.sh prints the runs anew.
 */
#define _GNU_SOURCE /* getline, asprintf */
#include "document.h"

/* Whoever reads it has a terminal of 80 columns and no colours. */
#define AS_IN_THE_BOOK \
    "env -u COLUMNS NO_COLOR=1 LC_ALL=C.UTF-8 TERM=dumb"

static bool is_gap(const char *line)
{
    return strcmp(line, "...") == 0;
}

/* How many lines of the block, from `from` to `end`, are there at `at`. */
static size_t agree(const struct lines *output, size_t at,
                    const struct block *block, size_t from, size_t end)
{
    size_t same = 0;

    while (at + same < output->count && from + same < end &&
           strcmp(output->at[at + same], block->lines->at[from + same]) == 0)
        same++;
    return same;
}

/* Finds the lines from `from` to `end`; returns where they end. */
static size_t find_piece(const struct lines *output, size_t at,
                         const struct block *block, size_t from,
                         size_t end)
{
    size_t best = 0;

    for (; at < output->count; at++) {
        size_t same = agree(output, at, block, from, end);

        if (same == end - from)
            return at + same;
        best = same > best ? same : best;
    }
    ck_abort_msg("%s:%zu: `%s` does not print, after the lines before it: "
                 "%s\n(if the change is meant: tests/update_book.sh)",
                 block->document, from + best + 1,
                 block->info + strlen("run "),
                 block->lines->at[from + best]);
    return 0;
}

static void check_names_schedule(const struct block *block)
{
    const char *command = block->info + strlen("run ");

    ck_assert_msg(starts_with(command, "./ch") &&
                      command[strcspn(command, ";&|<>$`'\"\\")] == '\0',
                  "%s:%zu: no command of a chapter: %s", block->document,
                  block->first, command);
    ck_assert_msg(strstr(command, " --replay ") != NULL ||
                      strstr(command, " --seed ") != NULL ||
                      strstr(command, " --runs ") != NULL,
                  "%s:%zu: %s names no schedule", block->document,
                  block->first, command);
}

static void check_run(const struct block *block)
{
    struct lines output;
    char *command;
    size_t at = 0, end;

    check_names_schedule(block);
    ck_assert_int_gt(asprintf(&command, "cd '%s/bin' && %s %s 2>&1",
                              build(), AS_IN_THE_BOOK,
                              block->info + strlen("run ")), 0);
    output = output_of(command);
    free(command);
    for (size_t from = block->first; from < block->last; from = end + 1) {
        for (end = from; end < block->last; end++)
            if (is_gap(block->lines->at[end]))
                break;
        at = find_piece(&output, at, block, from, end);
    }
    free_lines(&output);
}

START_TEST(runs_of_the_workbook)
{
    ck_assert_int_gt(each_block("workbook.md", "run ", check_run), 0);
}
END_TEST

START_TEST(runs_of_the_readme)
{
    ck_assert_int_gt(each_block("README.md", "run ", check_run), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("book_runs");
    TCase *runs = tcase_create("runs");
    SRunner *runner = srunner_create(suite);
    int failures;

    tcase_set_timeout(runs, 120);
    tcase_add_test(runs, runs_of_the_workbook);
    tcase_add_test(runs, runs_of_the_readme);
    suite_add_tcase(suite, runs);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
