/*
 * many.h - runs a variant under many schedules, and reads the table.
 *
 *     struct many many = try_many("known_relock", "--runs 100");
 *     ck_assert_uint_eq(count_of(&many, "deadlock"), 100);
 *
 * A row's sentence is on one line: nothing is this wide.
 *
 * Used by check_known.c, check_chapters.c and check_schedule*.c.
 */
#ifndef TESTS_MANY_H
#define TESTS_MANY_H

#include "command.h"

#define ROWS_MAX 70
#define WIDE " --width 1000"

/*
 * How many schedules to try of what never fails: `count`, or as many as
 * $SCHEDULES says if that is less, where the same is tested several
 * times over (by sanitizers, with another compiler).
 */
static inline const char *at_most(unsigned count)
{
    static char words[40];
    const char *most = getenv("SCHEDULES");

    if (most != NULL && strtoul(most, NULL, 10) > 0 &&
        strtoul(most, NULL, 10) < count)
        count = (unsigned)strtoul(most, NULL, 10);
    snprintf(words, sizeof words, " --runs %u", count);
    return words;
}

struct row {
    unsigned long count;
    char *sentence;
    char *words; /* the last ones; "" if none */
    char *again; /* "--replay ..." or "--seed ..." */
};

struct many {
    struct command command;
    char *expected; /* "sometimes deadlock, and so it is" */
    struct row rows[ROWS_MAX];
    size_t row_count;
};

/* Each part of the table is cut out of what was said. */
static inline void read_line(struct many *many, char *line)
{
    struct row *last = many->rows + many->row_count - 1;
    char *end, *part;
    unsigned long count = strtoul(line, &end, 10);

    if (end > line && strncmp(end, "  ", 2) == 0) {
        ck_assert_uint_lt(many->row_count, ROWS_MAX);
        many->rows[many->row_count++] = (struct row){
            .count = count, .sentence = end + 2, .words = "", .again = ""};
    } else if (strncmp(line, "expected: ", 10) == 0) {
        many->expected = line + 10;
    } else if (many->row_count > 0 &&
               (part = strstr(line, "last words")) != NULL) {
        last->words = strchr(part, ':') + 2; /* or "... of the first:" */
    } else if (many->row_count > 0 &&
               strstr(line, "first: ") != NULL) {
        last->again = strstr(line, " --");
        ck_assert_ptr_nonnull(last->again++);
    }
}

static inline struct many try_many(const char *name, const char *options)
{
    struct many many = {.expected = ""};
    char line[1024], *text;

    snprintf(line, sizeof line, "%s %s" WIDE, name, options);
    many.command = run_words(line);
    ck_assert_msg(many.command.status < 2, "%s: %s", line,
                  many.command.complained);
    text = keep(strdup(many.command.said));
    for (char *at = strtok(text, "\n"); at != NULL; at = strtok(NULL, "\n"))
        read_line(&many, at);
    return many;
}

/* "ok: all 3 came ..." is an ok; "assertion `x` ..." an assertion. */
static inline bool is_kind(const struct row *row, const char *kind)
{
    size_t length = strlen(kind);

    return strncmp(row->sentence, kind, length) == 0 &&
           strchr(": ,", row->sentence[length]) != NULL;
}

/* How many runs came to that, by the first word of their verdict. */
static inline unsigned long count_of(const struct many *many,
                                     const char *kind)
{
    unsigned long count = 0;

    for (size_t i = 0; i < many->row_count; i++)
        if (is_kind(many->rows + i, kind))
            count += many->rows[i].count;
    return count;
}

static inline unsigned long count_all(const struct many *many)
{
    unsigned long count = 0;

    for (size_t i = 0; i < many->row_count; i++)
        count += many->rows[i].count;
    return count;
}

/* What a row says of its first schedule is what that comes to again. */
static inline void ck_again(const char *name, const struct row *row)
{
    char line[1024];
    struct command command;

    snprintf(line, sizeof line, "%s %s" WIDE, name, row->again);
    command = run_words(line);
    snprintf(line, sizeof line, "\nverdict:  %.900s\n", row->sentence);
    ck_has(command.said, line);
    ck_has(command.said, "\nexpected: yes, ");
    ck_assert_int_eq(command.status, 0);
}

static inline const struct row *first_not_ok(const struct many *many)
{
    for (size_t i = 0; i < many->row_count; i++)
        if (!is_kind(many->rows + i, "ok"))
            return many->rows + i;
    ck_abort_msg("no run went wrong:\n%s", many->command.said);
    return NULL;
}

/*
 * All variants of all tests/programs whose names begin so; NULL is the
 * end.  For main, before any test runs, where Check allows no assertion.
 */
static inline char **list_names(const char *prefix)
{
    static char *names[200];
    char line[4200], self[4000] = "";
    size_t count = 0;
    FILE *list;

    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        exit(2);
    snprintf(line, sizeof line, "'%s/../bin/programs' --list",
             dirname(self));
    list = popen(line, "r");
    while (list != NULL && fgets(line, sizeof line, list) != NULL)
        if (strncmp(line, prefix, strlen(prefix)) == 0 && count < 199)
            names[count++] = strndup(line, strcspn(line, " \n"));
    if (list == NULL || pclose(list) != 0 || count == 0) {
        fprintf(stderr, "no %s* from %s\n", prefix, line);
        exit(2);
    }
    return names;
}

static inline int count_names(char *const *names)
{
    int count = 0;

    while (names[count] != NULL)
        count++;
    return count;
}

#endif
