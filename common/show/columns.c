/*
 * columns.c - see columns.h.
 */
#include "show/columns.h"

#include <stdlib.h>
#include <string.h>

#include "judge/names.h"
#include "judge/phrase.h"
#include "show/lanes.h"
#include "show/row.h"
#include "show/story.h"
#include "trace/fail.h"

#define CELL_LEAST 34     /* narrower, and there are lanes instead */
#define CELL_MOST 44
#define SENTENCE_LEAST 44 /* beside lanes, before there is a source */
#define SOURCE_LEAST 28
#define SOURCE_MOST 76

/* How the width is shared out. */
struct plan {
    int time;     /* columns of the time and the blank after it */
    bool wide;    /* a cell of text an actor; else lanes and sentences */
    int cell;     /* columns of a cell or a lane */
    int sentence; /* where it starts; lanes only */
    int source;   /* where it starts; 0: no room for it */
};

struct view {
    const struct trace *trace;
    const struct columns_options *options;
    struct names *names;
    struct story *story;
    struct lanes lanes;
    struct plan plan;
    struct row row;
    char *states; /* by lane, see state_of */
    FILE *out;
};

static int width_of(const struct columns_options *options)
{
    return options->width < COLUMNS_NARROWEST ? COLUMNS_NARROWEST
           : options->width > COLUMNS_WIDEST  ? COLUMNS_WIDEST
                                              : options->width;
}

/* ---- the plan ---- */

static uint64_t last_time(const struct trace *trace)
{
    for (uint32_t i = trace_count(trace); i-- > 0;) {
        const struct event *event = trace_read(trace, i);

        if (event != NULL && event_kind(event) != KIND_OBJECT_NAME)
            return event->time;
    }
    return 0;
}

static int time_width(const struct trace *trace)
{
    char text[64];
    int length = snprintf(text, sizeof text, "%.3f",
                          (double)last_time(trace) / 1e6);

    return (length < 7 ? 7 : length > 12 ? 12 : length) + 1;
}

static struct plan plan_wide(int width, int time, uint32_t count)
{
    struct plan plan = {.time = time, .wide = true};
    int room = width - time;
    int actors = (int)count;

    plan.cell = room / actors;
    if (plan.cell > CELL_MOST)
        plan.cell = CELL_MOST;
    if (plan.cell * actors + SOURCE_LEAST > room &&
        (room - SOURCE_LEAST) / actors >= 30)
        plan.cell = (room - SOURCE_LEAST) / actors;
    if (room - plan.cell * actors >= SOURCE_LEAST)
        plan.source = time + plan.cell * actors + 1;
    return plan;
}

static struct plan plan_lanes(int width, int time, uint32_t count)
{
    struct plan plan = {.time = time};
    int most = (width - time) / 3;
    int rest;

    plan.cell = (int)count * 2 <= most ? 2 : 1;
    plan.sentence = time + plan.cell * (int)count + 1;
    rest = width - plan.sentence;
    if (rest < SENTENCE_LEAST + SOURCE_LEAST)
        return plan;
    rest = rest * 2 / 5;
    plan.source = width - (rest < SOURCE_LEAST  ? SOURCE_LEAST
                           : rest > SOURCE_MOST ? SOURCE_MOST
                                                : rest);
    return plan;
}

static void make_plan(struct view *view)
{
    int width = view->row.width;
    int time = time_width(view->trace);
    int room = width - time;
    uint32_t count = trace_actor_count(view->trace);
    bool wide = count > 0 && (int)count <= room / CELL_LEAST;

    view->lanes = lanes_assign(
        view->trace, wide ? count : (uint32_t)(room / 3));
    if (wide)
        view->plan = plan_wide(width, time, count);
    else
        view->plan = plan_lanes(width, time, view->lanes.count);
}

/* ---- states ---- */

/* How an actor's lane looks while it does nothing. */
static char state_of(const struct replay *replay, uint32_t number)
{
    const struct replay_actor *actor = replay_actor(replay, number);

    if (actor->state == ACTOR_RUNNING)
        return actor->held > 0 ? '#' : '|';
    if (!replay_waits(actor))
        return ' ';
    if (actor->wait_kind == KIND_SLEEP)
        return 'z';
    return actor->held > 0 ? '%' : ':';
}

static const char *state_glyph(char state, bool ascii)
{
    static const char *const glyphs[] = {" ", "│", "┃", "┊", "┋", "z"};
    static const char *const plain[] = {" ", "|", "#", ":", "%", "z"};
    static const char states[] = " |#:%z";
    const char *at = strchr(states, state);
    size_t index = at == NULL ? 0 : (size_t)(at - states);

    return ascii ? plain[index] : glyphs[index];
}

static const char *state_color(char state)
{
    return state == ':' || state == '%' ? "33"
           : state == 'z'               ? "2"
           : state == '#'               ? "1"
                                        : "";
}

static void find_states(struct view *view)
{
    const struct replay *replay = story_replay(view->story);

    memset(view->states, ' ', view->lanes.count + 1);
    for (uint32_t i = 0; i < view->lanes.actor_count; i++) {
        char state = state_of(replay, i);

        if (state != ' ' && view->lanes.first[i] != TRACE_NONE)
            view->states[view->lanes.lane[i]] = state;
    }
}

static const char *line_color(const struct story_line *line)
{
    switch (line->kind) {
    case KIND_ASSERT:
    case KIND_CRASH:
    case KIND_KILLED:
        return "31";
    case KIND_WAIT:
    case KIND_CONDITION_WAIT:
        return "33";
    case KIND_SAY:
        return "36";
    case KIND_BEGIN:
    case KIND_EXIT:
    case KIND_THREAD_END:
        return "1";
    default:
        return line->is_setup ? "2" : "";
    }
}

/* ---- one line ---- */

static const char *glyph_of(const struct view *view,
                            const struct story_line *line)
{
    const struct kind_info *info = kind_info + line->kind;

    return view->options->ascii ? info->ascii : info->glyph;
}

static void put_time(struct view *view, const struct event *event)
{
    char text[64];
    int length = snprintf(text, sizeof text, "%.3f",
                          (double)event->time / 1e6);

    if (length > view->plan.time - 1)
        length = snprintf(text, sizeof text, "?");
    row_color(&view->row, "2");
    row_fill(&view->row, view->plan.time - 1 - length);
    row_add(&view->row, text, length);
    row_color(&view->row, "");
    row_fill(&view->row, view->plan.time);
}

static void put_state(struct view *view, uint32_t lane)
{
    char state = view->states[lane];

    row_color(&view->row, state_color(state));
    row_add(&view->row, state_glyph(state, view->options->ascii), 1);
    row_color(&view->row, "");
}

static void put_glyph(struct view *view, const struct story_line *line)
{
    row_color(&view->row, line_color(line));
    row_add(&view->row, glyph_of(view, line), 1);
}

/* In full if there is room for that. */
static void put_text(struct view *view, const struct story_line *line,
                     int room)
{
    int full = row_measure(line->full, strlen(line->full),
                           view->options->ascii);

    row_add(&view->row, full <= room ? line->full : line->brief, room);
}

static void put_cells(struct view *view, const struct story_line *line)
{
    uint32_t own = view->lanes.lane[line->actor];

    for (uint32_t lane = 0; lane < view->lanes.count; lane++) {
        int start = view->plan.time + (int)lane * view->plan.cell;

        row_fill(&view->row, start);
        if (lane != own) {
            put_state(view, lane);
            continue;
        }
        put_glyph(view, line);
        row_fill(&view->row, start + 2);
        put_text(view, line, view->plan.cell - 3);
        row_color(&view->row, "");
    }
}

static void put_lanes(struct view *view, const struct story_line *line)
{
    uint32_t own = view->lanes.lane[line->actor];
    int end = view->plan.source > 0 ? view->plan.source - 1
                                    : view->row.width;
    struct row *row = &view->row;

    for (uint32_t lane = 0; lane < view->lanes.count; lane++) {
        row_fill(row, view->plan.time + (int)lane * view->plan.cell);
        if (lane == own)
            put_glyph(view, line);
        else
            put_state(view, lane);
        row_color(row, "");
    }
    row_fill(row, view->plan.sentence);
    row_color(row, "1");
    row_add(row, trace_actor_name(view->trace, line->actor),
            (end - row->column) / 2);
    row_color(row, "");
    row_add(row, " ", 1);
    row_color(row, line_color(line));
    put_text(view, line, end - row->column);
    row_color(row, "");
}

/* "race.c:57  count--;" */
static void put_source(struct view *view, const struct event *event)
{
    const struct place *place = trace_place(view->trace, event->pc);
    const char *file, *text;
    size_t length = 0;
    char where[128];

    if (view->plan.source == 0 || place == NULL || place->line == 0)
        return;
    file = trace_text(view->trace, place->file);
    snprintf(where, sizeof where, "%.100s:%u  ", phrase_base_name(file),
             place->line);
    row_fill(&view->row, view->plan.source);
    row_color(&view->row, "2");
    row_add(&view->row, where, view->row.width - view->row.column);
    text = trace_source_line(view->trace, file, place->line, &length);
    while (text != NULL && length > 0 && (*text == ' ' || *text == '\t'))
        text++, length--;
    if (text != NULL)
        row_text(&view->row, text, length,
                 view->row.width - view->row.column);
    row_color(&view->row, "");
}

static void put_line(struct view *view, const struct story_line *line)
{
    const struct event *event = trace_read(view->trace, line->first);

    find_states(view);
    row_start(&view->row);
    put_time(view, event);
    if (view->plan.wide)
        put_cells(view, line);
    else
        put_lanes(view, line);
    put_source(view, event);
    row_print(&view->row, view->out);
}

/* ---- the heading ---- */

static void put_names(struct view *view)
{
    struct row *row = &view->row;

    row_start(row);
    row_fill(row, view->plan.time - 3);
    row_add(row, "ms", 2);
    row_color(row, "1");
    for (uint32_t i = 0; i < view->lanes.count; i++) {
        row_fill(row, view->plan.time + (int)i * view->plan.cell);
        row_add(row, trace_actor_name(view->trace, i),
                view->plan.cell - 1);
    }
    row_color(row, "");
    if (view->plan.source > 0) {
        row_fill(row, view->plan.source);
        row_add(row, "source", 6);
    }
    row_print(row, view->out);
}

/* Lanes are numbered by their last digit, the tens above them. */
static void put_numbers(struct view *view, uint32_t unit)
{
    struct row *row = &view->row;

    row_start(row);
    if (unit == 1) {
        row_fill(row, view->plan.time - 3);
        row_add(row, "ms", 2);
    }
    for (uint32_t i = 0; i < view->lanes.count; i++) {
        char digit[2] = {(char)('0' + (i + 1) / unit % 10), '\0'};

        row_fill(row, view->plan.time + (int)i * view->plan.cell);
        if (unit == 1 || (i + 1) % 10 == 0)
            row_add(row, digit, 1);
    }
    row_print(row, view->out);
}

/* "2 car 1", or "2 car 1 and 5 more" where a lane has several. */
static void describe_lane(const struct view *view, uint32_t lane,
                          struct phrase *phrase)
{
    uint32_t others = 0;

    for (uint32_t i = 0; i < view->lanes.actor_count; i++) {
        if (view->lanes.lane[i] != lane ||
            view->lanes.first[i] == TRACE_NONE)
            continue;
        if (phrase->length == 0)
            phrase_add(phrase, "%u %.64s", lane + 1,
                       trace_actor_name(view->trace, i));
        else
            others++;
    }
    if (others > 0)
        phrase_add(phrase, " and %u more", others);
}

static void put_legend(struct view *view)
{
    struct row *row = &view->row;

    row_start(row);
    for (uint32_t lane = 0; lane < view->lanes.count; lane++) {
        char text[128];
        struct phrase phrase = phrase_in(text, sizeof text);

        describe_lane(view, lane, &phrase);
        if (row->column + row_measure(text, phrase.length, row->ascii) >
            row->width)
            row_print(row, view->out);
        row_add(row, text, row->width);
        row_fill(row, row->column + 2);
    }
    row_print(row, view->out);
}

static void put_key(struct view *view)
{
    static const char states[] = "|#:%z";
    static const char *const words[] = {"runs", "holds a lock", "waits",
                                        "waits and holds", "sleeps"};
    struct row *row = &view->row;

    row_start(row);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (i > 0)
            row_add(row, "   ", 3);
        row_add(row, state_glyph(states[i], view->options->ascii), 1);
        row_add(row, " ", 1);
        row_add(row, words[i], row->width);
    }
    row_print(row, view->out);
}

static void put_heading(struct view *view)
{
    put_key(view);
    if (view->plan.wide) {
        put_names(view);
        return;
    }
    put_legend(view);
    if (view->lanes.count >= 10)
        put_numbers(view, 10);
    put_numbers(view, 1);
}

void columns_print(FILE *out, const struct trace *trace,
                   const struct columns_options *options)
{
    struct view view = {.trace = trace,
                        .options = options,
                        .out = out,
                        .row = {.width = width_of(options),
                                .ascii = options->ascii,
                                .color = options->color}};
    struct story_line line;

    view.names = names_new(trace);
    view.story =
        story_new(trace, view.names, options->inside, options->ascii);
    make_plan(&view);
    view.states = calloc(view.lanes.count + 2, 1);
    if (view.states == NULL)
        die("out of memory");
    put_heading(&view);
    while (story_next(view.story, &line))
        put_line(&view, &line);
    free(view.states);
    row_free(&view.row);
    lanes_free(&view.lanes);
    story_free(view.story);
    names_free(view.names);
}

/* ---- the last lines ---- */

/* "yes, sometimes deadlock: why; this time it went well" */
static void write_expected(struct phrase *phrase,
                           const struct expect *expect,
                           const struct verdict *verdict, bool met)
{
    char wanted[64];

    expect_print(expect, wanted, sizeof wanted);
    phrase_add(phrase, "%s %s", met ? "yes," : "no, its head says", wanted);
    if (*expect->sentence != '\0')
        phrase_add(phrase, ": %.500s", expect->sentence);
    if (met && expect->frequency == EXPECT_SOMETIMES &&
        verdict->kind == VERDICT_OK)
        phrase_add(phrase, " (this time it went well)");
}

bool columns_verdict(FILE *out, const struct verdict *verdict,
                     const struct expect *expect,
                     const char *const *suggestions,
                     const struct columns_options *options)
{
    struct row row = {.width = width_of(options),
                      .ascii = options->ascii,
                      .color = options->color};
    bool met = expect == NULL || expect_met(expect, verdict);
    char text[700];
    struct phrase phrase = phrase_in(text, sizeof text);

    row_wrap(&row, out, verdict->kind == VERDICT_OK ? "32" : "31",
             "verdict:  ", verdict->sentence);
    if (verdict->also[0] != '\0')
        row_wrap(&row, out, "33", "also:     ", verdict->also);
    if (expect != NULL) {
        write_expected(&phrase, expect, verdict, met);
        row_wrap(&row, out, met ? "32" : "31", "expected: ", text);
    }
    for (size_t i = 0; suggestions != NULL && suggestions[i] != NULL; i++)
        row_wrap(&row, out, "1", i == 0 ? "try next: " : "          ",
                 suggestions[i]);
    row_free(&row);
    return met;
}
