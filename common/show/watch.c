/*
 * watch.c - see watch.h.
 *
 * Of a long trace the beginning is shown at once, while a thread reads
 * the whole.
 */
#define _GNU_SOURCE /* asprintf */
#include "show/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show/export.h"
#include "show/screen.h"
#include "show/settings.h"
#include "show/timeline.h"
#include "trace/fail.h"

#define AT_ONCE 100000      /* events that are read before the first frame */
#define FRAME 33            /* milliseconds, while something moves */
#define READING 50          /* milliseconds between two looks at the thread */
#define IDLE 250            /* a signal may come just before a wait */
#define FILES_MOST 1000

struct watch {
    const struct trace *trace;
    struct model *model;
    struct moment moment;
    struct view view;
    struct grid grid;
    bool unicode;
    uint64_t last; /* nanoseconds: the last tick */

    pthread_t reader;
    bool reading;
    bool inside;
    struct model_progress progress;
    struct model *_Atomic ready; /* what the reader has made */
};

/* ---- the model ---- */

static void *read_all(void *argument)
{
    struct watch *watch = argument;
    struct model *model = model_new(watch->trace, watch->inside,
                                    TRACE_NONE, &watch->progress);

    atomic_store(&watch->ready, model);
    return NULL;
}

static void stop_reading(struct watch *watch)
{
    if (!watch->reading)
        return;
    atomic_store(&watch->progress.stop, true);
    pthread_join(watch->reader, NULL);
    model_free(atomic_exchange(&watch->ready, NULL));
    watch->reading = false;
}

static void start_reading(struct watch *watch)
{
    atomic_store(&watch->progress.stop, false);
    atomic_store(&watch->progress.done, 0);
    atomic_store(&watch->ready, NULL);
    watch->reading =
        pthread_create(&watch->reader, NULL, read_all, watch) == 0;
    if (!watch->reading)
        die("cannot start a thread to read the trace:");
}

/* The first model that is shown; of a long trace, not the last. */
static void make_model(struct watch *watch)
{
    stop_reading(watch);
    watch->model =
        model_new(watch->trace, watch->inside, AT_ONCE, NULL);
    watch->moment = (struct moment){.model = watch->model};
    if (!watch->model->whole)
        start_reading(watch);
}

static void free_model(struct watch *watch)
{
    moment_free(&watch->moment);
    model_free(watch->model);
}

static bool take_model(struct watch *watch)
{
    struct model *model = atomic_load(&watch->ready);

    if (!watch->reading || model == NULL)
        return false;
    pthread_join(watch->reader, NULL);
    watch->reading = false;
    view_move(&watch->view, watch->model, model);
    free_model(watch);
    watch->model = model;
    watch->moment = (struct moment){.model = model};
    return true;
}

static void rebuild(struct watch *watch)
{
    struct model *before = watch->model;

    watch->inside = watch->view.functions;
    moment_free(&watch->moment);
    stop_reading(watch);
    make_model(watch);
    view_move(&watch->view, before, watch->model);
    model_free(before);
}

/* ---- files ---- */

static int percent(const struct watch *watch)
{
    uint32_t count = trace_count(watch->trace);

    return count == 0 ? 100
                      : (int)((uint64_t)atomic_load(&watch->progress.done) *
                              100 / count);
}

/* A name that is free: timeline-1.svg ...; NULL if there is none. */
static FILE *new_file(const char *ending, char *name, size_t size)
{
    for (int i = 1; i < FILES_MOST; i++) {
        int file;

        snprintf(name, size, "timeline-%d.%s", i, ending);
        file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0)
            return fdopen(file, "w");
        if (errno != EEXIST)
            return NULL;
    }
    return NULL;
}

/* The events that are in sight. */
static void export_svg(struct watch *watch, FILE *out)
{
    const struct model *model = watch->model;
    struct view *view = &watch->view;
    uint64_t left = view->left[view->axis];
    uint64_t right = left + (uint64_t)view->layout.width;
    uint32_t first = view_first(view, model, left);
    uint32_t end = view_first(view, model, right);
    struct export_options options = {.format = EXPORT_SVG,
                                     .inside = watch->inside,
                                     .ascii = view->ascii};

    if (first >= model->count || end == 0)
        return;
    options.from = model->events[first];
    options.to = model->events[end - 1];
    export_write(out, watch->trace, &options);
}

static void export(struct watch *watch, bool svg)
{
    struct view *view = &watch->view;
    char name[64];
    FILE *out = new_file(svg ? "svg" : "txt", name, sizeof name);
    bool good;

    if (out == NULL) {
        snprintf(view->message, sizeof view->message,
                 "Cannot write %s: %s", name, strerror(errno));
        return;
    }
    if (svg)
        export_svg(watch, out);
    else {
        /* without the last message */
        timeline_draw(&watch->grid, view, watch->model, &watch->moment,
                      percent(watch));
        grid_print(&watch->grid, out);
    }
    good = !ferror(out);
    good = fclose(out) == 0 && good;
    if (!good)
        unlink(name);
    snprintf(view->message, sizeof view->message, "%s %s",
             good ? "Written:" : "Cannot write", name);
}

/* ---- the loop ---- */

static void draw(struct watch *watch, bool anew)
{
    if (!watch->unicode)
        watch->view.ascii = true;
    timeline_draw(&watch->grid, &watch->view, watch->model,
                  &watch->moment, percent(watch));
    screen_paint(&watch->grid, watch->view.palette, anew);
}

static void resize(struct watch *watch)
{
    int rows, columns;

    screen_size(&rows, &columns);
    view_size(&watch->view, watch->model, rows, columns);
}

static bool tick(struct watch *watch)
{
    uint64_t now = trace_nanoseconds();
    uint64_t passed = now - watch->last;

    watch->last = now;
    return view_tick(&watch->view, watch->model, (double)passed / 1e9);
}

/* Returns false if this was the end. */
static bool obey(struct watch *watch, int key)
{
    bool played = watch->view.playing;

    switch (view_key(&watch->view, watch->model, key)) {
    case VIEW_QUIT: return false;
    case VIEW_REBUILD: rebuild(watch); break;
    case VIEW_EXPORT_SVG: export(watch, true); break;
    case VIEW_EXPORT_TEXT: export(watch, false); break;
    case VIEW_DRAW: break;
    }
    if (watch->view.playing && !played)
        watch->last = trace_nanoseconds();
    return true;
}

static bool take_input(struct watch *watch, const struct input *input)
{
    switch (input->sort) {
    case INPUT_END: return false;
    case INPUT_KEY: return obey(watch, input->key);
    case INPUT_MOUSE:
        view_mouse(&watch->view, watch->model, input->row, input->column,
                   input->button, input->control);
        return true;
    case INPUT_SIZE: resize(watch); return true;
    case INPUT_NONE:
    case INPUT_REDRAW: break;
    }
    return true;
}

static void loop(struct watch *watch)
{
    struct input input = {.sort = INPUT_SIZE};

    do {
        bool moved = tick(watch);
        bool changed = take_model(watch) || moved;

        if (changed || watch->reading || input.sort != INPUT_NONE)
            draw(watch, input.sort == INPUT_REDRAW);
        input = screen_input(watch->view.search != 0 ? 0
                             : watch->view.playing ? FRAME
                             : watch->reading    ? READING
                                                 : IDLE);
    } while (take_input(watch, &input));
}

bool watch_run(const struct trace *trace,
               const struct watch_options *options, int *signal)
{
    struct watch *watch;
    char why[200];

    if (!screen_suits(why, sizeof why)) {
        complain("%s; here are the columns instead", why);
        return false;
    }
    watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        die("out of memory");
    watch->trace = trace;
    watch->inside = options->inside;
    watch->unicode = screen_is_unicode();
    make_model(watch);
    view_start(&watch->view, watch->model);
    watch->view.functions = options->inside;
    settings_load(&watch->view, watch->view.message,
                  sizeof watch->view.message);
    watch->view.ascii = options->ascii;
    screen_open(options->color);
    resize(watch);
    loop(watch);
    screen_close();
    *signal = screen_signal();
    stop_reading(watch);
    settings_save(&watch->view);
    free_model(watch);
    grid_free(&watch->grid);
    free(watch);
    return true;
}
