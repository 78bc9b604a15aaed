/*
 * check_book.c - the words agree with the files.
 *
 * In workbook.md and README.md every block that says where it is from
 *
 *     ```c FILE            is a run of whole lines of that file
 *     ```diff FILE FILE    is made of whole hunks of diff -U1, in order
 *
 * and every command in a block ```sh, in an indented line or between
 * single ticks names targets, variants and options that exist.
 * Runs that are printed are check_book_runs.c's.  The rules for files that
 * a machine can see are tested here as well.
 * Runs in the top folder; BUILD says where the programs were built.
 */
#define _GNU_SOURCE /* getline, asprintf, glob's GLOB_BRACE */
#include <check.h>
#include <glob.h>
#include <unistd.h>

#include "document.h"

#define FILE_LINES_MAX 600
#define COLUMNS_MAX 80

/* How many lines from `at` on are the block's, from its line `from`. */
static size_t same_lines(const struct lines *file, size_t at,
                         const struct block *block, size_t from)
{
    size_t same = 0;

    while (at + same < file->count && from + same < block->last &&
           strcmp(file->at[at + same],
                  block->lines->at[from + same]) == 0)
        same++;
    return same;
}

static void check_listing(const struct block *block)
{
    const char *path = block->info + strlen("c ");
    struct lines file = read_file(path);
    size_t length = block->last - block->first;
    size_t best = 0;

    for (size_t at = 0; at < file.count && best < length; at++) {
        size_t same = same_lines(&file, at, block, block->first);

        best = same > best ? same : best;
    }
    ck_assert_msg(best == length,
                  "%s:%zu: not in %s from this line on: %s",
                  block->document, block->first + best + 1, path,
                  best < length ? block->lines->at[block->first + best]
                                : "");
    free_lines(&file);
}

static bool begins_hunk(const char *line)
{
    return starts_with(line, "@@ ");
}

/* Lines of the hunk that begins at `at`. */
static size_t hunk_length(const struct lines *diff, size_t at)
{
    size_t end = at + 1;

    while (end < diff->count && !begins_hunk(diff->at[end]))
        end++;
    return end - at;
}

static void check_diff(const struct block *block)
{
    char left[256], right[256], *command;
    struct lines diff;
    size_t from = block->first;

    ck_assert_msg(
        sscanf(block->info, "diff %255s %255s", left, right) == 2,
        "%s:%zu: a diff needs two files", block->document, block->first);
    ck_assert_int_gt(asprintf(&command, "diff -U1 '%s' '%s' | tail -n +3",
                              left, right), 0);
    diff = output_of(command);
    for (size_t at = 0; at < diff.count; at += hunk_length(&diff, at)) {
        size_t length = hunk_length(&diff, at);

        if (same_lines(&diff, at, block, from) >= length)
            from += length;
    }
    ck_assert_msg(from == block->last && from > block->first,
                  "%s:%zu: the hunk from here on is not one of %s",
                  block->document, from + 1, command);
    free(command);
    free_lines(&diff);
}

/* Does a line of what `command` prints begin with, or hold, `word`? */
static bool prints(const char *command, const char *word, bool begins)
{
    struct lines lines = output_of(command);
    bool found = false;

    for (size_t i = 0; i < lines.count && !found; i++) {
        const char *at = strstr(lines.at[i], word);

        found = at != NULL && (!begins || at == lines.at[i]) &&
                strchr(" ,=[", at[strlen(word)]) != NULL;
    }
    free_lines(&lines);
    return found;
}

static void check_make(const char *words)
{
    char *command;

    ck_assert_int_gt(asprintf(&command, "env -u MAKEFLAGS -u MAKELEVEL "
                                        "make -n BUILD='%s' %s "
                                        ">/dev/null 2>&1",
                              build(), words), 0);
    ck_assert_msg(system(command) == 0, "make %s: no such thing", words);
    free(command);
}

/* "ch02 race --width=80": the program, its variant, its options. */
static void check_program(char *words)
{
    char *rest, *program = strtok_r(words, " ", &rest), *word, *command;
    bool named = false;

    ck_assert_int_gt(asprintf(&command, "%s/bin/%s", build(), program), 0);
    ck_assert_msg(access(command, X_OK) == 0, "there is no %s", command);
    free(command);
    while ((word = strtok_r(NULL, " ", &rest)) != NULL) {
        bool option = word[0] == '-';

        if (!option && named)
            continue; /* an option's argument */
        named = true;
        word[strcspn(word, "=")] = '\0';
        ck_assert_int_gt(asprintf(&command, "'%s'/bin/%s %s", build(),
                                  program,
                                  option ? "--help" : "--list"), 0);
        ck_assert_msg(prints(command, word, !option),
                      "./%s: there is no %s", program, word);
        free(command);
    }
}

/* A line of shell: commands joined by && or ;, maybe with a comment. */
static void check_command_line(const char *line)
{
    char *copy = strdup(line), *rest, *command;

    copy[strcspn(copy, "#|>")] = '\0';
    command = strtok_r(copy, "&;", &rest);
    for (; command != NULL; command = strtok_r(NULL, "&;", &rest)) {
        command += strspn(command, " ");
        while (command[strspn(command, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_")] ==
               '=') /* NO_COLOR=1 ./ch02 */
            command += strcspn(command, " ") +
                       strspn(command + strcspn(command, " "), " ");
        if (starts_with(command, "make"))
            check_make(command + strlen("make"));
        else if (starts_with(command, "./ch"))
            check_program(command + strlen("./"));
    }
    free(copy);
}

static void check_shell(const struct block *block)
{
    for (size_t i = block->first; i < block->last; i++)
        check_command_line(block->lines->at[i]);
}

static void check_indented(const char *document)
{
    struct lines lines = read_file(document);

    for (size_t i = 0; i < lines.count; i++)
        if (starts_with(lines.at[i], "    make ") ||
            starts_with(lines.at[i], "    ./ch"))
            check_command_line(lines.at[i]);
    free_lines(&lines);
}

/* Between single ticks, as `./ch02 race`. */
static void check_ticked(const char *document)
{
    struct lines lines = read_file(document);
    bool fenced = false, inside;
    char *rest, *part;

    for (size_t i = 0; i < lines.count; i++) {
        fenced ^= starts_with(lines.at[i], "```");
        if (fenced || starts_with(lines.at[i], "```"))
            continue;
        inside = lines.at[i][0] == '`';
        part = strtok_r(lines.at[i], "`", &rest);
        for (; part != NULL; part = strtok_r(NULL, "`", &rest)) {
            if (inside && (starts_with(part, "./ch") ||
                           starts_with(part, "make ")))
                check_command_line(part);
            inside = !inside;
        }
    }
    free_lines(&lines);
}

START_TEST(listings_are_the_files)
{
    each_block("README.md", "c ", check_listing);
    ck_assert_int_gt(each_block("workbook.md", "c ", check_listing), 0);
}
END_TEST

START_TEST(diffs_are_the_variants)
{
    ck_assert_int_gt(each_block("workbook.md", "diff ", check_diff), 0);
}
END_TEST

START_TEST(commands_exist)
{
    ck_assert_int_gt(each_block("README.md", "sh", check_shell), 0);
    each_block("workbook.md", "sh", check_shell);
    check_indented("workbook.md");
    check_ticked("workbook.md");
    check_ticked("README.md");
}
END_TEST

START_TEST(readme_has_the_two_lines)
{
    struct lines readme = read_file("README.md");
    int found = 0;

    for (size_t i = 0; i < readme.count; i++)
        found += strcmp(readme.at[i], "make setup ch07 && ./ch07") == 0 ||
                 strcmp(readme.at[i], "make setup check") == 0;
    ck_assert_int_eq(found, 2);
    free_lines(&readme);
}
END_TEST

/* Calls check(path, lines) for each file of our own. */
static void each_file(const char *pattern,
                      void (*check)(const char *, const struct lines *))
{
    glob_t found;

    ck_assert_int_eq(glob(pattern, GLOB_BRACE, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct lines lines = read_file(found.gl_pathv[i]);

        check(found.gl_pathv[i], &lines);
        free_lines(&lines);
    }
    globfree(&found);
}

#define CODE "{{common,chapters}/*,tests,tests/programs}/*.[ch]"
#define SCRIPTS "{Makefile,{common,common/*,tests}/*.{sh,awk}}"

static void check_head(const char *path, const struct lines *lines)
{
    size_t first = lines->count > 0 && starts_with(lines->at[0], "#!");
    bool code = strcmp(path + strlen(path) - 2, ".c") == 0 ||
                strcmp(path + strlen(path) - 2, ".h") == 0;

    ck_assert_msg(first < lines->count &&
                      starts_with(lines->at[first], code ? "/*" : "# "),
                  "%s does not begin by saying what it is", path);
}

START_TEST(files_say_what_they_are)
{
    each_file(CODE, check_head);
    each_file(SCRIPTS, check_head);
}
END_TEST

static void check_length(const char *path, const struct lines *lines)
{
    ck_assert_msg(lines->count <= FILE_LINES_MAX, "%s has %zu lines", path,
                  lines->count);
}

/* Characters, not bytes. */
static size_t columns_of(const char *line)
{
    size_t columns = 0;

    for (; *line != '\0'; line++)
        columns += (*line & 0xc0) != 0x80;
    return columns;
}

/* A REAL line is read by make and cannot be broken. */
static void check_width(const char *path, const struct lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        ck_assert_msg(columns_of(lines->at[i]) <= COLUMNS_MAX ||
                          starts_with(lines->at[i], "REAL("),
                      "%s:%zu: over %d columns", path, i + 1, COLUMNS_MAX);
}

START_TEST(files_are_short_and_narrow)
{
    each_file(CODE, check_length);
    each_file(CODE, check_width);
}
END_TEST

/* The name between the quotes of an #include "...", or NULL. */
static const char *included(const char *line, char *name, size_t size)
{
    const char *quote = strchr(line, '"');

    if (!starts_with(line, "#include") || quote == NULL)
        return NULL;
    snprintf(name, size, "%.*s", (int)strcspn(quote + 1, "\""), quote + 1);
    return name;
}

static void check_plain(const char *path, const struct lines *lines)
{
    char name[256];

    for (size_t i = 0; i < lines->count; i++)
        if (included(lines->at[i], name, sizeof name) != NULL)
            ck_assert_msg(starts_with(name, "../kit/") ||
                              strchr(name, '/') == NULL,
                          "%s:%zu: a chapter includes %s", path, i + 1,
                          name);
}

START_TEST(chapters_know_nothing_of_the_harness)
{
    each_file("chapters/*/*.[ch]", check_plain);
}
END_TEST

/* How high a folder of common/ stands: it may include what is lower. */
static int height_of(const char *path)
{
    static const char *const folders[] = {
        "trace", "intercept", "schedule", "explore", "judge", "show", "run"};
    int height = (int)(sizeof folders / sizeof *folders);

    while (--height >= 0)
        if (starts_with(path, folders[height]) &&
            path[strlen(folders[height])] == '/')
            break;
    return height;
}

static void check_layer(const char *path, const struct lines *lines)
{
    int own = height_of(path + strlen("common/"));
    char name[256];

    ck_assert_msg(own >= 0, "%s is in no known folder", path);
    for (size_t i = 0; i < lines->count; i++)
        if (included(lines->at[i], name, sizeof name) != NULL)
            ck_assert_msg(height_of(name) <= own,
                          "%s:%zu: includes %s, which stands higher", path,
                          i + 1, name);
}

START_TEST(includes_point_downwards)
{
    each_file("common/*/*.[ch]", check_layer);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("book");
    TCase *book = tcase_create("book");
    TCase *files = tcase_create("files");
    SRunner *runner = srunner_create(suite);
    int failures;

    tcase_set_timeout(book, 60);
    tcase_add_test(book, listings_are_the_files);
    tcase_add_test(book, diffs_are_the_variants);
    tcase_add_test(book, commands_exist);
    tcase_add_test(book, readme_has_the_two_lines);
    tcase_add_test(files, files_say_what_they_are);
    tcase_add_test(files, files_are_short_and_narrow);
    tcase_add_test(files, chapters_know_nothing_of_the_harness);
    tcase_add_test(files, includes_point_downwards);
    suite_add_tcase(suite, book);
    suite_add_tcase(suite, files);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
