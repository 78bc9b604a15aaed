/*
 * text.c - see text.h.
 */
#include "intercept/text.h"

#include "intercept/descriptor.h"
#include "intercept/real.h"
#include "intercept/record.h"

#define DATA_TEXT_MAX 64

static bool is_inside_character(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

size_t text_cut(const char *bytes, size_t length, size_t room)
{
    if (length <= room)
        return length;
    while (room > 0 && is_inside_character(bytes[room]))
        room--;
    return room;
}

size_t text_line(const char *bytes, size_t length)
{
    return length > 0 && bytes[length - 1] == '\n' ? length - 1 : length;
}

static bool is_text(unsigned char byte)
{
    return byte >= ' ' ? byte != 0x7f : byte == '\n' || byte == '\t';
}

size_t text_of_data(const char *bytes, size_t length)
{
    size_t kept = text_cut(bytes, length, DATA_TEXT_MAX);

    for (size_t i = 0; i < kept; i++)
        if (!is_text((unsigned char)bytes[i]))
            return 0;
    return text_line(bytes, kept);
}

static uint32_t say(const struct descriptor *about, const char *bytes,
                    size_t kept, size_t length, uint64_t pc)
{
    unsigned flags = about->speaks == STDERR_FILENO ? EVENT_STDERR : 0;
    size_t room;

    if (kept == length)
        length = kept = text_line(bytes, length);
    room = text_cut(bytes, kept, RECORD_TEXT_MAX);
    if (room == 0)
        return TRACE_NONE;
    if (room < length)
        flags |= EVENT_CUT;
    return record_text(KIND_SAY, 0, 0, pc, flags, bytes, room);
}

uint32_t text_say(int file, const char *bytes, size_t kept, size_t length,
                  uint64_t pc)
{
    struct descriptor about = descriptor_of(file);

    if (about.speaks)
        return say(&about, bytes, kept, length, pc);
    if (about.object == 0 || length == 0)
        return TRACE_NONE;
    return record_text(KIND_WRITE, about.object, (int64_t)length, pc,
                       about.ends, bytes, text_of_data(bytes, kept));
}
