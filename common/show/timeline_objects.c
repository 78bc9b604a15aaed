/*
 * timeline_objects.c - how an object stands, in a row of its own.
 *
 *     lock       who holds it: ━buyer 1━━━, ┅ while others wait for it
 *     semaphore  its value, ┄ while somebody waits
 *     pipe       bytes in it, higher for more; open ends: 13 B 2w 1r
 *     condition  ┄ while somebody waits
 *     memory     r and w where it is touched, its value after that; a
 *                write that loses another's is !
 *     file       r and w likewise
 */
#include <string.h>

#include "show/paint.h"

struct object_paint {
    struct paint *paint;
    const struct model_object *object;
    int row;
    int text_at; /* the column where there is something to say */
    char text[64];
    enum style text_style;
    int text_gap; /* columns from there to the first of the text */
};

static void add_waiters(struct phrase *phrase,
                        const struct model_sample *sample)
{
    if (sample->waiters > 0)
        phrase_add(phrase, "%s%u wait%s", phrase->length > 0 ? ", " : "",
                   sample->waiters, sample->waiters == 1 ? "s" : "");
}

/* What is said at a change. */
static void describe(const struct object_paint *work,
                     const struct model_sample *sample,
                     struct phrase *phrase)
{
    const struct trace *trace = work->paint->model->trace;

    switch (work->object->sort) {
    case SORT_LOCK:
        if (sample->value > 0)
            phrase_add(phrase, "%.40s",
                       trace_actor_name(trace, sample->owner));
        if (sample->value > 1)
            phrase_add(phrase, " +%lld", (long long)sample->value - 1);
        break;
    case SORT_SEMAPHORE:
        phrase_add(phrase, "%lld", (long long)sample->value);
        break;
    case SORT_PIPE:
        phrase_add(phrase, "%lld B %uw %ur", (long long)sample->value,
                   sample->writers, sample->readers);
        break;
    case SORT_MEMORY:
        if (sample->flags & SAMPLE_KNOWN)
            sentence_write_value(phrase, sample->value, 8, "");
        return;
    case SORT_CONDITION:
    case SORT_FILE: break;
    }
    add_waiters(phrase, sample);
}

static const char *level(const struct object_paint *work, int64_t value)
{
    static const char *const drawn[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇"};
    static const char ascii[][2] = {"_", "_", "-", "-", "=", "=", "="};
    int64_t step = (value * 7 - 1) / work->object->most;

    if (value <= 0)
        return paint_glyph(work->paint, "·", ".");
    step = step < 0 ? 0 : step > 6 ? 6 : step;
    return paint_glyph(work->paint, drawn[step], ascii[step]);
}

static void fill(const struct object_paint *work, int column,
                 const struct model_sample *sample)
{
    struct paint *paint = work->paint;
    const char *glyph = paint_glyph(paint, "·", ".");
    enum style style = STYLE_DIM;

    switch (work->object->sort) {
    case SORT_LOCK:
        if (sample->value > 0) {
            style = sample->waiters > 0 ? STYLE_WAITS : STYLE_HOLDS;
            glyph = sample->waiters > 0 ? paint_glyph(paint, "┅", ":")
                                        : paint_glyph(paint, "━", "=");
        }
        break;
    case SORT_SEMAPHORE:
    case SORT_CONDITION:
        if (sample->waiters > 0) {
            style = STYLE_WAITS;
            glyph = paint_glyph(paint, "┄", ".");
        } else if (sample->value > 0) {
            style = STYLE_VALUE;
            glyph = level(work, sample->value);
        }
        break;
    case SORT_PIPE:
        style = sample->value > 0 ? STYLE_VALUE : STYLE_DIM;
        glyph = level(work, sample->value);
        break;
    case SORT_MEMORY:
        glyph = paint_glyph(paint, "─", "-");
        break;
    case SORT_FILE: break;
    }
    grid_glyph(paint->grid, work->row, paint->layout->left + column, style,
               glyph);
}

/* Says what there was to say, as far as there is room before `end`. */
static void flush(struct object_paint *work, int end)
{
    struct paint *paint = work->paint;
    int start = work->text_at + work->text_gap;

    if (work->text_at >= 0 && end > start && work->text[0] != '\0')
        grid_put(paint->grid, work->row, paint->layout->left + start,
                 end - start, work->text_style, work->text);
    work->text_at = -1;
}

static bool is_touch(const struct object_paint *work)
{
    return work->object->sort == SORT_MEMORY ||
           work->object->sort == SORT_FILE;
}

/* Several changes in one column. */
static void mark_merged(const struct object_paint *work, int column,
                        size_t count)
{
    struct paint *paint = work->paint;

    grid_glyph(paint->grid, work->row, paint->layout->left + column,
               is_touch(work) ? STYLE_MEMORY : STYLE_VALUE,
               count < 4    ? paint_glyph(paint, "░", "+")
               : count < 16 ? paint_glyph(paint, "▒", "*")
                            : paint_glyph(paint, "▓", "#"));
}

static void mark_touch(struct object_paint *work, int column, size_t from,
                       size_t to)
{
    struct paint *paint = work->paint;
    unsigned flags = 0;

    for (size_t i = from; i < to; i++)
        flags |= work->object->samples[i].flags;
    if (to - from > 1 && !(flags & SAMPLE_CONFLICT)) {
        mark_merged(work, column, to - from);
        return;
    }
    grid_glyph(paint->grid, work->row, paint->layout->left + column,
               flags & SAMPLE_CONFLICT ? STYLE_ALARM : STYLE_MEMORY,
               flags & SAMPLE_CONFLICT ? "!"
               : flags & SAMPLE_WRITES ? "w"
                                       : "r");
}

static bool says_the_same(const struct object_paint *work, size_t index)
{
    const struct model_sample *sample = work->object->samples + index;

    if (index == 0 || is_touch(work))
        return false;
    return sample[0].owner == sample[-1].owner &&
           sample[0].value == sample[-1].value &&
           sample[0].waiters == sample[-1].waiters &&
           sample[0].writers == sample[-1].writers &&
           sample[0].readers == sample[-1].readers;
}

static void change(struct object_paint *work, int column, size_t from,
                   size_t to)
{
    const struct model_sample *sample = work->object->samples + to - 1;
    struct phrase phrase = phrase_in(work->text, sizeof work->text);

    if (to - from == 1 && says_the_same(work, to - 1)) {
        fill(work, column, sample);
        return;
    }
    flush(work, column);
    work->text[0] = '\0';
    describe(work, sample, &phrase);
    work->text_at = column;
    work->text_gap = is_touch(work) || work->object->sort == SORT_LOCK ||
                     to - from > 1;
    work->text_style = work->object->sort == SORT_LOCK ? STYLE_HOLDS
                       : sample->flags & SAMPLE_CONFLICT
                           ? STYLE_ALARM
                           : STYLE_VALUE;
    fill(work, column, sample);
    if (is_touch(work))
        mark_touch(work, column, from, to);
    else if (to - from > 1)
        mark_merged(work, column, to - from);
}

static size_t samples_before(const struct model_object *object,
                             uint32_t position)
{
    const struct model_sample *sample =
        position == 0 ? NULL : model_sample(object, position - 1);

    return sample == NULL ? 0 : (size_t)(sample - object->samples) + 1;
}

void paint_object(struct paint *paint, int row, uint32_t number)
{
    const struct model_object *object = paint->model->objects + number;
    struct object_paint work = {
        .paint = paint, .object = object, .row = row, .text_at = -1};
    size_t from = samples_before(object, paint->first[0]);
    int column;

    if (from > 0 && !is_touch(&work))
        change(&work, 0, from - 1, from);
    for (column = 0; column < paint->layout->width; column++) {
        uint32_t limit = paint->first[column + 1];
        size_t to;

        if (paint->first[column] >= paint->end)
            break;
        to = samples_before(object,
                            limit < paint->end ? limit : paint->end);
        if (to > from)
            change(&work, column, from, to);
        else if (from > 0 && (column > 0 || is_touch(&work)))
            fill(&work, column, object->samples + from - 1);
        from = to;
    }
    flush(&work, from == object->count ? paint->layout->width : column);
}
