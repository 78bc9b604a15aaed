/*
 * view.c - the axis, what is in sight, and the layout.  See view.h.
 */
#include "show/view.h"

#include <string.h>

#include "show/row.h"

#define LABEL_LEAST 8
#define LABEL_MOST 22
#define SOURCE_LEAST 5 /* rows, with its title */
#define MARGIN 4       /* columns kept in sight beside the chosen event */

/* ---- the axis ---- */

uint32_t view_first(const struct view *view, const struct model *model,
                    uint64_t column)
{
    uint64_t unit = column * view->cell[view->axis];

    if (view->axis == AXIS_TIME)
        return model_at_time(model, unit);
    unit = (unit + VIEW_UNITS - 1) / VIEW_UNITS;
    return unit < model->count ? (uint32_t)unit : model->count;
}

uint64_t view_column(const struct view *view, const struct model *model,
                     uint32_t position)
{
    uint64_t cell = view->cell[view->axis];

    if (view->axis == AXIS_ORDER)
        return (uint64_t)position * VIEW_UNITS / cell;
    if (model->count == 0)
        return 0;
    if (position >= model->count)
        position = model->count - 1;
    return model->times[position] / cell;
}

/* How many columns all of it has. */
static uint64_t columns_of(const struct view *view,
                           const struct model *model)
{
    if (model->count == 0)
        return 1;
    if (view->axis == AXIS_ORDER)
        return ((uint64_t)model->count * VIEW_UNITS +
                view->cell[AXIS_ORDER] - 1) /
                   view->cell[AXIS_ORDER] +
               VIEW_TAIL;
    return model->times[model->count - 1] / view->cell[AXIS_TIME] + 1 +
           VIEW_TAIL;
}

static int lane_width(const struct view *view)
{
    return view->layout.width > 0 ? view->layout.width : 1;
}

static void clamp_left(struct view *view, const struct model *model)
{
    uint64_t columns = columns_of(view, model);
    uint64_t width = (uint64_t)lane_width(view);
    uint64_t most = columns > width ? columns - width : 0;

    if (view->left[view->axis] > most)
        view->left[view->axis] = most;
}

void view_pan(struct view *view, const struct model *model,
              int64_t columns)
{
    uint64_t *left = view->left + view->axis;

    if (columns < 0 && *left < (uint64_t)-columns)
        *left = 0;
    else
        *left += (uint64_t)columns;
    clamp_left(view, model);
}

static void show_cursor(struct view *view, const struct model *model)
{
    uint64_t column = view_column(view, model, view->cursor);
    uint64_t width = (uint64_t)lane_width(view);
    uint64_t *left = view->left + view->axis;
    uint64_t margin = width > 4 * MARGIN ? MARGIN : 0;

    if (column < *left + margin)
        *left = column > width / 3 ? column - width / 3 : 0;
    else if (column + margin >= *left + width)
        *left = column - 2 * width / 3;
    clamp_left(view, model);
}

void view_go(struct view *view, const struct model *model,
             uint32_t position)
{
    if (model->count == 0)
        position = 0;
    else if (position >= model->count)
        position = model->count - 1;
    view->cursor = position;
    show_cursor(view, model);
}

/* Around the chosen event, which keeps its place on the screen. */
static void set_cell(struct view *view, const struct model *model,
                     uint64_t cell)
{
    uint64_t *left = view->left + view->axis;
    uint64_t at = view_column(view, model, view->cursor);
    uint64_t place = at > *left ? at - *left : 0;

    if (place >= (uint64_t)lane_width(view))
        place = (uint64_t)lane_width(view) / 2;
    view->cell[view->axis] = cell;
    at = view_column(view, model, view->cursor);
    *left = at > place ? at - place : 0;
    clamp_left(view, model);
}

void view_zoom(struct view *view, const struct model *model, bool in)
{
    uint64_t cell = view->cell[view->axis];

    if (in && cell > 1)
        set_cell(view, model, cell / 2);
    else if (!in && columns_of(view, model) > (uint64_t)lane_width(view))
        set_cell(view, model, cell * 2);
}

/* In order, a column has a whole number of events, or an event a whole
 * number of columns. */
static uint64_t order_cell(uint64_t units)
{
    uint64_t cell = 1;

    while (cell < units)
        cell *= 2;
    return cell;
}

void view_fit(struct view *view, const struct model *model)
{
    uint64_t width = (uint64_t)lane_width(view), cell;

    width = width > 2 * VIEW_TAIL ? width - VIEW_TAIL : width;
    if (model->count == 0)
        return;
    if (view->axis == AXIS_TIME)
        cell = model->times[model->count - 1] / width + 1;
    else
        cell = order_cell(
            ((uint64_t)model->count * VIEW_UNITS + width - 1) / width);
    if (view->axis == AXIS_ORDER && cell < VIEW_UNITS / 4)
        cell = VIEW_UNITS / 4;
    view->cell[view->axis] = cell;
    view->left[view->axis] = 0;
}

/* ---- the layout ---- */

static int label_width(const struct view *view, const struct model *model)
{
    int most = view->columns / 5;
    int width = LABEL_LEAST;

    if (most > LABEL_MOST)
        most = LABEL_MOST;
    for (uint32_t i = 0; i < model->row_count; i++) {
        uint16_t actor = model->rows[i];
        const char *name = trace_actor_name(model->trace, actor);
        int own = 3 + 2 * model->lanes[actor].is_thread +
                  row_measure(name, strlen(name), view->ascii);

        width = own > width ? own : width;
    }
    for (uint32_t i = 0; view->objects && i < model->object_count; i++) {
        const struct model_object *object = model->objects + i;
        const char *name = names_object(model->names, object->key,
                                        object->named_at);
        int own = 3 + row_measure(name, strlen(name), view->ascii);

        width = own > width ? own : width;
    }
    return width < most ? width : most;
}

/* Lanes to be shown, the pinned ones first. */
static uint32_t list_lanes(const struct view *view,
                           const struct model *model, uint16_t *lanes)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < model->row_count; i++)
        if (view->lanes[model->rows[i]] & LANE_PINNED)
            lanes[count++] = model->rows[i];
    for (uint32_t i = 0; i < model->row_count; i++)
        if (!(view->lanes[model->rows[i]] & (LANE_PINNED | LANE_HIDDEN)))
            lanes[count++] = model->rows[i];
    return count;
}

static void add_row(struct view_layout *layout, enum row_sort sort,
                    uint32_t number)
{
    if (layout->count < VIEW_MOST_ROWS)
        layout->rows[layout->count++] = (struct view_row){sort, number};
}

/* The chosen lane is in sight. */
static void scroll_lanes(struct view *view, const uint16_t *lanes,
                         uint32_t count, uint32_t room)
{
    uint32_t at = 0;

    while (at < count && lanes[at] != view->actor)
        at++;
    if (at < count && at < view->top)
        view->top = at;
    if (at < count && at >= view->top + room)
        view->top = at - room + 1;
    if (view->top + room > count)
        view->top = count > room ? count - room : 0;
}

static void place_lanes(struct view *view, const struct model *model,
                        int rows)
{
    struct view_layout *layout = &view->layout;
    uint16_t lanes[TRACE_ACTORS_MAX];
    uint32_t room = (uint32_t)(rows / layout->lane_height);

    layout->lanes = list_lanes(view, model, lanes);
    room = room > 0 ? room : 1;
    scroll_lanes(view, lanes, layout->lanes, room);
    layout->lanes_shown =
        layout->lanes < room ? layout->lanes : room;
    for (uint32_t i = 0; i < layout->lanes_shown; i++) {
        uint16_t actor = lanes[view->top + i];

        if (view->big)
            add_row(layout, ROW_SPACE, actor);
        add_row(layout, ROW_LANE, actor);
        if (view->functions)
            add_row(layout, ROW_FUNCTION, actor);
        if (view->big)
            add_row(layout, ROW_SPACE, actor);
    }
}

static int at_most(int value, int most)
{
    return value < most ? value : most;
}

/* Rows for lanes, objects and the source, of what there is. */
static void share_rows(struct view *view, const struct model *model,
                       int room)
{
    struct view_layout *layout = &view->layout;
    uint16_t all[TRACE_ACTORS_MAX];
    int lanes = (int)list_lanes(view, model, all) * layout->lane_height;
    int objects = view->objects ? (int)model->object_count : 0;
    int source = view->source ? SOURCE_LEAST : 0;

    objects = at_most(objects, room / 4);
    if (lanes + objects + source > room)
        objects = at_most(objects, 3);
    lanes = at_most(lanes, room - objects - source);
    place_lanes(view, model, lanes);
    lanes = layout->count;
    for (int i = 0; i < objects; i++)
        add_row(layout, ROW_OBJECT, (uint32_t)i);
    layout->source = layout->top + layout->count;
    layout->source_rows =
        view->source ? room - layout->count - 1 : 0;
}

void view_layout(struct view *view, const struct model *model)
{
    struct view_layout *layout = &view->layout;
    int room;

    *layout = (struct view_layout){.top = 2};
    layout->lane_height = 1 + view->functions + 2 * view->big;
    layout->keys = view->rows - 1;
    layout->detail = view->rows - (view->big ? 6 : 3);
    layout->label = label_width(view, model);
    layout->left = layout->label + 1;
    layout->width = view->columns - layout->left;
    room = layout->detail - layout->top;
    share_rows(view, model, room);
}

/* ---- beginnings ---- */

void view_start(struct view *view, const struct model *model)
{
    *view = (struct view){.rows = 24,
                          .columns = 80,
                          .cell = {VIEW_UNITS, 1},
                          .source = true,
                          .objects = true,
                          .speed = 2};
    if (model->row_count > 0)
        view->actor = model->rows[0];
    view_size(view, model, view->rows, view->columns);
}

void view_size(struct view *view, const struct model *model, int rows,
               int columns)
{
    bool first = view->layout.width == 0;

    view->rows = at_most(rows, VIEW_MOST_ROWS);
    view->columns = at_most(columns, VIEW_MOST_COLUMNS);
    view_layout(view, model);
    if (first) {
        view->axis = AXIS_TIME;
        view_fit(view, model);
        view->axis = AXIS_ORDER;
        view->cell[AXIS_ORDER] = VIEW_UNITS;
    }
    show_cursor(view, model);
}

void view_move(struct view *view, const struct model *from,
               const struct model *to)
{
    uint64_t units = view->cell[AXIS_TIME];
    uint64_t at = view_column(view, from, view->cursor);
    uint64_t place = at - view->left[view->axis];

    if (from->count > 0)
        view->cursor = model_position(to, from->events[view->cursor]);
    if (view->marked && from->count > view->mark)
        view->mark = model_position(to, from->events[view->mark]);
    if (view->cursor >= to->count)
        view->cursor = to->count > 0 ? to->count - 1 : 0;
    view->cell[AXIS_TIME] = units;
    view->search = 0;
    view_layout(view, to);
    at = view_column(view, to, view->cursor);
    view->left[view->axis] = at > place ? at - place : 0;
    show_cursor(view, to);
}
