/*
 * export_svg.c - a run as a picture, for slides and for the book.
 *
 * Time runs down, a row a line of the story.  Every actor has a lane in
 * which its state is drawn; a mark in it says what kind of thing it did.
 * With few actors what it did stands beside the mark, else at the right
 * of all lanes.  An arrow goes from who let somebody go on, down its
 * lane, to who went on.  States differ in shape and in brightness, too,
 * not in colour alone.
 *
 * The picture is plain SVG 1.1 without scripts, with real text in a font
 * that is only named.  All of it is in a font of fixed width, so that
 * what a text needs is known without asking the font: each character is
 * taken as a little wider than it is in any usual one, each that is not
 * ASCII as wide as a Chinese one.  No label leaves the picture.
 *
 * Each line is an element <g class="event" data-event="41"> with the
 * whole sentence in its <title>, which browsers show under the mouse.
 */
#define _GNU_SOURCE /* open_memstream */
#include <stdlib.h>
#include <string.h>

#include "judge/verdict.h"
#include "show/export_picture.h"
#include "trace/fail.h"

#define CELL_MOST 44     /* columns of a text in a cell */
#define SENTENCE_MOST 84 /* of a sentence beside the lanes */
#define SOURCE_MOST 64
#define NAME_MOST 24
#define CELLS_WIDEST 1150 /* wider, and there are lanes instead */

/* ---- reading the run ---- */

static enum picture_state state_of(const struct replay_actor *actor)
{
    if (actor->state == ACTOR_RUNNING)
        return actor->held > 0 ? PICTURE_HOLDS : PICTURE_RUNS;
    if (!replay_waits(actor))
        return PICTURE_ABSENT;
    if (actor->wait_kind == KIND_SLEEP)
        return PICTURE_SLEEPS;
    return actor->held > 0 ? PICTURE_WAITS_HOLDING : PICTURE_WAITS;
}

/* How everybody stands from row - 1, where the last stretch of each
 * ends, to row. */
static void follow_states(struct picture *picture, int row)
{
    const struct replay *replay = story_replay(picture->export->story);

    for (uint32_t i = 0; i < picture->actor_count; i++) {
        struct picture_actor *actor = picture->actors + i;
        enum picture_state state = state_of(replay_actor(replay, i));
        struct stretch new = {
            .actor = i, .state = state, .from = row - 1, .to = row};
        struct stretch *last = actor->stretch == 0
                                   ? NULL
                                   : LIST_ITEM(picture->stretches,
                                               struct stretch,
                                               actor->stretch - 1);

        if (state == PICTURE_ABSENT)
            continue;
        actor->seen = true;
        if (last != NULL && last->state == state && last->to == row - 1)
            last->to = row;
        else
            actor->stretch =
                list_add(&picture->stretches, &new, 1, sizeof new) + 1;
    }
}

static void add_row(struct picture *picture, const struct story_line *line)
{
    struct export *export = picture->export;
    struct picture_row row = {.first = line->first,
                              .last = line->last,
                              .actor = line->actor,
                              .kind = line->kind,
                              .is_setup = line->is_setup};
    const struct event *event = trace_read(export->trace, line->first);

    row.time = event->time;
    row.giver = export_giver(export->trace, event);
    row.full = export_visible(export, line->full, strlen(line->full),
                              EXPORT_WHOLE);
    row.brief = export_visible(export, line->brief, strlen(line->brief),
                               EXPORT_WHOLE);
    row.place = export_place(export, event);
    row.source = export_source(export, event, SOURCE_MOST);
    picture->actors[row.actor].seen = true;
    list_add(&picture->rows, &row, 1, sizeof row);
}

static void read_run(struct picture *picture)
{
    struct story_line line;

    while (export_next(picture->export, &line)) {
        if (picture->rows.count == EXPORT_ROWS_MOST) {
            picture->next = picture->missing == 0 ? line.first
                                                  : picture->next;
            picture->missing++;
            continue;
        }
        follow_states(picture, (int)picture->rows.count);
        add_row(picture, &line);
    }
    if (picture->missing == 0)
        follow_states(picture, (int)picture->rows.count);
}

/* ---- the plan ---- */

double picture_width(const char *text)
{
    double width = 0;

    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        width += byte < 0x80    ? PICTURE_CELL
                 : byte >= 0xc0 ? 2 * PICTURE_CELL
                                : 0;
    }
    return width;
}

static double larger(double one, double other)
{
    return one > other ? one : other;
}

static void give_lanes(struct picture *picture)
{
    for (uint32_t i = 0; i < picture->actor_count; i++) {
        const char *name = trace_actor_name(picture->export->trace, i);
        struct picture_actor *actor = picture->actors + i;

        if (!actor->seen)
            continue;
        actor->lane = (int)picture->lane_count++;
        actor->name = export_visible(picture->export, name, strlen(name),
                                     NAME_MOST);
        actor->whole_name = export_visible(picture->export, name,
                                           strlen(name), EXPORT_WHOLE);
    }
}

/* The text that is seen: in full if that has room, else cut. */
static void choose_texts(struct picture *picture, int most)
{
    for (size_t i = 0; i < picture->rows.count; i++) {
        struct picture_row *row = LIST_ITEM(picture->rows,
                                            struct picture_row, i);
        bool fits = picture_width(row->full) <= most * PICTURE_CELL;
        const char *text = fits ? row->full : row->brief;

        free(row->text);
        row->text = export_visible(picture->export, text, strlen(text),
                                   most);
    }
}

/* In cells: as wide as the widest text of its actor. */
static bool plan_cells(struct picture *picture, double x)
{
    double *widths = picture->widths;

    choose_texts(picture, CELL_MOST);
    for (uint32_t i = 0; i < picture->actor_count; i++)
        if (picture->actors[i].seen)
            widths[picture->actors[i].lane] = picture_width(
                picture->actors[i].name);
    for (size_t i = 0; i < picture->rows.count; i++) {
        const struct picture_row *row = LIST_ITEM(picture->rows,
                                                  struct picture_row, i);
        int lane = picture->actors[row->actor].lane;

        widths[lane] = larger(widths[lane], picture_width(row->text));
    }
    for (uint32_t i = 0; i < picture->lane_count; i++) {
        picture->lanes[i] = x + PICTURE_MARK;
        x += PICTURE_LABEL + PICTURE_MARK + widths[i] + PICTURE_GAP;
    }
    picture->end = x;
    return x <= CELLS_WIDEST;
}

static void plan_lanes(struct picture *picture, double x)
{
    double widest = 0;

    choose_texts(picture, SENTENCE_MOST);
    for (uint32_t i = 0; i < picture->lane_count; i++, x += PICTURE_LANE)
        picture->lanes[i] = x + PICTURE_LANE / 2;
    picture->sentences = x + PICTURE_GAP / 2;
    for (size_t i = 0; i < picture->rows.count; i++) {
        const struct picture_row *row = LIST_ITEM(picture->rows,
                                                  struct picture_row, i);

        widest = larger(widest,
                        picture_width(picture->actors[row->actor].name) +
                            PICTURE_CELL + picture_width(row->text));
    }
    picture->end = picture->sentences + widest + PICTURE_GAP;
}

/* Names stand upright over cells, at a slant over lanes. */
static double head_height(const struct picture *picture)
{
    double widest = 0;

    if (picture->sentences == 0)
        return PICTURE_ROW;
    for (uint32_t i = 0; i < picture->actor_count; i++)
        if (picture->actors[i].seen)
            widest = larger(widest, picture_width(picture->actors[i].name));
    return widest * PICTURE_SLANT + PICTURE_ROW;
}

static void plan_source(struct picture *picture)
{
    double places = 0, sources = 0;

    for (size_t i = 0; i < picture->rows.count; i++) {
        const struct picture_row *row = LIST_ITEM(picture->rows,
                                                  struct picture_row, i);

        places = larger(places, picture_width(row->place));
        sources = larger(sources, picture_width(row->source));
    }
    picture->places = picture->end;
    picture->sources = picture->places + places + PICTURE_CELL;
    picture->width = picture->sources + sources + PICTURE_MARGIN;
}

/* Event numbers, and times if they ever differ. */
static double plan_numbers(struct picture *picture)
{
    const struct picture_row *rows = LIST_ITEM(picture->rows,
                                               struct picture_row, 0);
    size_t count = picture->rows.count;
    char text[64];

    if (count == 0)
        return PICTURE_MARGIN;
    snprintf(text, sizeof text, "%u", rows[count - 1].first);
    picture->numbers = PICTURE_MARGIN + picture_width(text);
    if (rows[0].time == rows[count - 1].time)
        return picture->numbers + PICTURE_GAP / 2;
    export_milliseconds(text, sizeof text, rows[count - 1].time);
    picture->times = picture->numbers + PICTURE_CELL +
                     larger(picture_width(text), 5 * PICTURE_CELL);
    return picture->times + PICTURE_GAP / 2;
}

static void plan(struct picture *picture)
{
    double x = plan_numbers(picture);

    give_lanes(picture);
    picture->lanes = calloc(picture->lane_count + 1,
                            sizeof *picture->lanes);
    picture->widths = calloc(picture->lane_count + 1,
                             sizeof *picture->widths);
    if (picture->lanes == NULL || picture->widths == NULL)
        die("out of memory");
    if (!plan_cells(picture, x))
        plan_lanes(picture, x);
    plan_source(picture);
    picture->width = larger(picture->width, PICTURE_NARROWEST);
    if (picture->sentences != 0) /* the last slanted name */
        picture->width = larger(picture->width, picture->sentences +
                                                    PICTURE_MARGIN +
                                                    head_height(picture));
    picture->top = PICTURE_MARGIN + 1.5 * PICTURE_ROW +
                   head_height(picture);
}

/* ---- from the first to the last ---- */

static void free_picture(struct picture *picture)
{
    for (size_t i = 0; i < picture->rows.count; i++) {
        struct picture_row *row = LIST_ITEM(picture->rows,
                                            struct picture_row, i);

        free(row->full);
        free(row->brief);
        free(row->text);
        free(row->place);
        free(row->source);
    }
    for (uint32_t i = 0; i < picture->actor_count; i++) {
        free(picture->actors[i].name);
        free(picture->actors[i].whole_name);
    }
    list_free(&picture->rows);
    list_free(&picture->stretches);
    free(picture->actors);
    free(picture->lanes);
    free(picture->widths);
}

uint32_t export_svg(struct export *export)
{
    struct picture picture = {
        .export = export,
        .out = export->out,
        .actor_count = trace_actor_count(export->trace)};

    picture.actors = calloc(picture.actor_count + 1,
                            sizeof *picture.actors);
    if (picture.actors == NULL)
        die("out of memory");
    read_run(&picture);
    plan(&picture);
    picture_draw(&picture);
    free_picture(&picture);
    return picture.missing;
}
