/*
 * timeline_lanes.c - the lanes, and the lines between them.
 *
 * See timeline.h for how they look.
 */
#include <string.h>

#include "show/paint.h"

#define LINKS_MOST 20000 /* positions looked at for lines to be drawn */
#define FIND_MOST 16     /* events of a merged cell that may be found */
#define LABEL_ROOM 5     /* columns of a wait, before it says for what */

enum style paint_style(enum kind kind)
{
    switch (kind_info[kind].group) {
    case GROUP_LIFE:
    case GROUP_SIGNAL: return STYLE_LIFE;
    case GROUP_LOCK:
    case GROUP_CONDITION:
    case GROUP_SEMAPHORE: return STYLE_SYNC;
    case GROUP_DATA: return STYLE_DATA;
    case GROUP_SAY: return STYLE_SAY;
    case GROUP_MEMORY: return STYLE_MEMORY;
    case GROUP_TIME: return STYLE_SLEEPS;
    default: return kind == KIND_WAIT ? STYLE_WAITS : STYLE_EVENT;
    }
}

static enum style state_style(enum lane_state state)
{
    static const enum style styles[] = {
        [LANE_NONE] = STYLE_PLAIN,   [LANE_READY] = STYLE_READY,
        [LANE_SLEEPS] = STYLE_SLEEPS, [LANE_RUNS] = STYLE_RUNS,
        [LANE_HOLDS] = STYLE_HOLDS,  [LANE_WAITS] = STYLE_WAITS,
        [LANE_WAITS_HOLDING] = STYLE_WAITS_HOLDING};

    return styles[state];
}

static const char *state_glyph(const struct paint *paint,
                               enum lane_state state)
{
    static const char *const drawn[] = {" ", "╌", "z", "─",
                                        "━", "┄", "┅"};
    static const char *const ascii[] = {" ", "_", "z", "-",
                                        "=", ".", ":"};

    return paint->view->ascii ? ascii[state] : drawn[state];
}

/* Lanes lie, columns stand: births and ends look otherwise here. */
static const char *event_glyph(const struct paint *paint, enum kind kind)
{
    switch (kind) {
    case KIND_FORK:
    case KIND_SPAWN:
    case KIND_THREAD_CREATE: return paint_glyph(paint, "┬", "+");
    case KIND_BEGIN: return paint_glyph(paint, "├", "(");
    case KIND_EXIT:
    case KIND_THREAD_END: return paint_glyph(paint, "┤", ")");
    case KIND_REAP:
    case KIND_JOIN: return paint_glyph(paint, "┴", "J");
    default:
        return paint_glyph(paint, kind_info[kind].glyph,
                           kind_info[kind].ascii);
    }
}

static const char *merged_glyph(const struct paint *paint, uint32_t count)
{
    return count < 4    ? paint_glyph(paint, "░", "+")
           : count < 16 ? paint_glyph(paint, "▒", "*")
                        : paint_glyph(paint, "▓", "#");
}

/* What a cell of many states shows: the most severe of them. */
static enum style merged_style(unsigned mask)
{
    int state = LANE_WAITS_HOLDING;

    while (state > LANE_NONE && !(mask & 1u << state))
        state--;
    return state == LANE_NONE ? STYLE_LIFE
                              : state_style((enum lane_state)state);
}

/* ---- one lane ---- */

/* The stretch between two events of a lane, as columns go over it. */
struct gap {
    uint32_t before;       /* events of the lane before it */
    enum lane_state state;
    uint32_t ready;        /* position from which it may go on */
    int start;             /* its first column */
    bool after_one;        /* right of an event, not of a merged cell */
};

struct lane_paint {
    struct paint *paint;
    const struct model_lane *lane;
    uint32_t actor;
    int row;
    int labelled; /* columns before this one have words in them */
    struct gap gap;
};

static void enter_gap(struct lane_paint *work, uint32_t before,
                      int column)
{
    const struct model *model = work->paint->model;
    const struct event *next =
        before < work->lane->count
            ? model_event(model, work->lane->at[before])
            : NULL;

    work->gap = (struct gap){.before = before,
                             .state = LANE_READY,
                             .ready = TRACE_NONE,
                             .start = column};
    if (before == 0) {
        if (work->actor == 0)
            work->gap.state = LANE_NONE;
        return;
    }
    work->gap.state = model_lane_state(work->lane, before - 1);
    if ((work->gap.state == LANE_WAITS ||
         work->gap.state == LANE_WAITS_HOLDING) &&
        next != NULL && worth_ends_wait(next) && next->peer != TRACE_NONE)
        work->gap.ready = model_position(model, next->peer);
}

static enum lane_state gap_state(const struct lane_paint *work,
                                 uint32_t position)
{
    const struct model_lane *lane = work->lane;

    if (position >= work->paint->end || position < lane->born ||
        position >= lane->end)
        return LANE_NONE;
    return position >= work->gap.ready ? LANE_READY : work->gap.state;
}

/* Somebody who waits at the end will wait for ever: to be seen, that
 * goes on for some columns. */
static bool is_tail(const struct lane_paint *work, int column)
{
    const struct paint *paint = work->paint;

    return paint->end == paint->model->count && column < paint->tail &&
           (work->gap.state == LANE_WAITS ||
            work->gap.state == LANE_WAITS_HOLDING);
}

static enum lane_state state_in(const struct lane_paint *work, int column)
{
    const struct paint *paint = work->paint;
    uint32_t end = paint->first[column + 1];

    if (paint->first[column] >= paint->end && !is_tail(work, column))
        return LANE_NONE;
    if (end > paint->end)
        end = paint->end;
    return end == 0 ? LANE_NONE : gap_state(work, end - 1);
}

const char *paint_awaited(const struct paint *paint, uint64_t object,
                          enum kind kind, uint32_t index)
{
    const struct model *model = paint->model;

    if (object_class(object) == OBJECT_ACTOR)
        return object_where(object) < model->actor_count
                   ? trace_actor_name(model->trace,
                                      (uint32_t)object_where(object))
                   : "a child";
    if (object == 0)
        return kind == KIND_POLL ? "poll" : "";
    return names_object(model->names, object, index);
}

/* What a wait is for, into the lane. */
static void label_gap(struct lane_paint *work, int end)
{
    struct paint *paint = work->paint;
    const struct gap *gap = &work->gap;
    const struct model *model = paint->model;
    const struct event *event;
    const char *name;
    int start = gap->start > work->labelled ? gap->start : work->labelled;
    int room = end - start - 2;

    if (gap->before == 0 || room < LABEL_ROOM ||
        (gap->state != LANE_WAITS && gap->state != LANE_WAITS_HOLDING))
        return;
    event = model_event(model, work->lane->at[gap->before - 1]);
    name = paint_awaited(paint, event->object, (enum kind)event->value,
                         model->events[work->lane->at[gap->before - 1]]);
    room = grid_put(paint->grid, work->row,
                    paint->layout->left + start + 1, room,
                    state_style(gap->state), name);
    grid_mark(paint->grid, work->row,
              paint->layout->left + start + 1, room, CELL_WORD);
}

/* Up to where its wait is seen in this gap, or its end. */
static int wait_end(const struct lane_paint *work, int end)
{
    int column = work->gap.start;

    while (column < end && state_in(work, column) == work->gap.state)
        column++;
    return column;
}

static void fill_cell(struct lane_paint *work, int column)
{
    struct paint *paint = work->paint;
    enum lane_state state = state_in(work, column);

    if (column < work->labelled)
        return;
    if (state == LANE_SLEEPS &&
        (column - work->gap.start) % 2 != work->gap.after_one)
        return;
    if (state != LANE_NONE)
        grid_glyph(paint->grid, work->row, paint->layout->left + column,
                   state_style(state), state_glyph(paint, state));
}

static bool is_found(struct paint *paint, uint32_t position)
{
    return paint->finds && find_is(&paint->find, position);
}

static void label_event(struct lane_paint *work, int column,
                        uint32_t position)
{
    struct paint *paint = work->paint;
    const struct event *event = model_event(paint->model, position);
    int room = 0;

    if (paint->view->axis == AXIS_TIME ||
        paint->view->cell[AXIS_ORDER] >= VIEW_UNITS)
        return;
    room = VIEW_UNITS / (int)paint->view->cell[AXIS_ORDER] - 2;
    if (room < 4)
        return;
    room = grid_put(paint->grid, work->row,
                    paint->layout->left + column + 1, room, STYLE_DIM,
                    kind_info[event_kind(event)].reads);
    grid_mark(paint->grid, work->row, paint->layout->left + column + 1,
              room, CELL_WORD);
    work->labelled = column + 1 + room;
}

static void paint_one(struct lane_paint *work, int column,
                      uint32_t position)
{
    struct paint *paint = work->paint;
    const struct event *event = model_event(paint->model, position);
    int at = paint->layout->left + column;
    enum kind kind = event == NULL ? KIND_NONE : event_kind(event);
    enum style style = paint_style(kind);

    if (model_alarms(paint->model, position, position + 1))
        style = STYLE_ALARM;
    if (is_found(paint, position))
        style = STYLE_FOUND;
    grid_glyph(paint->grid, work->row, at, style,
               event_glyph(paint, kind));
    grid_mark(paint->grid, work->row, at, 1, CELL_WORD);
}

static void paint_merged(struct lane_paint *work, int column,
                         uint32_t first, uint32_t count)
{
    struct paint *paint = work->paint;
    const struct model_lane *lane = work->lane;
    unsigned mask = model_mask(lane, first, first + count);
    enum style style = merged_style(mask);

    for (uint32_t i = first; i < first + count && i < first + FIND_MOST; i++)
        if (is_found(paint, lane->at[i]))
            style = STYLE_FOUND;
    if (mask & LANE_ALARM)
        style = STYLE_ALARM;
    grid_glyph(paint->grid, work->row, paint->layout->left + column, style,
               merged_glyph(paint, count));
    grid_mark(paint->grid, work->row, paint->layout->left + column, 1,
              CELL_WORD);
}

/* The lane's events before a position, that are at least `from`.  Most
 * columns have few. */
static uint32_t advance(const struct model_lane *lane, uint32_t from,
                        uint32_t position)
{
    uint32_t step = 1, low = from, high;

    if (from >= lane->count || lane->at[from] >= position)
        return from;
    while (low + step < lane->count && lane->at[low + step] < position) {
        low += step;
        step *= 2;
    }
    high = low + step < lane->count ? low + step : lane->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (lane->at[middle] < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void paint_column_of(struct lane_paint *work, int column,
                            uint32_t from, uint32_t to)
{
    if (to == from) {
        fill_cell(work, column);
        return;
    }
    if (column > work->gap.start)
        label_gap(work, wait_end(work, column));
    if (to - from == 1)
        paint_one(work, column, work->lane->at[from]);
    else
        paint_merged(work, column, from, to - from);
    enter_gap(work, to, column + 1);
    work->gap.after_one = to - from == 1;
    if (to - from == 1)
        label_event(work, column, work->lane->at[from]);
}

void paint_lane(struct paint *paint, int row, uint32_t actor)
{
    const struct model_lane *lane = paint->model->lanes + actor;
    struct lane_paint work = {
        .paint = paint, .lane = lane, .actor = actor, .row = row};
    uint32_t from = model_before(lane, paint->first[0]);
    int width = paint->layout->width;

    enter_gap(&work, from, 0);
    for (int column = 0; column < width; column++) {
        uint32_t limit = paint->first[column + 1];
        uint32_t to;

        if (limit > paint->end)
            limit = paint->end;
        to = advance(lane, from, limit);
        paint_column_of(&work, column, from, to);
        from = to;
    }
    label_gap(&work, wait_end(&work, width));
}

/* ---- functions ---- */

static const char *function_at(const struct paint *paint,
                               const struct model_lane *lane, uint32_t at)
{
    const struct event *event =
        model_event(paint->model, lane->at[at]);
    const char *name =
        event == NULL ? NULL
                      : sentence_function(paint->model->trace, event->pc);

    return name == NULL ? "" : name;
}

/* Which function it is in, from one event to the next. */
void paint_functions(struct paint *paint, int row, uint32_t actor)
{
    const struct model_lane *lane = paint->model->lanes + actor;
    uint32_t from = model_before(lane, paint->first[0]);
    const char *name = "";
    int start = 0, left = paint->layout->left;

    for (int column = 0; column <= paint->layout->width; column++) {
        uint32_t limit = paint->first[column + 1];
        uint32_t to = from;
        const char *now = name;

        if (column < paint->layout->width)
            to = advance(lane, from,
                         limit < paint->end ? limit : paint->end);
        if (to > from || column == 0)
            now = to == 0 ? "" : function_at(paint, lane, to - 1);
        if (*now == '\0' && to < lane->count)
            now = name;
        if (strcmp(now, name) != 0 || column == paint->layout->width) {
            if (*name != '\0') {
                grid_glyph(paint->grid, row, left + start, STYLE_DIM,
                           paint_glyph(paint, "╰", "`"));
                grid_put(paint->grid, row, left + start + 1,
                         column - start - 1, STYLE_DIM, name);
            }
            name = now;
            start = column;
        }
        from = to;
    }
}

/* ---- who lets whom go on ---- */

static int row_of(const struct paint *paint, uint32_t actor)
{
    const struct view_layout *layout = paint->layout;

    for (int i = 0; i < layout->count; i++)
        if (layout->rows[i].sort == ROW_LANE &&
            layout->rows[i].number == actor)
            return layout->top + i;
    return -1;
}

static const char *crossing(const struct paint *paint,
                            const struct cell *cell)
{
    if (strcmp(cell->glyph, "─") == 0)
        return "┼";
    if (strcmp(cell->glyph, "━") == 0)
        return "┿";
    return paint_glyph(paint, "│", "|");
}

/* A cell that a line may cross: no event, no words. */
static bool is_free(const struct cell *cell)
{
    return cell != NULL && !(cell->marks & CELL_WORD) &&
           (strcmp(cell->glyph, " ") == 0 ||
            (cell->style >= STYLE_RUNS && cell->style <= STYLE_READY));
}

static void cross(struct paint *paint, int row, int column, bool bold)
{
    struct cell *cell = grid_cell(paint->grid, row, column);

    if (cell != NULL && strcmp(cell->glyph, "│") == 0 && bold)
        cell->marks |= CELL_BOLD;
    if (!is_free(cell))
        return;
    grid_glyph(paint->grid, row, column, STYLE_LINK,
               crossing(paint, cell));
    if (bold)
        cell->marks |= CELL_BOLD;
}

static const char *arrow(const struct paint *paint, bool down, bool birth)
{
    if (birth)
        return down ? paint_glyph(paint, "╰", "\\")
                    : paint_glyph(paint, "╭", "/");
    return down ? paint_glyph(paint, "↓", "v")
                : paint_glyph(paint, "↑", "^");
}

/* From the giver's lane down or up to the taker's, in the giver's
 * column. */
static void paint_link(struct paint *paint, uint32_t giver,
                       uint32_t taker, bool bold)
{
    const struct event *from = model_event(paint->model, giver);
    const struct event *to = model_event(paint->model, taker);
    int column = paint_column(paint, giver);
    int row = row_of(paint, from->actor), end = row_of(paint, to->actor);
    int step = end > row ? 1 : -1;
    struct cell *cell;

    if (column < 0 || row < 0 || end < 0 || row == end ||
        giver >= paint->end)
        return;
    column += paint->layout->left;
    for (int i = row + step; i != end; i += step)
        cross(paint, i, column, bold);
    cell = grid_cell(paint->grid, end, column);
    if (cell == NULL)
        return;
    if (is_free(cell))
        grid_glyph(paint->grid, end, column, STYLE_LINK,
                   arrow(paint, step > 0,
                         event_kind(to) == KIND_BEGIN));
    if (bold)
        cell->marks |= CELL_BOLD;
}

/* Who had to wait for it, or began by it. */
static bool is_seen(const struct model *model, uint32_t taker)
{
    const struct event *event = model_event(model, taker);

    return worth_ends_wait(event) || event_kind(event) == KIND_BEGIN;
}

static void paint_chosen_links(struct paint *paint)
{
    uint32_t cursor = paint->view->cursor;
    uint32_t giver = model_giver(paint->model, cursor);
    size_t count;
    const struct model_link *links =
        model_links(paint->model, cursor, &count);

    if (giver != TRACE_NONE)
        paint_link(paint, giver, cursor, true);
    for (size_t i = 0; i < count && i < 64; i++)
        if (links[i].taker < paint->end)
            paint_link(paint, cursor, links[i].taker, true);
}

void paint_links(struct paint *paint)
{
    uint32_t first = paint->first[0];
    uint32_t end = paint->first[paint->layout->width];
    size_t count;

    if (paint->model->count == 0)
        return;
    if (paint->view->cursor < paint->model->count)
        paint_chosen_links(paint);
    if (end - first > LINKS_MOST ||
        end - first > 8 * (uint32_t)paint->layout->width)
        return;
    for (uint32_t i = first; i < end; i++) {
        const struct model_link *links =
            model_links(paint->model, i, &count);

        for (size_t j = 0; j < count && j < 64; j++)
            if (links[j].taker < paint->end &&
                is_seen(paint->model, links[j].taker))
                paint_link(paint, links[j].giver, links[j].taker, false);
    }
}
