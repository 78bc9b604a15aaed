/*
 * document.h - how the checks of the book read it: lines, and the blocks
 * between three ticks.
 *
 * What cannot be read fails the test.  Used by check_book.c and
 * check_book_runs.c, which define _GNU_SOURCE first, and run in the top
 * folder; BUILD says where the programs were built.
 */
#ifndef TESTS_DOCUMENT_H
#define TESTS_DOCUMENT_H

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lines {
    char **at;
    size_t count;
};

/* One fenced block: lines first to last - 1 of a document. */
struct block {
    const char *document;
    const char *info; /* what stands behind the three ticks */
    const struct lines *lines;
    size_t first, last;
};

static inline struct lines lines_of(FILE *file)
{
    struct lines lines = {0};
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    while ((length = getline(&line, &size, file)) >= 0) {
        line[strcspn(line, "\n")] = '\0';
        lines.at = realloc(lines.at, (lines.count + 1) * sizeof *lines.at);
        ck_assert_ptr_nonnull(lines.at);
        lines.at[lines.count++] = line;
        line = NULL;
        size = 0;
    }
    free(line);
    return lines;
}

static inline void free_lines(struct lines *lines)
{
    while (lines->count > 0)
        free(lines->at[--lines->count]);
    free(lines->at);
    lines->at = NULL;
}

static inline struct lines read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    struct lines lines;

    ck_assert_msg(file != NULL, "there is no %s", path);
    lines = lines_of(file);
    fclose(file);
    return lines;
}

static inline struct lines output_of(const char *command)
{
    FILE *pipe = popen(command, "r");
    struct lines lines;

    ck_assert_msg(pipe != NULL, "cannot run %s", command);
    lines = lines_of(pipe);
    pclose(pipe);
    return lines;
}

static inline bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Calls check(block) for each block; returns how many there were. */
static inline int each_block(const char *document, const char *info,
                             void (*check)(const struct block *))
{
    struct lines lines = read_file(document);
    struct block block = {.document = document, .lines = &lines};
    bool inside = false;
    int count = 0;

    for (size_t i = 0; i < lines.count; i++) {
        if (!starts_with(lines.at[i], "```"))
            continue;
        inside = !inside;
        if (inside) {
            block.info = lines.at[i] + 3;
            block.first = i + 1;
        } else if (starts_with(block.info, info)) {
            block.last = i;
            check(&block);
            count++;
        }
    }
    ck_assert_msg(!inside, "%s:%zu: this block does not end", document,
                  block.first);
    free_lines(&lines);
    return count;
}

static inline const char *build(void)
{
    const char *folder = getenv("BUILD");

    return folder != NULL ? folder : "build";
}

#endif
