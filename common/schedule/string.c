/*
 * string.c - a schedule as something to paste.
 *
 * Each run of choices of the same actor is a count (left out if 1) and
 * the actor: a to z are the first 26, Aa to Zz the next 676, and so on.
 * Only real choices are there: a step that only one actor could take is
 * none.  At the end '.', the version and the program's checksum:
 *
 *     3ab12c.1f0c2
 *
 * No choices at all are "0"; '~' in front says that time was eager.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "schedule/schedule.h"

#define STRING_VERSION '1'

struct writer {
    char *out;
    size_t size, length;
};

static void put(struct writer *writer, char byte)
{
    if (writer->length + 1 < writer->size)
        writer->out[writer->length] = byte;
    writer->length++;
}

static void put_text(struct writer *writer, const char *text)
{
    while (*text != '\0')
        put(writer, *text++);
}

static void put_actor(struct writer *writer, uint32_t actor)
{
    char digits[8];
    int count = 0;

    for (uint32_t high = actor / 26; high > 0; high = (high - 1) / 26)
        digits[count++] = (char)('A' + (high - 1) % 26);
    while (count > 0)
        put(writer, digits[--count]);
    put(writer, (char)('a' + actor % 26));
}

size_t schedule_print(const uint16_t *choices, uint32_t count, bool eager,
                      uint16_t sum, char *out, size_t size)
{
    struct writer writer = {out, size, 0};
    char text[16];

    if (eager)
        put(&writer, '~');
    if (count == 0)
        put(&writer, '0');
    for (uint32_t i = 0, run; i < count; i += run) {
        for (run = 1; i + run < count && choices[i + run] == choices[i];)
            run++;
        if (run > 1) {
            snprintf(text, sizeof text, "%u", run);
            put_text(&writer, text);
        }
        put_actor(&writer, choices[i]);
    }
    snprintf(text, sizeof text, ".%c%04x", STRING_VERSION, sum);
    put_text(&writer, text);
    if (size > 0)
        out[writer.length < size ? writer.length : size - 1] = '\0';
    return writer.length;
}

static const char *parse_end(const char *end, uint16_t *sum)
{
    unsigned value = 0;

    if (*end != '.')
        return "it has no '.' and checksum at its end; is it whole?";
    if (end[1] != STRING_VERSION)
        return "another version of this program made it";
    for (int i = 0; i < 4; i++) {
        char c = end[2 + i];

        if (!isxdigit((unsigned char)c))
            return "its checksum is cut short";
        value = value << 4 | (unsigned)(c <= '9' ? c - '0'
                                                 : (c | 32) - 'a' + 10);
    }
    if (end[6] != '\0')
        return "something follows its checksum";
    *sum = (uint16_t)value;
    return NULL;
}

/* One run; returns where it ends, NULL if there is none at `at`. */
static const char *parse_run(const char *at, uint32_t *run,
                             uint32_t *actor)
{
    uint32_t high = 0;

    if (*at == '0')
        return NULL;
    *run = isdigit((unsigned char)*at) ? 0 : 1;
    for (; isdigit((unsigned char)*at); at++)
        if (*run <= SCHEDULE_CHOICES_MAX) /* more is too long anyway */
            *run = *run * 10 + (uint32_t)(*at - '0');
    for (; *at >= 'A' && *at <= 'Z' && high < TRACE_ACTORS_MAX; at++)
        high = high * 26 + (uint32_t)(*at - 'A') + 1;
    if (*at < 'a' || *at > 'z')
        return NULL;
    *actor = high * 26 + (uint32_t)(*at - 'a');
    return at + 1;
}

int schedule_parse(const char *string, uint16_t *choices, uint32_t room,
                   bool *eager, uint16_t *sum, const char **wrong)
{
    const char *at = string;
    uint32_t count = 0, run, actor;

    *eager = *at == '~';
    if (*eager)
        at++;
    if (at[0] == '0' && (at[1] == '.' || at[1] == '\0'))
        at++;
    while (*at != '.' && *at != '\0') {
        at = parse_run(at, &run, &actor);
        if (at == NULL || actor >= TRACE_ACTORS_MAX) {
            *wrong = "it is no row of counts and letters";
            return -1;
        }
        if (run > room - count) {
            *wrong = "it is too long";
            return -1;
        }
        while (run-- > 0)
            choices[count++] = (uint16_t)actor;
    }
    *wrong = parse_end(at, sum);
    return *wrong == NULL ? (int)count : -1;
}
