/*
 * frames.h - frames of the timeline as text, and those that were kept.
 *
 * The golden screens are tests/screens/timeline-NAME.txt.  To look at
 * new ones before keeping them, run the test with SCREENS=write.
 *
 * For tests that are one source file each, so all of it is here.  Define
 * _GNU_SOURCE first.
 */
#ifndef TESTS_FRAMES_H
#define TESTS_FRAMES_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/timeline.h"

/* A trace on the timeline, without a terminal. */
struct stage {
    const struct trace *trace;
    struct model *model;
    struct moment moment;
    struct view view;
    struct grid grid;
};

static inline void stage_model(struct stage *stage, bool inside)
{
    stage->model = model_new(stage->trace, inside, TRACE_NONE, NULL);
    stage->moment = (struct moment){.model = stage->model};
}

static inline struct stage *stage_new(const struct trace *trace, int rows,
                                      int columns, bool ascii)
{
    struct stage *stage = calloc(1, sizeof *stage);

    ck_assert_ptr_nonnull(stage);
    stage->trace = trace;
    stage_model(stage, false);
    view_start(&stage->view, stage->model);
    stage->view.ascii = ascii;
    view_size(&stage->view, stage->model, rows, columns);
    return stage;
}

static inline void stage_free(struct stage *stage)
{
    moment_free(&stage->moment);
    model_free(stage->model);
    grid_free(&stage->grid);
    free(stage);
}

static inline void stage_draw(struct stage *stage)
{
    timeline_draw(&stage->grid, &stage->view, stage->model,
                  &stage->moment, 0);
}

static inline enum view_wish stage_key(struct stage *stage, int key)
{
    enum view_wish wish = view_key(&stage->view, stage->model, key);

    if (wish == VIEW_REBUILD) {
        struct model *before = stage->model;

        moment_free(&stage->moment);
        stage_model(stage, stage->view.functions);
        view_move(&stage->view, before, stage->model);
        model_free(before);
    }
    return wish;
}

/* Keys as they are typed; \n is Enter, \b is backspace, \033 escape. */
static inline void stage_keys(struct stage *stage, const char *keys)
{
    for (; *keys != '\0'; keys++)
        stage_key(stage, *keys == '\n'     ? VIEW_ENTER
                         : *keys == '\b'   ? VIEW_BACKSPACE
                         : *keys == '\033' ? VIEW_ESCAPE
                                           : *keys);
}

/* No line is wider than the view, and there are as many as it has. */
static inline void check_size(const struct stage *stage, const char *text)
{
    int rows = 0;

    for (; *text != '\0'; rows++) {
        size_t length = strcspn(text, "\n");

        ck_assert_int_le(row_measure(text, length, false),
                         stage->view.columns);
        text += length + (text[length] == '\n');
    }
    ck_assert_int_eq(rows, stage->view.rows);
}

static inline void check_ascii(const char *text)
{
    for (; *text != '\0'; text++)
        ck_assert_int_ge(*text, 0);
}

/* The frame as text; the caller frees it. */
static inline char *stage_text(struct stage *stage)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    stage_draw(stage);
    grid_print(&stage->grid, out);
    fclose(out);
    check_size(stage, text);
    if (stage->view.ascii)
        check_ascii(text);
    return text;
}

static inline void check_kept(const char *name, const char *text)
{
    static char golden[1 << 20];
    const char *mode = getenv("SCREENS");
    bool writes = mode != NULL && strcmp(mode, "write") == 0;
    char path[200];
    size_t length;
    FILE *file;

    snprintf(path, sizeof path, "tests/screens/timeline-%s.txt", name);
    file = fopen(path, writes ? "w" : "r");
    ck_assert_msg(file != NULL, "there is no %s", path);
    if (writes)
        fputs(text, file);
    length = writes ? 0 : fread(golden, 1, sizeof golden - 1, file);
    golden[length] = '\0';
    fclose(file);
    if (!writes)
        ck_assert_str_eq(text, golden);
}

#endif
