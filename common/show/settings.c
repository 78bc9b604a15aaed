/*
 * settings.c - see settings.h.
 */
#include "show/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace/whole.h"

#define FILE_MOST 4096

/* The folder, made if `make`; false if there is no place for it. */
static bool find_folder(char *path, size_t size, bool make)
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    int length;

    /* A relative path is to be ignored, says the XDG specification. */
    if (config != NULL && config[0] == '/')
        length = snprintf(path, size, "%s", config);
    else if (home != NULL && home[0] == '/')
        length = snprintf(path, size, "%s/.config", home);
    else
        return false;
    if (length < 0 || (size_t)length + 32 > size)
        return false;
    if (make)
        mkdir(path, 0700);
    strcat(path, "/interleavings");
    if (make)
        mkdir(path, 0700);
    return true;
}

static const char *yes_no(bool yes)
{
    return yes ? "yes" : "no";
}

static bool take_yes_no(const char *value, bool *to)
{
    *to = strcmp(value, "yes") == 0;
    return *to || strcmp(value, "no") == 0;
}

static bool take_speed(const char *value, int *speed)
{
    char *end;
    long number = strtol(value, &end, 10);

    *speed = (int)number;
    return *value != '\0' && *end == '\0' && number >= -2 && number <= 12;
}

static bool take(struct view *view, const char *name, const char *value)
{
    if (strcmp(name, "palette") == 0) {
        view->palette = palette_named(value);
        return view->palette != PALETTE_COUNT;
    }
    if (strcmp(name, "axis") == 0) {
        view->axis =
            strcmp(value, "time") == 0 ? AXIS_TIME : AXIS_ORDER;
        return view->axis == AXIS_TIME || strcmp(value, "order") == 0;
    }
    if (strcmp(name, "source") == 0)
        return take_yes_no(value, &view->source);
    if (strcmp(name, "objects") == 0)
        return take_yes_no(value, &view->objects);
    if (strcmp(name, "big") == 0)
        return take_yes_no(value, &view->big);
    if (strcmp(name, "speed") == 0)
        return take_speed(value, &view->speed);
    return false;
}

static bool take_line(struct view *view, char *line)
{
    char *value = strchr(line, ' ');

    if (*line == '\0')
        return true;
    if (value == NULL)
        return false;
    *value++ = '\0';
    return take(view, line, value);
}

/* A text that was not written by us is no text of lines. */
static bool take_all(struct view *view, char *text, size_t length)
{
    if (memchr(text, '\0', length) != NULL || length >= FILE_MOST)
        return false;
    while (*text != '\0') {
        char *end = strchr(text, '\n');

        if (end == NULL)
            return false;
        *end = '\0';
        if (!take_line(view, text))
            return false;
        text = end + 1;
    }
    return true;
}

bool settings_load(struct view *view, char *problem, size_t size)
{
    char path[4096], text[FILE_MOST + 1];
    struct view copy = *view;
    size_t length;
    FILE *file;

    if (!find_folder(path, sizeof path, false))
        return true;
    strcat(path, "/timeline");
    file = fopen(path, "r");
    if (file == NULL)
        return true;
    length = fread(text, 1, FILE_MOST, file);
    text[length] = '\0';
    fclose(file);
    if (take_all(&copy, text, length)) {
        *view = copy;
        return true;
    }
    snprintf(problem, size, "%.100s is damaged: ignored", path);
    return false;
}

void settings_save(const struct view *view)
{
    char path[4096], text[512];
    struct whole file;
    int length;

    if (!find_folder(path, sizeof path, true))
        return;
    strcat(path, "/timeline");
    length = snprintf(text, sizeof text,
                      "palette %s\naxis %s\nsource %s\nobjects %s\n"
                      "big %s\nspeed %d\n",
                      palette_name(view->palette),
                      view->axis == AXIS_TIME ? "time" : "order",
                      yes_no(view->source), yes_no(view->objects),
                      yes_no(view->big), view->speed);
    file = whole_open(path);
    whole_close(&file, file.file >= 0 &&
                           write(file.file, text, (size_t)length) ==
                               length);
}
