/*
 * exports.h - reads back what was exported, for tests.
 *
 * Each reader turns one format into the list of its lines, so that they
 * can be compared; on the way it checks the rules of the format.
 * SVG is read by expat, JSON by jansson.
 *
 * For tests that are one source file each, so all of it is here.  Define
 * _GNU_SOURCE first.
 */
#ifndef TESTS_EXPORTS_H
#define TESTS_EXPORTS_H

#include <check.h>
#include <expat.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "show/row.h"

struct told {
    long event;
    char *words; /* "main locks a" */
};

struct story_told {
    struct told *lines;
    size_t count;
};

static inline void tell(struct story_told *story, long event,
                        const char *words)
{
    story->lines = realloc(story->lines,
                           (story->count + 1) * sizeof *story->lines);
    ck_assert_ptr_nonnull(story->lines);
    story->lines[story->count].event = event;
    story->lines[story->count++].words = strdup(words);
}

static inline void told_free(struct story_told *story)
{
    while (story->count > 0)
        free(story->lines[--story->count].words);
    free(story->lines);
    *story = (struct story_told){0};
}

static inline void ck_same_story(const struct story_told *one,
                                 const struct story_told *other)
{
    for (size_t i = 0; i < one->count && i < other->count; i++) {
        ck_assert_int_eq(one->lines[i].event, other->lines[i].event);
        ck_assert_str_eq(one->lines[i].words, other->lines[i].words);
    }
    ck_assert_uint_eq(one->count, other->count);
}

/* ---- text ---- */

/* Cuts `line` at its first tab and returns what is behind it. */
static inline char *next_field(char *line)
{
    char *tab = strchr(line, '\t');

    ck_assert_msg(tab != NULL, "no tab in: %s", line);
    *tab = '\0';
    return tab + 1;
}

static inline struct story_told read_text(const char *text)
{
    struct story_told story = {0};
    char *copy = strdup(text);

    for (char *line = copy, *end; *line != '\0'; line = end + 1) {
        char *time, *actor, *what, *where, words[4096], *rest;
        long event;

        end = strchr(line, '\n');
        ck_assert_msg(end != NULL, "the last line has no end");
        *end = '\0';
        if (*line == '#')
            continue;
        time = next_field(line);
        actor = next_field(time);
        what = next_field(actor);
        where = next_field(what);
        ck_assert_msg(strchr(where, '\t') == NULL, "a fifth tab");
        event = strtol(line, &rest, 10);
        ck_assert_int_eq(*rest, '\0');
        strtod(time, &rest);
        ck_assert_int_eq(*rest, '\0');
        snprintf(words, sizeof words, "%s %s", actor, what);
        tell(&story, event, words);
    }
    free(copy);
    return story;
}

/* ---- SVG ---- */

#define GLYPH 0.6021 /* of the size: a character of DejaVu Sans Mono */

struct drawing {
    struct story_told story;
    double width, height;
    int depth, title_depth, event_depth, text_depth;
    long event;
    char words[4096]; /* of the element that is open */
    size_t length;
    double x, y, size;
    bool bold, at_end, slanted;
    int texts;
};

static inline const char *attribute(const char **all, const char *name)
{
    for (; *all != NULL; all += 2)
        if (strcmp(*all, name) == 0)
            return all[1];
    return NULL;
}

static inline double number_at(const char **all, const char *name)
{
    const char *text = attribute(all, name);
    char *end;
    double number;

    ck_assert_msg(text != NULL, "no %s", name);
    number = strtod(text, &end);
    ck_assert_msg(end != text && *end == '\0', "%s is %s", name, text);
    return number;
}

static inline void start_text(struct drawing *drawing, const char **all)
{
    const char *anchor = attribute(all, "text-anchor");
    const char *size = attribute(all, "font-size");

    drawing->text_depth = drawing->depth;
    drawing->length = 0;
    drawing->x = number_at(all, "x");
    drawing->y = number_at(all, "y");
    drawing->size = size == NULL ? 13 : atof(size);
    drawing->at_end = anchor != NULL && strcmp(anchor, "end") == 0;
    drawing->slanted = attribute(all, "transform") != NULL;
}

static inline void ck_inside(const struct drawing *drawing, double x,
                             double y)
{
    ck_assert_msg(x >= 0 && x <= drawing->width && y >= 0 &&
                      y <= drawing->height,
                  "\"%s\" goes to %.1f %.1f, the picture to %.1f %.1f",
                  drawing->words, x, y, drawing->width, drawing->height);
}

/* Is the whole label in the picture? */
static inline void end_text(struct drawing *drawing)
{
    double width = row_measure(drawing->words, drawing->length, false) *
                   GLYPH * drawing->size;
    double start = drawing->at_end ? drawing->x - width : drawing->x;

    ck_inside(drawing, start, drawing->y);
    ck_inside(drawing, start, drawing->y - drawing->size);
    if (drawing->slanted)
        ck_inside(drawing, start + (width + drawing->size) * 0.7072,
                  drawing->y - (width + drawing->size) * 0.7072);
    else
        ck_inside(drawing, start + width, drawing->y + 3);
    drawing->texts++;
}

static inline void ck_no_script(const char *name, const char **all)
{
    ck_assert_str_ne(name, "script");
    ck_assert_str_ne(name, "foreignObject");
    ck_assert_str_ne(name, "image");
    for (; *all != NULL; all += 2)
        ck_assert_msg(strncmp(*all, "on", 2) != 0 &&
                          strstr(*all, "href") == NULL,
                      "attribute %s", *all);
}

static inline void svg_start(void *data, const char *name, const char **all)
{
    struct drawing *drawing = data;
    const char *class = attribute(all, "class");
    double x, y;

    drawing->depth++;
    ck_no_script(name, all);
    if (drawing->depth == 1) {
        ck_assert_str_eq(name, "svg");
        ck_assert_str_eq(attribute(all, "xmlns"),
                         "http://www.w3.org/2000/svg");
        ck_assert_int_eq(sscanf(attribute(all, "viewBox"), "0 0 %lf %lf",
                                &drawing->width, &drawing->height),
                         2);
    } else if (strcmp(name, "text") == 0) {
        start_text(drawing, all);
    } else if (strcmp(name, "title") == 0) {
        drawing->title_depth = drawing->depth;
        drawing->length = 0;
    } else if (strcmp(name, "path") == 0 && class != NULL) {
        strcpy(drawing->words, class);
        ck_assert_int_eq(sscanf(attribute(all, "d"), "M%lf,%lf", &x, &y),
                         2);
        ck_inside(drawing, x, y);
    }
    if (class != NULL && strcmp(class, "event") == 0) {
        drawing->event_depth = drawing->depth;
        drawing->event = (long)number_at(all, "data-event");
    }
}

static inline void svg_words(void *data, const char *text, int length)
{
    struct drawing *drawing = data;

    if (drawing->text_depth == 0 && drawing->title_depth == 0)
        return;
    ck_assert_uint_lt(drawing->length + (size_t)length,
                      sizeof drawing->words);
    memcpy(drawing->words + drawing->length, text, (size_t)length);
    drawing->length += (size_t)length;
    drawing->words[drawing->length] = '\0';
}

static inline void svg_end(void *data, const char *name)
{
    struct drawing *drawing = data;

    (void)name;
    if (drawing->depth == drawing->text_depth) {
        end_text(drawing);
        drawing->text_depth = 0;
    }
    if (drawing->depth == drawing->title_depth) {
        if (drawing->event_depth == drawing->depth - 1 &&
            drawing->depth > 2)
            tell(&drawing->story, drawing->event, drawing->words);
        drawing->title_depth = 0;
    }
    drawing->depth--;
}

static inline struct story_told read_svg(const char *text)
{
    struct drawing drawing = {0};
    XML_Parser parser = XML_ParserCreate("UTF-8");

    XML_SetUserData(parser, &drawing);
    XML_SetElementHandler(parser, svg_start, svg_end);
    XML_SetCharacterDataHandler(parser, svg_words);
    if (XML_Parse(parser, text, (int)strlen(text), 1) != XML_STATUS_OK)
        ck_abort_msg("SVG, line %lu: %s", XML_GetCurrentLineNumber(parser),
                     XML_ErrorString(XML_GetErrorCode(parser)));
    XML_ParserFree(parser);
    return drawing.story;
}

/* ---- trace event JSON ---- */

#define THREADS_MOST 512
#define PAIRS_MOST 8192

struct json_thread {
    long pid, tid;
    const char *name;
    double time; /* of its last slice's begin or end */
    size_t depth;
    double begun[64]; /* of the open slices */
};

/* Two ends that belong together: of a hold, of an arrow. */
struct json_pair {
    char id[64];
    bool open, closed;
    double time;
    long tid;
};

struct json_reader {
    struct story_told story;
    struct story_told briefs, sentences; /* without the actor */
    struct json_thread threads[THREADS_MOST];
    size_t thread_count;
    struct json_pair holds[PAIRS_MOST], arrows[PAIRS_MOST];
    size_t hold_count, arrow_count;
    size_t slices, instants, counters; /* how many there are */
};

static inline struct json_thread *json_thread(struct json_reader *reader,
                                              long pid, long tid)
{
    struct json_thread *thread = reader->threads;

    for (size_t i = 0; i < reader->thread_count; i++, thread++)
        if (thread->tid == tid) {
            ck_assert_int_eq(thread->pid, pid);
            return thread;
        }
    ck_assert_uint_lt(reader->thread_count, THREADS_MOST);
    reader->thread_count++;
    *thread = (struct json_thread){.pid = pid, .tid = tid};
    return thread;
}

static inline struct json_pair *json_pair(struct json_pair *pairs,
                                          size_t *count, const char *id)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(pairs[i].id, id) == 0)
            return pairs + i;
    ck_assert_uint_lt(*count, PAIRS_MOST);
    pairs[*count] = (struct json_pair){0};
    snprintf(pairs[*count].id, sizeof pairs->id, "%s", id);
    return pairs + (*count)++;
}

static inline long json_whole(const json_t *element, const char *name)
{
    const json_t *value = json_object_get(element, name);

    ck_assert_msg(json_is_integer(value), "%s is no whole number", name);
    return (long)json_integer_value(value);
}

static inline const char *json_text(const json_t *element, const char *name)
{
    const char *text = json_string_value(json_object_get(element, name));

    ck_assert_msg(text != NULL, "%s is no string", name);
    return text;
}

static inline void json_about(struct json_reader *reader,
                              const json_t *element)
{
    const char *name = json_text(element, "name");
    const json_t *args = json_object_get(element, "args");
    struct json_thread *thread = json_thread(
        reader, json_whole(element, "pid"), json_whole(element, "tid"));

    if (strcmp(name, "thread_name") == 0)
        thread->name = json_text(args, "name");
    else if (strcmp(name, "process_name") == 0)
        json_text(args, "name");
    else {
        ck_assert(strcmp(name, "thread_sort_index") == 0 ||
                  strcmp(name, "process_sort_index") == 0);
        json_whole(args, "sort_index");
    }
}

/* A thread's slices begin and end in the order of time, and nest. */
static inline void json_slice(struct json_reader *reader,
                              struct json_thread *thread, char phase,
                              double time)
{
    ck_assert_double_ge(time, thread->time);
    thread->time = time;
    if (phase == 'B') {
        ck_assert_uint_lt(thread->depth, 64);
        thread->begun[thread->depth++] = time;
        reader->slices++;
        return;
    }
    ck_assert_msg(thread->depth > 0, "an end without a begin");
    ck_assert_double_ge(time, thread->begun[--thread->depth]);
}

static inline void json_hold(struct json_reader *reader,
                             const json_t *element, char phase, double time)
{
    struct json_pair *hold;
    char id[64];

    snprintf(id, sizeof id, "%s %ld", json_text(element, "cat"),
             json_whole(element, "id"));
    hold = json_pair(reader->holds, &reader->hold_count, id);
    ck_assert_msg(hold->open == (phase == 'e'), "%s: %c", id, phase);
    ck_assert_double_ge(time, hold->time);
    hold->open = phase == 'b';
    hold->time = time;
}

static inline void json_arrow(struct json_reader *reader,
                              const struct json_thread *thread,
                              const json_t *element, char phase,
                              double time)
{
    struct json_pair *arrow;
    char id[64];

    snprintf(id, sizeof id, "%ld", json_whole(element, "id"));
    arrow = json_pair(reader->arrows, &reader->arrow_count, id);
    ck_assert_msg(thread->depth > 0, "an arrow at no slice");
    ck_assert_double_eq(time, thread->begun[thread->depth - 1]);
    if (phase == 's') {
        ck_assert(!arrow->open && !arrow->closed);
        arrow->open = true;
        arrow->time = time;
        arrow->tid = thread->tid;
        return;
    }
    ck_assert_str_eq(json_text(element, "bp"), "e");
    ck_assert_msg(arrow->open, "arrow %s has no start", id);
    ck_assert_double_ge(time, arrow->time);
    ck_assert_int_ne(arrow->tid, thread->tid);
    arrow->open = false;
    arrow->closed = true;
}

static inline void json_line(struct json_reader *reader,
                             const struct json_thread *thread,
                             const json_t *element)
{
    const json_t *args = json_object_get(element, "args");
    char words[4096];

    if (json_object_get(args, "event") == NULL)
        return;
    snprintf(words, sizeof words, "%s %s", thread->name,
             json_text(args, "sentence"));
    tell(&reader->story, json_whole(args, "event"), words);
    tell(&reader->briefs, json_whole(args, "event"),
         json_text(element, "name"));
    tell(&reader->sentences, json_whole(args, "event"),
         json_text(args, "sentence"));
}

static inline void json_counter(struct json_reader *reader,
                                const json_t *element)
{
    ck_assert(json_is_number(
        json_object_get(json_object_get(element, "args"), "value")));
    json_text(element, "name");
    reader->counters++;
}

static inline void json_element(struct json_reader *reader,
                                const json_t *element)
{
    const char *phase = json_text(element, "ph");
    const json_t *ts = json_object_get(element, "ts");
    double time = json_number_value(ts);
    struct json_thread *thread;

    ck_assert_uint_eq(strlen(phase), 1);
    if (*phase == 'M') {
        json_about(reader, element);
        return;
    }
    ck_assert(json_is_number(ts) && time >= 0);
    thread = json_thread(reader, json_whole(element, "pid"),
                         json_whole(element, "tid"));
    ck_assert_ptr_nonnull(thread->name);
    if (*phase != 'E')
        json_text(element, "name");
    switch (*phase) {
    case 'i':
        ck_assert_str_eq(json_text(element, "s"), "t");
        ck_assert_double_ge(time, thread->time);
        reader->instants++;
        break;
    case 'B':
    case 'E':
        json_slice(reader, thread, *phase, time);
        break;
    case 'b':
    case 'e':
        json_hold(reader, element, *phase, time);
        break;
    case 's':
    case 'f':
        json_arrow(reader, thread, element, *phase, time);
        break;
    case 'C':
        json_counter(reader, element);
        break;
    default:
        ck_abort_msg("phase %s", phase);
    }
    json_line(reader, thread, element);
}

static inline void json_ends(const struct json_reader *reader)
{
    for (size_t i = 0; i < reader->thread_count; i++)
        ck_assert_msg(reader->threads[i].depth == 0,
                      "a slice of %s never ends", reader->threads[i].name);
    for (size_t i = 0; i < reader->hold_count; i++)
        ck_assert_msg(!reader->holds[i].open, "%s never ends",
                      reader->holds[i].id);
    for (size_t i = 0; i < reader->arrow_count; i++)
        ck_assert_msg(reader->arrows[i].closed, "arrow %s has no end",
                      reader->arrows[i].id);
}

static inline void json_free(struct json_reader *reader)
{
    told_free(&reader->story);
    told_free(&reader->briefs);
    told_free(&reader->sentences);
}

/* Gives it all, to be ended with json_free. */
static inline struct json_reader *read_json(const char *text)
{
    static struct json_reader reader;
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    json_t *element;
    size_t i;

    reader = (struct json_reader){0};
    ck_assert_msg(root != NULL, "JSON, line %d: %s", error.line,
                  error.text);
    ck_assert(json_is_array(json_object_get(root, "traceEvents")));
    json_array_foreach(json_object_get(root, "traceEvents"), i, element)
        json_element(&reader, element);
    json_ends(&reader);
    json_decref(root);
    return &reader;
}

#endif
