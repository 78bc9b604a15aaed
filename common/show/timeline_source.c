/*
 * timeline_source.c - the source, and who stands where.
 */
#include <string.h>

#include "show/paint.h"

#define STAND_BACK 64 /* events of an actor looked at for a line */
#define CODE_WIDTH 84 /* columns of the source where there are more */
#define WHO_LEAST 40  /* columns for who stands where, beside it */

static bool is_stand(const struct place *place)
{
    return place != NULL && place->in_kit == 0 && place->line > 0;
}

static const struct place *place_of(const struct model *model,
                                    uint32_t position)
{
    const struct event *event = model_event(model, position);

    return event == NULL ? NULL : trace_place(model->trace, event->pc);
}

const struct place *paint_stand(const struct paint *paint, uint32_t actor,
                                uint32_t position)
{
    const struct model *model = paint->model;
    const struct model_lane *lane = model->lanes + actor;
    uint32_t before = model_before(lane, position + 1);

    for (int i = 0; i < STAND_BACK && before > 0; i++) {
        const struct place *place = place_of(model, lane->at[--before]);

        if (is_stand(place))
            return place;
    }
    /* It has only begun: where it will be. */
    for (int i = 0; i < STAND_BACK && before < lane->count; i++) {
        const struct place *place = place_of(model, lane->at[before++]);

        if (is_stand(place))
            return place;
    }
    return NULL;
}

/* ---- the code ---- */

struct code {
    struct paint *paint;
    const char *file;
    uint32_t line; /* that is lit */
    int width;
};

/* "buyer 1, buyer 2": those whose last event stands at that line, but
 * for the one whose line is lit. */
static void who_stands(const struct code *code, uint32_t line,
                       struct phrase *phrase)
{
    const struct paint *paint = code->paint;
    const struct model *model = paint->model;
    uint32_t cursor = paint->view->cursor;
    const struct event *event = model_event(model, cursor);

    for (uint32_t i = 0; i < model->row_count; i++) {
        uint16_t actor = model->rows[i];
        const struct place *place;

        if ((event != NULL && actor == event->actor) ||
            model_state(model, actor, cursor) == LANE_NONE)
            continue;
        place = paint_stand(paint, actor, cursor);
        if (place != NULL && place->line == line &&
            strcmp(trace_text(model->trace, place->file), code->file) == 0)
            phrase_add(phrase, "%s%.40s", phrase->length > 0 ? ", " : "",
                       trace_actor_name(model->trace, actor));
    }
}

/* Tabs are shown as four blanks, not as \t. */
static size_t untabbed(const char *text, size_t length, char *out,
                       size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < length && used + 5 < size; i++) {
        if (text[i] != '\t') {
            out[used++] = text[i];
            continue;
        }
        memcpy(out + used, "    ", 4);
        used += 4;
    }
    return used;
}

static void paint_line(struct code *code, int row, uint32_t line)
{
    struct paint *paint = code->paint;
    bool lit = line == code->line;
    enum style style = lit ? STYLE_LIT : STYLE_PLAIN;
    char number[16], who[400], clean[1024];
    struct phrase phrase = phrase_in(who, sizeof who);
    size_t length = 0;
    const char *text = trace_source_line(paint->model->trace, code->file,
                                         line, &length);
    int names = 0, room;

    if (text == NULL)
        return;
    who_stands(code, line, &phrase);
    if (phrase.length > 0)
        names = row_measure(who, phrase.length, paint->view->ascii) + 3;
    names = paint_least(names, code->width / 2);
    room = code->width - 7 - names;
    if (lit)
        grid_fill(paint->grid, row, 0, code->width, STYLE_LIT, " ");
    snprintf(number, sizeof number, "%4u", line);
    grid_put(paint->grid, row, 0, 2, style,
             lit ? paint_glyph(paint, "▶", ">") : " ");
    grid_put(paint->grid, row, 1, 5, lit ? STYLE_LIT : STYLE_DIM, number);
    length = untabbed(text, length, clean, sizeof clean);
    grid_text(paint->grid, row, 7, room, style, clean, length);
    if (names > 0) {
        grid_put(paint->grid, row, code->width - names, 2, STYLE_WAITS,
                 paint_glyph(paint, " ◂", " <"));
        grid_put(paint->grid, row, code->width - names + 3, names - 3,
                 STYLE_WAITS, who);
    }
}

static void paint_code(struct code *code)
{
    const struct view_layout *layout = code->paint->layout;
    uint32_t rows = (uint32_t)layout->source_rows;
    uint32_t first = code->line > rows / 2 ? code->line - rows / 2 : 1;

    for (uint32_t i = 0; i < rows; i++)
        paint_line(code, layout->source + 1 + (int)i, first + i);
}

/* ---- who stands where ---- */

static void describe_wait(const struct paint *paint,
                          const struct replay *replay, uint32_t actor,
                          struct phrase *phrase)
{
    const struct replay_actor *now = replay_actor(replay, actor);
    const struct model *model = paint->model;
    const struct replay_object *object =
        replay_object(replay, now->wait_object);

    if (now->wait_kind == KIND_SLEEP) {
        phrase_add(phrase, "sleeps");
        return;
    }
    phrase_add(phrase, "waits for ");
    if (object_class(now->wait_object) == OBJECT_ACTOR)
        phrase_add(phrase, "the end of ");
    phrase_add(phrase, "%.100s",
               paint_awaited(paint, now->wait_object, now->wait_kind,
                             now->wait_since));
    if (object != NULL && object->holder_count > 0 &&
        object->group == GROUP_LOCK)
        phrase_add(phrase, ", %.60s has it",
                   trace_actor_name(model->trace,
                                    object->holders[0].actor));
}

static enum style describe_state(const struct paint *paint,
                                 const struct replay *replay,
                                 uint32_t actor, struct phrase *phrase)
{
    switch (model_state(paint->model, actor, paint->view->cursor)) {
    case LANE_NONE:
        if (replay_actor(replay, actor)->end != TRACE_NONE)
            phrase_add(phrase, "has ended");
        return STYLE_DIM;
    case LANE_READY: phrase_add(phrase, "can go on"); return STYLE_READY;
    case LANE_RUNS: phrase_add(phrase, "runs"); return STYLE_RUNS;
    case LANE_HOLDS:
        phrase_add(phrase, "runs, with a lock");
        return STYLE_HOLDS;
    case LANE_SLEEPS:
    case LANE_WAITS:
    case LANE_WAITS_HOLDING:
        describe_wait(paint, replay, actor, phrase);
        return model_state(paint->model, actor, paint->view->cursor) ==
                       LANE_SLEEPS
                   ? STYLE_SLEEPS
                   : STYLE_WAITS;
    }
    return STYLE_PLAIN;
}

static void paint_stander(struct paint *paint,
                          const struct replay *replay, int row, int left,
                          uint32_t actor)
{
    const struct place *place =
        paint_stand(paint, actor, paint->view->cursor);
    int width = paint->view->columns - left, used;
    char text[300];
    struct phrase phrase = phrase_in(text, sizeof text);
    enum style style = describe_state(paint, replay, actor, &phrase);

    used = grid_put(paint->grid, row, left, width / 3, STYLE_NAME,
                    trace_actor_name(paint->model->trace, actor)) +
           1;
    used = used > 12 ? used : 12;
    used += grid_put(paint->grid, row, left + used, width - used, style,
                     text);
    if (place != NULL && phrase.length > 0 &&
        strcmp(text, "has ended") != 0) {
        snprintf(text, sizeof text, "%.100s:%u",
                 phrase_base_name(trace_text(paint->model->trace,
                                             place->file)),
                 place->line);
        grid_put(paint->grid, row, left + used + 2, width - used - 2,
                 STYLE_DIM, text);
    }
}

static void paint_standers(struct paint *paint, int left)
{
    const struct view_layout *layout = paint->layout;
    const struct replay *replay =
        moment_after(paint->moment, paint->view->cursor);
    int row = layout->source + 1;

    for (int i = layout->source; i <= layout->source + layout->source_rows;
         i++)
        grid_glyph(paint->grid, i, left - 2, STYLE_DIM,
                   paint_glyph(paint, i == layout->source ? "┬" : "│",
                               i == layout->source ? "+" : "|"));
    for (uint32_t i = 0; i < paint->model->row_count; i++) {
        uint16_t actor = paint->model->rows[i];

        if (row > layout->source + layout->source_rows ||
            paint->view->lanes[actor] & LANE_HIDDEN)
            continue;
        paint_stander(paint, replay, row++, left, actor);
    }
}

static void paint_title(struct paint *paint, const char *file,
                        const char *function)
{
    const struct view_layout *layout = paint->layout;
    char text[300];

    grid_fill(paint->grid, layout->source, 0, paint->view->columns,
              STYLE_DIM, paint_glyph(paint, "─", "-"));
    snprintf(text, sizeof text, " %.160s%s%.80s%s ",
             file == NULL ? "no source known" : file,
             *function == '\0' ? "" : "  ", function,
             *function == '\0' ? "" : "()");
    grid_put(paint->grid, layout->source, 2, paint->view->columns - 4,
             STYLE_NAME, text);
}

void paint_source(struct paint *paint)
{
    const struct event *event =
        model_event(paint->model, paint->view->cursor);
    const struct trace *trace = paint->model->trace;
    struct code code = {.paint = paint, .width = paint->view->columns};
    const struct place *place =
        event == NULL ? NULL
                      : paint_stand(paint, event->actor,
                                    paint->view->cursor);
    bool beside = paint->view->columns >= CODE_WIDTH + WHO_LEAST;

    if (paint->layout->source_rows <= 0)
        return;
    paint_title(paint,
                place == NULL ? NULL : trace_text(trace, place->file),
                place == NULL ? "" : trace_text(trace, place->function));
    if (beside)
        code.width = CODE_WIDTH;
    if (place != NULL) {
        code.file = trace_text(trace, place->file);
        code.line = place->line;
        paint_code(&code);
    }
    if (beside)
        paint_standers(paint, code.width + 2);
}
