/*
 * timeline.c - the frame around the lanes.  See timeline.h.
 */
#include "show/timeline.h"

#include <string.h>

#include "show/paint.h"

/* ---- words ---- */

void paint_time(uint64_t nanoseconds, char *text, size_t size)
{
    snprintf(text, size, "%.3f ms", (double)nanoseconds / 1e6);
}

int paint_column(const struct paint *paint, uint32_t position)
{
    uint64_t column = view_column(paint->view, paint->model, position);
    uint64_t left = paint->view->left[paint->view->axis];

    return column >= left &&
                   column - left < (uint64_t)paint->layout->width
               ? (int)(column - left)
               : -1;
}

static void add_links(const struct model *model, uint32_t position,
                      struct phrase *phrase)
{
    size_t count;
    const struct model_link *links = model_links(model, position, &count);

    for (size_t i = 0; i < count && i < 4; i++) {
        const struct event *taker = model_event(model, links[i].taker);

        if (event_kind(taker) != KIND_BEGIN)
            phrase_add(phrase, "%s%.60s go on at %u",
                       i == 0 ? "; lets " : ", ",
                       trace_actor_name(model->trace, taker->actor),
                       links[i].taker + 1);
    }
}

/* Of a wait: who ended it, though that comes later. */
static void add_waker(const struct model *model, uint32_t position,
                      struct phrase *phrase)
{
    const struct event *event = model_event(model, position);
    const struct model_lane *lane = model->lanes + event->actor;
    uint32_t next = model_before(lane, position + 1);
    uint32_t giver;

    if ((event_kind(event) != KIND_WAIT &&
         event_kind(event) != KIND_CONDITION_WAIT) ||
        next >= lane->count)
        return;
    giver = model_giver(model, lane->at[next]);
    if (giver != TRACE_NONE)
        phrase_add(phrase, "; woken by %.60s at %u",
                   trace_actor_name(model->trace,
                                    model_event(model, giver)->actor),
                   giver + 1);
}

void timeline_sentence(const struct model *model, struct moment *moment,
                       uint32_t position, bool ascii, bool future,
                       char *text, size_t size)
{
    const struct event *event = model_event(model, position);
    struct phrase phrase = phrase_in(text, size);
    struct sentence_scene scene = {.trace = model->trace,
                                   .names = model->names,
                                   .ascii = ascii};

    text[0] = '\0';
    if (event == NULL)
        return;
    scene.replay = moment_before(moment, position);
    phrase_add(&phrase, "%.100s ",
               trace_actor_name(model->trace, event->actor));
    sentence_write(&phrase, &scene, model->events[position], false);
    if (!future)
        return;
    add_links(model, position, &phrase);
    add_waker(model, position, &phrase);
}

/* ---- the first two rows ---- */

static void paint_header(struct paint *paint)
{
    const struct trace *trace = paint->model->trace;
    const char *title = trace_text(trace, trace->title);
    const struct verdict *verdict = &paint->model->verdict;
    int width = paint->view->columns, used;
    char text[1200];

    grid_fill(paint->grid, 0, 0, width, STYLE_TITLE, " ");
    used = grid_put(paint->grid, 0, 1, width / 2, STYLE_TITLE,
                    *title == '\0' ? "a run" : title) +
           3;
    if (*trace_text(trace, trace->schedule_text) != '\0' && width >= 120) {
        snprintf(text, sizeof text, "schedule %s",
                 trace_text(trace, trace->schedule_text));
        width -= 30;
        grid_put(paint->grid, 0, width, 29, STYLE_DIM, text);
    }
    if (paint->model->whole) {
        bool good = verdict->kind == VERDICT_OK;

        snprintf(text, sizeof text, "%s", verdict->sentence);
        grid_put(paint->grid, 0, used, width - used - 1,
                 good ? STYLE_GOOD : STYLE_BAD, text);
    } else {
        snprintf(text, sizeof text, "reading the rest: %d%%",
                 paint->percent);
        grid_put(paint->grid, 0, used, width - used - 1, STYLE_DIM, text);
    }
}

/* A round number of units between two ticks at least that far apart. */
static uint64_t tick_step(uint64_t least)
{
    uint64_t step = 1;

    while (step < least) {
        if (step * 2 >= least)
            return step * 2;
        if (step * 5 >= least)
            return step * 5;
        step *= 10;
    }
    return step;
}

static void write_tick(const struct view *view, uint64_t value,
                       uint64_t step, char *text, size_t size)
{
    double shown = (double)value;

    if (view->axis == AXIS_ORDER)
        snprintf(text, size, "%llu", (unsigned long long)value + 1);
    else if (step >= 1000000000)
        snprintf(text, size, "%.0f s", shown / 1e9);
    else if (step >= 100000)
        snprintf(text, size, "%.*f ms", step % 1000000 != 0, shown / 1e6);
    else if (step >= 1000)
        snprintf(text, size, "%.0f us", shown / 1e3);
    else
        snprintf(text, size, "%.0f ns", shown);
}

static void paint_ruler(struct paint *paint)
{
    const struct view *view = paint->view;
    uint64_t unit = view->axis == AXIS_ORDER ? VIEW_UNITS : 1;
    uint64_t cell = view->cell[view->axis];
    uint64_t left = view->left[view->axis];
    uint64_t step = tick_step((12 * cell + unit - 1) / unit);
    uint64_t value = (left * cell / unit + step - 1) / step * step;
    uint64_t most = paint->model->count == 0 ? 0
                    : view->axis == AXIS_ORDER
                        ? paint->model->count - 1
                        : paint->model->times[paint->model->count - 1];

    for (; value <= most; value += step) {
        uint64_t column = value * unit / cell - left;
        char text[32];

        if (column + 1 >= (uint64_t)paint->layout->width)
            break;
        write_tick(view, value, step, text, sizeof text);
        grid_glyph(paint->grid, 1, paint->layout->left + (int)column,
                   STYLE_DIM, paint_glyph(paint, "╷", "'"));
        grid_put(paint->grid, 1, paint->layout->left + (int)column + 1, 11,
                 STYLE_DIM, text);
    }
}

/* "order", "order 1:16", "time", and how many lanes are out of sight. */
static void paint_corner(struct paint *paint)
{
    const struct view *view = paint->view;
    const struct view_layout *layout = paint->layout;
    char text[64];

    if (layout->lanes > layout->lanes_shown)
        snprintf(text, sizeof text, "%u-%u of %u", view->top + 1,
                 view->top + layout->lanes_shown, layout->lanes);
    else if (view->axis == AXIS_TIME)
        snprintf(text, sizeof text, "time");
    else if (view->cell[AXIS_ORDER] > VIEW_UNITS)
        snprintf(text, sizeof text, "order 1:%llu",
                 (unsigned long long)view->cell[AXIS_ORDER] / VIEW_UNITS);
    else
        snprintf(text, sizeof text, "order");
    grid_put(paint->grid, 1, 1, layout->label - 1, STYLE_DIM, text);
}

/* ---- names and rows ---- */

static void paint_name(struct paint *paint, int row, uint32_t actor)
{
    const struct view *view = paint->view;
    bool chosen = view->actor == actor;
    bool pinned = view->lanes[actor] & LANE_PINNED;
    int indent = 1 + 2 * paint->model->lanes[actor].is_thread;

    grid_put(paint->grid, row, 0, 1, STYLE_KEY,
             chosen   ? paint_glyph(paint, "▸", ">")
             : pinned ? "*"
                      : " ");
    if (indent > 1)
        grid_put(paint->grid, row, 1, 2, STYLE_DIM,
                 paint_glyph(paint, "╴", "-"));
    grid_put(paint->grid, row, indent, paint->layout->label - indent,
             chosen ? STYLE_KEY : STYLE_NAME,
             trace_actor_name(paint->model->trace, actor));
}

static void paint_object_name(struct paint *paint, int row,
                              uint32_t number)
{
    const struct model_object *object = paint->model->objects + number;

    grid_put(paint->grid, row, 1, paint->layout->label - 1, STYLE_VALUE,
             names_object(paint->model->names, object->key,
                          object->named_at));
}

static void paint_rows(struct paint *paint)
{
    const struct view_layout *layout = paint->layout;

    for (int i = 0; i < layout->count; i++) {
        const struct view_row *row = layout->rows + i;
        int at = layout->top + i;

        switch (row->sort) {
        case ROW_LANE:
            paint_name(paint, at, row->number);
            paint_lane(paint, at, row->number);
            if (row->number == paint->view->actor)
                grid_mark(paint->grid, at, 0, paint->view->columns,
                          CELL_CHOSEN);
            break;
        case ROW_FUNCTION:
            paint_functions(paint, at, row->number);
            break;
        case ROW_OBJECT:
            paint_object_name(paint, at, row->number);
            paint_object(paint, at, row->number);
            break;
        case ROW_SPACE: break;
        }
    }
}

static void paint_cursor(struct paint *paint)
{
    const struct view_layout *layout = paint->layout;
    const struct event *event =
        model_event(paint->model, paint->view->cursor);
    int column = paint_column(paint, paint->view->cursor);

    if (column < 0 || event == NULL)
        return;
    column += layout->left;
    grid_glyph(paint->grid, 1, column, STYLE_KEY,
               paint_glyph(paint, "▼", "v"));
    for (int i = 0; i < layout->count; i++) {
        unsigned marks = CELL_CURSOR;

        if (layout->rows[i].sort == ROW_LANE &&
            layout->rows[i].number == event->actor)
            marks |= CELL_HERE;
        grid_mark(paint->grid, layout->top + i, column, 1, marks);
    }
}

static void paint_mark(struct paint *paint)
{
    int column = paint_column(paint, paint->view->mark);

    if (paint->view->marked && column >= 0)
        grid_glyph(paint->grid, 1, paint->layout->left + column,
                   STYLE_FOUND, "M");
}

/* ---- the last three rows ---- */

static void write_distance(const struct paint *paint,
                           struct phrase *phrase)
{
    const struct model *model = paint->model;
    uint32_t a = paint->view->mark, b = paint->view->cursor;
    uint64_t from, to;
    char text[48];

    if (a >= model->count || b >= model->count)
        return;
    from = model->times[a < b ? a : b];
    to = model->times[a < b ? b : a];
    paint_time(to - from, text, sizeof text);
    phrase_add(phrase, "%u event%s and %s %s the mark at %u",
               a < b ? b - a : a - b, (a < b ? b - a : a - b) == 1 ? "" : "s",
               text, a <= b ? "after" : "before", a + 1);
}

static void write_conflict(const struct paint *paint,
                           const struct model_conflict *conflict,
                           struct phrase *phrase)
{
    const struct model *model = paint->model;
    const struct event *lost = trace_read(model->trace, conflict->lost);
    uint32_t at = model_position(model, conflict->lost);
    uint32_t seen = model_position(model, conflict->seen);

    phrase_add(phrase, "conflict: overwrites what %.60s wrote at %u, not "
               "read since %u",
               trace_actor_name(model->trace, lost->actor), at + 1,
               seen + 1);
}

static enum style second_line(const struct paint *paint,
                              struct phrase *phrase)
{
    const struct view *view = paint->view;
    const struct model *model = paint->model;
    const struct model_conflict *conflict =
        model_conflict(model, view->cursor);

    if (view->message[0] != '\0') {
        phrase_add(phrase, "%s", view->message);
        return STYLE_SAY;
    }
    if (view->predict && paint->end < model->count) {
        phrase_add(phrase, "Who goes next, and what will it do?  Enter "
                           "shows it");
        return STYLE_KEY;
    }
    if (conflict != NULL) {
        write_conflict(paint, conflict, phrase);
        return STYLE_ALARM;
    }
    if (view->marked) {
        write_distance(paint, phrase);
        return STYLE_FOUND;
    }
    if (model->whole && model->verdict.kind != VERDICT_OK)
        phrase_add(phrase, "%s", model->verdict.sentence);
    return STYLE_BAD;
}

static void paint_detail(struct paint *paint)
{
    const struct view *view = paint->view;
    const struct model *model = paint->model;
    int row = paint->layout->detail, used;
    char text[2048], when[48];
    struct phrase phrase = phrase_in(text, sizeof text);
    enum style style;

    if (view->cursor >= model->count) {
        grid_put(paint->grid, row, 1, view->columns, STYLE_DIM,
                 "nothing happened");
        return;
    }
    paint_time(model->times[view->cursor], when, sizeof when);
    snprintf(text, sizeof text, "%u/%u  %s  ", view->cursor + 1,
             model->count, when);
    used = grid_put(paint->grid, row, 1, view->columns, STYLE_DIM, text);
    timeline_sentence(model, paint->moment, view->cursor, view->ascii,
                      !view->predict, text, sizeof text);
    used = grid_put(paint->grid, row, 1 + used, view->columns - used - 1,
                    STYLE_TITLE, text);
    text[0] = '\0';
    style = second_line(paint, &phrase);
    grid_put(paint->grid, row + 1, 1, view->columns - 1, style, text);
}

static void paint_keys(struct paint *paint)
{
    static const char *const keys[][2] = {
        {"q", "end"},      {"?", "help"},    {"space", "play"},
        {"←→", "step"},    {". ,", "actor"}, {"[ ]", "hand-off"},
        {"v", "verdict"},  {"t", "time"},    {"/", "find"},
        {"+-", "zoom"},    {"c o i", "panes"}, {"m", "mark"},
        {"p x", "pin, hide"}, {"b", "big"},   {"r", "predict"},
        {"C", "colors"},   {"e", "export"}};
    const struct view *view = paint->view;
    int row = paint->layout->keys, at = 1;

    if (view->typing) {
        at += grid_put(paint->grid, row, at, 10, STYLE_KEY, "find: ");
        at += grid_put(paint->grid, row, at, view->columns - at - 1,
                       STYLE_PLAIN, view->typed);
        grid_mark(paint->grid, row, at, 1, CELL_HERE);
        return;
    }
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *key = keys[i][0], *word = keys[i][1];
        int need;

        if (i == 2 && view->playing)
            word = "pause";
        if (i == 3 && view->ascii)
            key = "arrows";
        if (i == 7 && view->axis == AXIS_TIME)
            word = "order";
        need = row_measure(key, strlen(key), view->ascii) + 1 +
               (int)strlen(word);
        if (at + need > view->columns)
            break;
        at += grid_put(paint->grid, row, at, need, STYLE_KEY, key) + 1;
        at += grid_put(paint->grid, row, at, need, STYLE_DIM, word) + 2;
    }
}

/* ---- all of it ---- */

static void find_columns(struct paint *paint)
{
    uint64_t left = paint->view->left[paint->view->axis];

    for (int i = 0; i <= paint->layout->width + 1; i++)
        paint->first[i] = view_first(paint->view, paint->model,
                                     left + (uint64_t)i);
    paint->tail = 0;
    while (paint->tail < paint->layout->width &&
           paint->first[paint->tail] < paint->model->count)
        paint->tail++;
    paint->tail = paint_least(paint->tail + VIEW_TAIL,
                              paint->layout->width);
}

void timeline_draw(struct grid *grid, struct view *view,
                   const struct model *model, struct moment *moment,
                   int percent)
{
    struct paint paint = {.grid = grid,
                          .model = model,
                          .moment = moment,
                          .view = view,
                          .layout = &view->layout,
                          .end = model->count,
                          .percent = percent};

    grid_resize(grid, view->rows, view->columns, view->ascii);
    view_layout(view, model);
    if (view->predict && view->cursor < model->count)
        paint.end = view->cursor + 1;
    paint.finds = find_start(&paint.find, model, view->found);
    find_columns(&paint);
    paint_header(&paint);
    paint_corner(&paint);
    paint_ruler(&paint);
    paint_rows(&paint);
    paint_links(&paint);
    paint_mark(&paint);
    paint_cursor(&paint);
    paint_source(&paint);
    paint_detail(&paint);
    paint_keys(&paint);
    if (view->help)
        paint_help(&paint);
    find_end(&paint.find);
}
