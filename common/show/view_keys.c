/*
 * view_keys.c - what each key and the mouse do to a view.  See view.h.
 */
#include <string.h>

#include "show/find.h"
#include "show/view.h"

#define SPEED_LEAST -2 /* an event in four seconds */
#define SPEED_MOST 12
#define WHEEL_COLUMNS 6
#define SEARCH_MOST 500000 /* events looked at for one frame */

static void say(struct view *view, const char *text)
{
    snprintf(view->message, sizeof view->message, "%s", text);
}

/* ---- from event to event ---- */

static void step(struct view *view, const struct model *model,
                 bool forward)
{
    if (forward && view->cursor + 1 < model->count)
        view_go(view, model, view->cursor + 1);
    else if (!forward && view->cursor > 0)
        view_go(view, model, view->cursor - 1);
    else
        say(view, forward ? "This is the last event." :
                            "This is the first event.");
}

static void step_actor(struct view *view, const struct model *model,
                       bool forward)
{
    const struct model_lane *lane = model->lanes + view->actor;
    uint32_t at = model_before(lane, view->cursor + forward);

    if (forward ? at < lane->count : at > 0)
        view_go(view, model, lane->at[forward ? at : at - 1]);
    else
        say(view, forward ? "It does nothing more."
                          : "It has done nothing before.");
}

/* Along a hand-off, the lane is chosen too. */
static void go_choosing(struct view *view, const struct model *model,
                        uint32_t position)
{
    view->actor = model_event(model, position)->actor;
    view_go(view, model, position);
}

static void follow_back(struct view *view, const struct model *model)
{
    uint32_t giver = model_giver(model, view->cursor);

    if (giver == TRACE_NONE)
        say(view, "Nobody let this one go on.");
    else
        go_choosing(view, model, giver);
}

static void follow_on(struct view *view, const struct model *model)
{
    size_t count;
    const struct model_link *link =
        model_links(model, view->cursor, &count);

    if (link == NULL)
        say(view, "This lets nobody go on.");
    else
        go_choosing(view, model, link->taker);
}

static void go_alarm(struct view *view, const struct model *model,
                     bool forward)
{
    size_t at = 0;

    if (!model->whole) {
        say(view, "Wait until the trace is read.");
        return;
    }
    while (at < model->alarm_count &&
           model->alarms[at] < view->cursor + forward)
        at++;
    if (forward ? at < model->alarm_count : at > 0)
        go_choosing(view, model, model->alarms[forward ? at : at - 1]);
    else
        say(view, model->alarm_count == 0 ? "Nothing went wrong."
                                          : "There is no other.");
}

/* ---- lanes ---- */

static bool is_listed(const struct view *view, uint16_t actor)
{
    return (view->lanes[actor] & LANE_PINNED) ||
           !(view->lanes[actor] & LANE_HIDDEN);
}

static void choose_lane(struct view *view, const struct model *model,
                        bool down)
{
    uint32_t at = 0, count = model->row_count;

    while (at < count && model->rows[at] != view->actor)
        at++;
    while (down ? at + 1 < count : at > 0) {
        at += down ? 1u : -1u;
        if (!is_listed(view, model->rows[at]))
            continue;
        view->actor = model->rows[at];
        return;
    }
}

static void hide_lane(struct view *view, const struct model *model)
{
    uint16_t actor = view->actor;
    uint32_t others = 0;

    for (uint32_t i = 0; i < model->row_count; i++)
        others += model->rows[i] != actor &&
                  is_listed(view, model->rows[i]);
    if (others == 0) {
        say(view, "The last lane stays.");
        return;
    }
    choose_lane(view, model, true);
    if (view->actor == actor)
        choose_lane(view, model, false);
    view->lanes[actor] = LANE_HIDDEN;
}

static void show_lanes(struct view *view)
{
    for (size_t i = 0; i < sizeof view->lanes; i++)
        view->lanes[i] &= (uint8_t)~LANE_HIDDEN;
}

/* ---- finding ---- */

/* Goes on looking; a long trace takes more than one frame. */
static void search(struct view *view, const struct model *model)
{
    bool forward = view->search > 0;
    uint32_t at = TRACE_NONE, end = TRACE_NONE;
    struct find find;

    if (find_start(&find, model, view->found))
        at = find_next(&find, view->search_at, forward, SEARCH_MOST, &end);
    find_end(&find);
    view->search_at = end;
    if (at == TRACE_NONE && end != TRACE_NONE) {
        say(view, "Looking ...");
        return;
    }
    view->search = 0;
    view->message[0] = '\0';
    if (at != TRACE_NONE)
        go_choosing(view, model, at);
    else
        say(view, forward ? "There is none after this."
                          : "There is none before this.");
}

static void find(struct view *view, const struct model *model,
                 bool forward)
{
    if (view->found[strspn(view->found, " ")] == '\0') {
        say(view, "/ first, and what to find.");
        return;
    }
    view->search = forward ? 1 : -1;
    view->search_at = view->cursor;
    search(view, model);
}

static void finish_typing(struct view *view, const struct model *model)
{
    view->typing = false;
    memcpy(view->found, view->typed, sizeof view->found);
    if (view->found[0] != '\0')
        find(view, model, true);
}

static void erase(char *text)
{
    size_t length = strlen(text);

    while (length > 0 && (text[length - 1] & 0xc0) == 0x80)
        length--;
    if (length > 0)
        length--;
    text[length] = '\0';
}

static void append(char *text, size_t size, int key)
{
    size_t length = strlen(text);
    unsigned code = (unsigned)key;
    char bytes[5] = "";

    if (code < 0x80)
        bytes[0] = (char)code;
    else if (code < 0x800) {
        bytes[0] = (char)(0xc0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        bytes[0] = (char)(0xe0 | code >> 12);
        bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (code & 0x3f));
    } else {
        bytes[0] = (char)(0xf0 | code >> 18);
        bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
        bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
        bytes[3] = (char)(0x80 | (code & 0x3f));
    }
    if (length + strlen(bytes) < size)
        strcpy(text + length, bytes);
}

static void type(struct view *view, const struct model *model, int key)
{
    if (key == VIEW_ENTER)
        finish_typing(view, model);
    else if (key == VIEW_ESCAPE)
        view->typing = false;
    else if (key == VIEW_BACKSPACE)
        erase(view->typed);
    else if (key >= ' ' && key < VIEW_LEFT)
        append(view->typed, sizeof view->typed, key);
}

/* ---- how it is shown ---- */

static void change_axis(struct view *view, const struct model *model)
{
    view->axis = view->axis == AXIS_ORDER ? AXIS_TIME : AXIS_ORDER;
    view_go(view, model, view->cursor);
}

static void change_palette(struct view *view)
{
    view->palette = (enum palette)((view->palette + 1) % PALETTE_COUNT);
    snprintf(view->message, sizeof view->message, "Colors: %s",
             palette_name(view->palette));
}

static void change_speed(struct view *view, int by)
{
    int speed = view->speed + by;

    if (speed >= SPEED_LEAST && speed <= SPEED_MOST)
        view->speed = speed;
    if (view->speed >= 0)
        snprintf(view->message, sizeof view->message,
                 "Speed: %d event%s a second", 1 << view->speed,
                 view->speed == 0 ? "" : "s");
    else
        snprintf(view->message, sizeof view->message,
                 "Speed: an event in %d seconds", 1 << -view->speed);
}

static void set_mark(struct view *view)
{
    if (view->marked && view->mark == view->cursor) {
        view->marked = false;
        say(view, "No mark any more.");
        return;
    }
    view->marked = true;
    view->mark = view->cursor;
    say(view, "Marked: now go elsewhere to see how far it is.");
}

static void clear(struct view *view)
{
    view->found[0] = '\0';
    view->help = view->playing = view->marked = false;
}

static void flip(bool *which)
{
    *which = !*which;
}

/* ---- keys ---- */

/* Keys that move; false if it is none. */
static bool move(struct view *view, const struct model *model, int key)
{
    int page = view->layout.width;

    switch (key) {
    case VIEW_RIGHT:
    case 'l': step(view, model, true); return true;
    case VIEW_LEFT:
    case VIEW_BACKSPACE:
    case 'h': step(view, model, false); return true;
    case '.': step_actor(view, model, true); return true;
    case ',': step_actor(view, model, false); return true;
    case ']': follow_on(view, model); return true;
    case '[': follow_back(view, model); return true;
    case 'v': go_alarm(view, model, true); return true;
    case 'V': go_alarm(view, model, false); return true;
    case VIEW_HOME:
    case 'g': view_go(view, model, 0); return true;
    case VIEW_END:
    case 'G': view_go(view, model, TRACE_NONE); return true;
    case VIEW_UP:
    case 'k': choose_lane(view, model, false); return true;
    case VIEW_DOWN:
    case 'j': choose_lane(view, model, true); return true;
    case 'a': view_pan(view, model, -page / 8 - 1); return true;
    case 'd': view_pan(view, model, page / 8 + 1); return true;
    case VIEW_PAGE_LEFT: view_pan(view, model, -page); return true;
    case VIEW_PAGE_RIGHT: view_pan(view, model, page); return true;
    case 'w':
    case '+':
    case '=': view_zoom(view, model, true); return true;
    case 's':
    case '-': view_zoom(view, model, false); return true;
    case 'f': view_fit(view, model); return true;
    case 'n': find(view, model, true); return true;
    case 'N': find(view, model, false); return true;
    default: return false;
    }
}

static enum view_wish change(struct view *view, const struct model *model,
                             int key)
{
    switch (key) {
    case ' ': flip(&view->playing); view->owed = 0; break;
    case '<': change_speed(view, -1); break;
    case '>': change_speed(view, 1); break;
    case VIEW_ENTER: step(view, model, true); break;
    case VIEW_ESCAPE: clear(view); break;
    case 'p': view->lanes[view->actor] ^= LANE_PINNED; break;
    case 'x': hide_lane(view, model); break;
    case 'X': show_lanes(view); break;
    case '/': view->typing = true; view->typed[0] = '\0'; break;
    case 'm': set_mark(view); break;
    case 't': change_axis(view, model); break;
    case 'c': flip(&view->source); break;
    case 'o': flip(&view->objects); break;
    case 'i': flip(&view->functions); return VIEW_REBUILD;
    case 'b': flip(&view->big); break;
    case 'r': flip(&view->predict); break;
    case 'C': change_palette(view); break;
    case 'A': flip(&view->ascii); break;
    case '?': view->help = true; break;
    case 'e': return VIEW_EXPORT_SVG;
    case 'E': return VIEW_EXPORT_TEXT;
    case 'q': return VIEW_QUIT;
    default: say(view, "? shows what the keys do."); break;
    }
    return VIEW_DRAW;
}

enum view_wish view_key(struct view *view, const struct model *model,
                        int key)
{
    enum view_wish wish = VIEW_DRAW;

    view->message[0] = '\0';
    view->search = 0;
    if (view->typing)
        type(view, model, key);
    else if (view->help && key != 'q')
        view->help = false;
    else if (model->count == 0 && key != 'q' && key != '?')
        say(view, "There is no event.");
    else if (!move(view, model, key))
        wish = change(view, model, key);
    view_layout(view, model);
    return wish;
}

/* ---- the mouse ---- */

/* The event in that column, of that lane if it has one there. */
static void choose_at(struct view *view, const struct model *model,
                      int row, int column)
{
    const struct view_layout *layout = &view->layout;
    uint64_t at = view->left[view->axis] + (uint64_t)column;
    uint32_t first = view_first(view, model, at);
    uint32_t end = view_first(view, model, at + 1);
    int index = row - layout->top;

    if (index >= 0 && index < layout->count &&
        layout->rows[index].sort == ROW_LANE) {
        const struct model_lane *lane;
        uint32_t before;

        view->actor = (uint16_t)layout->rows[index].number;
        lane = model->lanes + view->actor;
        before = model_before(lane, first);
        if (before < lane->count && lane->at[before] < end)
            first = lane->at[before];
    }
    if (first >= model->count)
        first = model->count - 1;
    /* Between two columns of events, the one before. */
    if (first > 0 && view_column(view, model, first) > at)
        first--;
    view->cursor = first;
}

static void press(struct view *view, const struct model *model, int row,
                  int column)
{
    const struct view_layout *layout = &view->layout;
    int index = row - layout->top;

    view->drag_column = column;
    view->dragging = column >= layout->left;
    if (row >= layout->top + layout->count)
        return;
    if (column >= layout->left)
        choose_at(view, model, row, column - layout->left);
    else if (index >= 0 && layout->rows[index].sort == ROW_LANE)
        view->actor = (uint16_t)layout->rows[index].number;
}

void view_mouse(struct view *view, const struct model *model, int row,
                int column, enum view_button button, bool zoom)
{
    view->message[0] = '\0';
    if (model->count == 0)
        return;
    switch (button) {
    case BUTTON_PRESS: press(view, model, row, column); break;
    case BUTTON_DRAG:
    case BUTTON_RELEASE:
        if (view->dragging)
            view_pan(view, model, view->drag_column - column);
        view->drag_column = column;
        view->dragging &= button == BUTTON_DRAG;
        break;
    case BUTTON_WHEEL_UP:
    case BUTTON_WHEEL_DOWN:
        if (zoom)
            view_zoom(view, model, button == BUTTON_WHEEL_UP);
        else
            view_pan(view, model, button == BUTTON_WHEEL_UP
                                      ? -WHEEL_COLUMNS
                                      : WHEEL_COLUMNS);
        break;
    }
    view_layout(view, model);
}

/* ---- playing ---- */

bool view_tick(struct view *view, const struct model *model,
               double seconds)
{
    double rate = view->speed >= 0 ? (double)(1 << view->speed)
                                   : 1.0 / (double)(1 << -view->speed);
    uint32_t steps;

    if (view->search != 0) {
        search(view, model);
        return true;
    }
    if (!view->playing)
        return false;
    view->owed += seconds * rate;
    steps = (uint32_t)view->owed;
    view->owed -= steps;
    if (steps == 0)
        return false;
    if (model->count == 0 || view->cursor + steps >= model->count) {
        view_go(view, model, TRACE_NONE);
        view->playing = false;
        say(view, "This is the last event.");
        return true;
    }
    view_go(view, model, view->cursor + steps);
    return true;
}
