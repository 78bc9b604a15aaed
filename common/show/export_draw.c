/*
 * export_draw.c - draws the picture that export_svg.c has planned.
 */
#include <stdlib.h>
#include <string.h>

#include "judge/verdict.h"
#include "show/export_picture.h"

#define TEXT_DROP 4.5 /* from the middle of a row to the baseline */
#define HEADING_FONT 15.0
#define TAIL 16.0  /* of a lane below the last row */
#define CORNER 4.0 /* of an arrow */
#define BESIDE 8.5 /* from a lane to the arrow along it */

/* Distinct for the colour-blind (after Okabe and Ito) and on white. */
#define INK "#1a1a1a"
#define FAINT "#666666"
#define BLUE "#0072b2"
#define ORANGE "#d55e00"
#define GREEN "#00795a"
#define PURPLE "#8f3f71"
#define RED "#a40000"

static double y_of(const struct picture *picture, int row)
{
    int count = (int)picture->rows.count;

    return row < 0        ? picture->top
           : row >= count ? picture->top + count * PICTURE_ROW + TAIL
                          : picture->top + (row + 0.5) * PICTURE_ROW;
}

static double x_of(const struct picture *picture, uint32_t actor)
{
    return picture->lanes[picture->actors[actor].lane];
}

/* ---- XML ---- */

static void put_escaped(FILE *out, const char *text)
{
    for (; *text != '\0'; text++)
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            putc(*text, out);
            break;
        }
}

/* `about` are further attributes. */
static void put_text(struct picture *picture, double x, double y,
                     const char *about, const char *text)
{
    if (*text == '\0')
        return;
    fprintf(picture->out, "<text x=\"%.1f\" y=\"%.1f\"%s%s>", x,
            y + TEXT_DROP, *about == '\0' ? "" : " ", about);
    put_escaped(picture->out, text);
    fputs("</text>", picture->out);
}

/* Where to break a text so that its first part is no wider. */
static size_t break_at(const char *text, double room)
{
    size_t at = 0, blank = 0;

    while (text[at] != '\0') {
        room -= (unsigned char)text[at] < 0x80    ? PICTURE_CELL
                : (unsigned char)text[at] >= 0xc0 ? 2 * PICTURE_CELL
                                                  : 0;
        if (room < 0)
            break;
        if (text[at] == ' ')
            blank = at;
        at++;
    }
    if (text[at] == '\0')
        return at; /* also of an empty text */
    while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
        at--;
    return blank > 0 ? blank : at > 0 ? at : 1;
}

/* A paragraph in as many lines as it needs; returns where it ends. */
static double put_paragraph(struct picture *picture, double y,
                            const char *about, const char *text)
{
    char *visible = export_visible(picture->export, text, strlen(text),
                                   EXPORT_WHOLE);
    double room = picture->width - 2 * PICTURE_MARGIN;

    for (char *rest = visible; *rest != '\0';) {
        size_t length = break_at(rest, room);
        char after = rest[length];

        rest[length] = '\0';
        put_text(picture, PICTURE_MARGIN, y, about, rest);
        putc('\n', picture->out);
        rest[length] = after;
        rest += length + strspn(rest + length, " ");
        y += PICTURE_ROW;
    }
    free(visible);
    return y;
}

/* One larger line at the top, cut where the picture ends. */
static void put_heading(struct picture *picture, const char *text)
{
    char *visible = export_visible(picture->export, text, strlen(text),
                                   EXPORT_WHOLE);
    double room = picture->width - 2 * PICTURE_MARGIN;

    visible[break_at(visible, room * PICTURE_FONT / HEADING_FONT)] = '\0';
    put_text(picture, PICTURE_MARGIN, PICTURE_MARGIN + PICTURE_ROW / 2,
             "font-weight=\"bold\" font-size=\"15\"", visible);
    putc('\n', picture->out);
    free(visible);
}

/* How many lines that will be. */
static int lines_of(struct picture *picture, const char *text)
{
    char *visible = export_visible(picture->export, text, strlen(text),
                                   EXPORT_WHOLE);
    double room = picture->width - 2 * PICTURE_MARGIN;
    int lines = 0;

    for (const char *rest = visible; *rest != '\0'; lines++) {
        rest += break_at(rest, room);
        rest += strspn(rest, " ");
    }
    free(visible);
    return lines;
}

/* ---- lanes ---- */

static const char *state_class(enum picture_state state)
{
    static const char *const classes[] = {
        [PICTURE_RUNS] = "runs",
        [PICTURE_HOLDS] = "holds",
        [PICTURE_WAITS] = "waits",
        [PICTURE_WAITS_HOLDING] = "waits holds",
        [PICTURE_SLEEPS] = "sleeps"};

    return classes[state];
}

/* For viewers that know no style sheets all is said in attributes. */
static const char *state_look(enum picture_state state)
{
    static const char *const looks[] = {
        [PICTURE_RUNS] = "stroke=\"" INK "\" stroke-width=\"2\"",
        [PICTURE_HOLDS] = "stroke=\"" BLUE "\" stroke-width=\"7\"",
        [PICTURE_WAITS] = "stroke=\"" ORANGE "\" stroke-width=\"2.5\" "
                          "stroke-dasharray=\"6,4\"",
        [PICTURE_WAITS_HOLDING] = "stroke=\"" ORANGE "\" "
                                  "stroke-width=\"7\" "
                                  "stroke-dasharray=\"6,4\"",
        [PICTURE_SLEEPS] = "stroke=\"#8c8c8c\" stroke-width=\"2.5\" "
                           "stroke-linecap=\"round\" "
                           "stroke-dasharray=\"0.1,5\""};

    return looks[state];
}

static void put_state(struct picture *picture, enum picture_state state,
                      double x, double from_y, double to_x, double to_y)
{
    fprintf(picture->out,
            "<path class=\"%s\" d=\"M%.1f,%.1fL%.1f,%.1f\" %s/>\n",
            state_class(state), x, from_y, to_x, to_y, state_look(state));
}

static void draw_lanes(struct picture *picture)
{
    for (size_t i = 0; i < picture->stretches.count; i++) {
        const struct stretch *each = LIST_ITEM(picture->stretches,
                                               struct stretch, i);
        double x = x_of(picture, each->actor);

        put_state(picture, each->state, x, y_of(picture, each->from), x,
                  y_of(picture, each->to));
    }
}

static void draw_names(struct picture *picture)
{
    double y = picture->top - PICTURE_ROW / 2;

    for (uint32_t i = 0; i < picture->actor_count; i++) {
        double x;
        char about[96];

        if (!picture->actors[i].seen)
            continue;
        x = x_of(picture, i);
        if (picture->sentences == 0)
            snprintf(about, sizeof about, "font-weight=\"bold\"");
        else
            snprintf(about, sizeof about,
                     "font-weight=\"bold\" "
                     "transform=\"rotate(-45 %.1f %.1f)\"",
                     x, y);
        put_text(picture, picture->sentences == 0 ? x - 6 : x, y, about,
                 picture->actors[i].name);
        putc('\n', picture->out);
    }
}

/* ---- hand-offs ---- */

/* The row that an event is in; -1 if it is in none. */
static int row_of(const struct picture *picture, uint32_t event)
{
    size_t low = 0, high = picture->rows.count;
    const struct picture_row *row;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        row = LIST_ITEM(picture->rows, struct picture_row, middle);
        if (row->first <= event)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return -1;
    row = LIST_ITEM(picture->rows, struct picture_row, low - 1);
    return event <= row->last ? (int)low - 1 : -1;
}

/* From the mark at (x, y) down along its lane, across between two rows,
 * and into the mark below. */
static void put_arrow(struct picture *picture, double x, double y,
                      double to_x, double to_y)
{
    double side = to_x > x ? 1 : -1;
    double across = to_y - PICTURE_ROW / 2;
    double start = x + side * BESIDE;
    double reach = side * CORNER;

    fprintf(picture->out,
            "<path class=\"hand-off\" d=\"M%.1f,%.1fV%.1fQ%.1f,%.1f "
            "%.1f,%.1fH%.1fQ%.1f,%.1f %.1f,%.1fV%.1f\" "
            "stroke=\"" GREEN "\" stroke-width=\"1.6\"/>"
            "<path d=\"M%.1f,%.1fl-3.8,-6h7.6z\" fill=\"" GREEN
            "\" stroke=\"none\"/>\n",
            start, y + 3, across - CORNER, start, across, start + reach,
            across, to_x - reach, to_x, across, to_x, across + CORNER,
            to_y - 10, to_x, to_y - 5);
}

static void draw_arrows(struct picture *picture)
{
    for (size_t i = 0; i < picture->rows.count; i++) {
        const struct picture_row *row = LIST_ITEM(picture->rows,
                                                  struct picture_row, i);
        int giver = row->giver == TRACE_NONE ? -1
                                             : row_of(picture, row->giver);
        const struct picture_row *from;

        if (giver < 0 || giver >= (int)i)
            continue;
        from = LIST_ITEM(picture->rows, struct picture_row, giver);
        if (from->actor != row->actor)
            put_arrow(picture, x_of(picture, from->actor),
                      y_of(picture, giver), x_of(picture, row->actor),
                      y_of(picture, (int)i));
    }
}

/* ---- what they do ---- */

enum look {
    FULL,
    HOLLOW, /* white inside */
    LINES   /* nothing inside */
};

struct shape {
    const char *path; /* around the middle of the mark */
    const char *color;
    enum look look;
};

#define CIRCLE "M-6.3,0a6.3,6.3 0 1 0 12.6,0a6.3,6.3 0 1 0 -12.6,0z"
#define RING "M-5,0a5,5 0 1 0 10,0a5,5 0 1 0 -10,0z"
#define SQUARE "M-5,-5h10v10h-10z"
#define BAR "M-8,-2.3h16v4.6h-16z"
#define DIAMOND "M0,-7L7,0L0,7L-7,0z"
#define CROSS "M-5.5,-5.5L5.5,5.5M-5.5,5.5L5.5,-5.5"

/* Any other kind is a dot. */
static const struct shape dot = {"M-4,0a4,4 0 1 0 8,0a4,4 0 1 0 -8,0z",
                                 FAINT, FULL};
static const struct shape shapes[KIND_COUNT] = {
    [KIND_FORK] = {"M-5,-5h10v10h-10z", INK, FULL},
    [KIND_SPAWN] = {"M-5,-5h10v10h-10z", INK, FULL},
    [KIND_THREAD_CREATE] = {"M-5,-5h10v10h-10z", INK, FULL},
    [KIND_BEGIN] = {BAR, INK, FULL},
    [KIND_EXIT] = {BAR, INK, FULL},
    [KIND_THREAD_END] = {BAR, INK, FULL},
    [KIND_KILLED] = {CROSS, RED, LINES},
    [KIND_CRASH] = {CROSS, RED, LINES},
    [KIND_ASSERT] = {CROSS, RED, LINES},
    [KIND_KILL] = {CROSS, INK, LINES},
    [KIND_REAP] = {"M-4,-4h8v8h-8z", INK, HOLLOW},
    [KIND_JOIN] = {"M-4,-4h8v8h-8z", INK, HOLLOW},
    [KIND_WAIT] = {RING, ORANGE, HOLLOW},
    [KIND_CONDITION_WAIT] = {RING, ORANGE, HOLLOW},
    [KIND_LOCK] = {CIRCLE, BLUE, FULL},
    [KIND_READ_LOCK] = {CIRCLE, BLUE, FULL},
    [KIND_UNLOCK] = {RING, BLUE, HOLLOW},
    [KIND_CONDITION_WAKE] = {CIRCLE, ORANGE, FULL},
    [KIND_SIGNAL] = {DIAMOND, BLUE, FULL},
    [KIND_BROADCAST] = {DIAMOND, BLUE, FULL},
    [KIND_BARRIER_ARRIVE] = {DIAMOND, BLUE, HOLLOW},
    [KIND_BARRIER_LEAVE] = {DIAMOND, BLUE, FULL},
    [KIND_SEMAPHORE_WAIT] = {"M-8,-6L0,7.5L8,-6z", BLUE, FULL},
    [KIND_SEMAPHORE_POST] = {"M-8,6L0,-7.5L8,6z", BLUE, FULL},
    [KIND_READ] = {"M4.5,-6L-5.5,0L4.5,6z", BLUE, HOLLOW},
    [KIND_WRITE] = {"M-5.5,-8L7.5,0L-5.5,8z", BLUE, FULL},
    [KIND_SAY] = {"M-6,-6h12v8.5h-6l-3.5,3.5v-3.5h-2.5z", INK, HOLLOW},
    [KIND_LOAD] = {SQUARE, PURPLE, HOLLOW},
    [KIND_ATOMIC_LOAD] = {SQUARE, PURPLE, HOLLOW},
    [KIND_STORE] = {SQUARE, PURPLE, FULL},
    [KIND_ATOMIC_STORE] = {SQUARE, PURPLE, FULL},
    [KIND_ATOMIC_CHANGE] = {SQUARE, PURPLE, FULL}};

/* A full one has a white rim, to stand out on its lane. */
static void put_mark(struct picture *picture, enum kind kind, double x,
                     double y)
{
    const struct shape *shape = shapes[kind].path == NULL ? &dot
                                                          : shapes + kind;

    fprintf(picture->out,
            "<path transform=\"translate(%.1f %.1f)\" d=\"%s\" "
            "fill=\"%s\" stroke=\"%s\" stroke-width=\"%s\"/>",
            x, y, shape->path,
            shape->look == FULL     ? shape->color
            : shape->look == HOLLOW ? "#ffffff"
                                    : "none",
            shape->look == FULL ? "#ffffff" : shape->color,
            shape->look == LINES  ? "3"
            : shape->look == FULL ? "1.2"
                                  : "1.6");
}

static const char *text_look(const struct picture_row *row, bool chosen)
{
    switch (row->kind) {
    case KIND_ASSERT:
    case KIND_CRASH:
    case KIND_KILLED:
        return "fill=\"" RED "\" font-weight=\"bold\"";
    default:
        return chosen          ? "font-weight=\"bold\""
               : row->is_setup ? "fill=\"" FAINT "\""
                               : "";
    }
}

/* The row that shows the verdict stands on a ground of its own. */
static void put_ground(struct picture *picture, double y)
{
    fprintf(picture->out,
            "<path d=\"M%.1f,%.1fh%.1fv%.1fh%.1fz\" fill=\"#fbe3d6\" "
            "stroke=\"none\"/>",
            PICTURE_MARGIN / 2, y - PICTURE_ROW / 2,
            picture->width - PICTURE_MARGIN, PICTURE_ROW,
            -(picture->width - PICTURE_MARGIN));
}

static void put_number_and_time(struct picture *picture,
                                const struct picture_row *row, double y)
{
    char text[64];

    snprintf(text, sizeof text, "%u", row->first);
    put_text(picture, picture->numbers, y,
             "fill=\"" FAINT "\" text-anchor=\"end\"", text);
    if (picture->times == 0)
        return;
    export_milliseconds(text, sizeof text, row->time);
    put_text(picture, picture->times, y,
             "fill=\"" FAINT "\" text-anchor=\"end\"", text);
}

/* A sentence at the right of all lanes starts with who does it. */
static void put_sentence(struct picture *picture,
                         const struct picture_row *row, double y,
                         bool chosen)
{
    const char *name = picture->actors[row->actor].name;
    double x = x_of(picture, row->actor) + PICTURE_LABEL;

    if (picture->sentences != 0) {
        x = picture->sentences;
        put_text(picture, x, y, "font-weight=\"bold\"", name);
        x += picture_width(name) + PICTURE_CELL;
    }
    put_text(picture, x, y, text_look(row, chosen), row->text);
}

static void put_title(struct picture *picture,
                      const struct picture_row *row)
{
    fprintf(picture->out,
            "<g class=\"event\" data-event=\"%u\" data-last=\"%u\">"
            "<title>",
            row->first, row->last);
    put_escaped(picture->out, picture->actors[row->actor].whole_name);
    putc(' ', picture->out);
    put_escaped(picture->out, row->full);
    fputs("</title>", picture->out);
}

static void draw_row(struct picture *picture, int index, bool chosen)
{
    const struct picture_row *row = LIST_ITEM(picture->rows,
                                              struct picture_row, index);
    double y = y_of(picture, index);

    put_title(picture, row);
    put_number_and_time(picture, row, y);
    put_sentence(picture, row, y, chosen);
    put_text(picture, picture->places, y, "fill=\"" FAINT "\"", row->place);
    put_text(picture, picture->sources, y, "fill=\"" FAINT "\"",
             row->source);
    put_mark(picture, row->kind, x_of(picture, row->actor), y);
    fputs("</g>\n", picture->out);
}

/* ---- below the rows ---- */

static void draw_key(struct picture *picture, double y)
{
    static const char *const words[] = {
        [PICTURE_RUNS] = "runs",
        [PICTURE_HOLDS] = "holds a lock",
        [PICTURE_WAITS] = "waits",
        [PICTURE_WAITS_HOLDING] = "waits and holds",
        [PICTURE_SLEEPS] = "sleeps"};
    double x = PICTURE_MARGIN;

    for (int state = PICTURE_RUNS; state <= PICTURE_SLEEPS; state++) {
        put_state(picture, (enum picture_state)state, x, y, x + 26, y);
        x += 32;
        put_text(picture, x, y, "", words[state]);
        x += picture_width(words[state]) + PICTURE_GAP;
    }
    fprintf(picture->out,
            "<path d=\"M%.1f,%.1fh16\" stroke=\"" GREEN "\" "
            "stroke-width=\"1.6\"/><path d=\"M%.1f,%.1fl-6,-3.8v7.6z\" "
            "fill=\"" GREEN "\"/>",
            x, y, x + 20, y);
    put_text(picture, x + 27, y, "", "lets go on");
    putc('\n', picture->out);
}

/* What of the run is not in the picture. */
static void write_missing(const struct picture *picture, char *text,
                          size_t size)
{
    const struct export_options *options = picture->export->options;
    struct phrase phrase = phrase_in(text, size);

    if (options->from > 0)
        phrase_add(&phrase, "from event %u on", options->from);
    if (options->to < trace_count(picture->export->trace))
        phrase_add(&phrase, "%sup to event %u",
                   options->from > 0 ? ", " : "", options->to);
    if (picture->missing > 0)
        phrase_add(&phrase, "%s%u lines more: --from %u",
                   phrase.length > 0 ? "; " : "", picture->missing,
                   picture->next);
}

static void put_head(struct picture *picture, double height)
{
    const struct trace *trace = picture->export->trace;
    const char *schedule = trace_text(trace, trace->schedule_text);
    char *title = export_visible(
        picture->export, trace_text(trace, trace->title),
        strlen(trace_text(trace, trace->title)), EXPORT_WHOLE);

    fprintf(picture->out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
            "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
            "xml:space=\"preserve\" fill=\"none\" font-family=\""
            "'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', "
            "monospace\" font-size=\"%.0f\">\n<title>",
            picture->width, height, picture->width, height, PICTURE_FONT);
    put_escaped(picture->out, title);
    fputs("</title>\n<desc>", picture->out);
    put_escaped(picture->out, *schedule == '\0' ? "" : "--replay ");
    put_escaped(picture->out, schedule);
    fprintf(picture->out,
            "</desc>\n<path d=\"M0,0H%.0fV%.0fH0z\" fill=\"#ffffff\"/>\n",
            picture->width, height);
    free(title);
}

/* From each mark to its sentence, where that is far away. */
static void draw_leaders(struct picture *picture)
{
    if (picture->sentences == 0)
        return;
    for (int i = 0; i < (int)picture->rows.count; i++) {
        const struct picture_row *row = LIST_ITEM(picture->rows,
                                                  struct picture_row, i);

        fprintf(picture->out,
                "<path d=\"M%.1f,%.1fH%.1f\" stroke=\"#dddddd\"/>\n",
                x_of(picture, row->actor), y_of(picture, i),
                picture->sentences - 5);
    }
}

static void draw_rows(struct picture *picture,
                      const struct verdict *verdict)
{
    int chosen = verdict->kind == VERDICT_OK || verdict->event == TRACE_NONE
                     ? -1
                     : row_of(picture, verdict->event);

    if (chosen >= 0)
        put_ground(picture, y_of(picture, chosen));
    draw_leaders(picture);
    draw_lanes(picture);
    draw_arrows(picture);
    fputs("<g fill=\"" INK "\">\n", picture->out);
    draw_names(picture);
    for (int i = 0; i < (int)picture->rows.count; i++)
        draw_row(picture, i, i == chosen);
}

void picture_draw(struct picture *picture)
{
    const struct trace *trace = picture->export->trace;
    struct verdict verdict = judge(trace);
    char missing[160], came_to[sizeof verdict.sentence + 16];
    double y = y_of(picture, (int)picture->rows.count) + PICTURE_ROW;
    int lines;

    write_missing(picture, missing, sizeof missing);
    snprintf(came_to, sizeof came_to, "verdict: %s", verdict.sentence);
    lines = 1 + lines_of(picture, missing) + lines_of(picture, came_to) +
            lines_of(picture, verdict.also);
    put_head(picture, y + lines * PICTURE_ROW + PICTURE_MARGIN);
    draw_rows(picture, &verdict);
    put_heading(picture, trace_text(trace, trace->title));
    y = put_paragraph(picture, y, "font-weight=\"bold\"", missing);
    y = put_paragraph(picture, y,
                      verdict.kind == VERDICT_OK
                          ? "font-weight=\"bold\""
                          : "fill=\"" RED "\" font-weight=\"bold\"",
                      came_to);
    y = put_paragraph(picture, y, "", verdict.also);
    draw_key(picture, y);
    fputs("</g>\n</svg>\n", picture->out);
}
