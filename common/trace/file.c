/*
 * file.c - a trace as a file: written whole, mapped to be read.
 *
 * The file is the mapping with the unused room taken out: the header,
 * then each section at a multiple of 64 bytes.  The header carries a
 * checksum of itself; whatever the sections hold is checked where it is
 * read (trace_read, trace_text), so that opening costs the same however
 * long the trace is.
 */
#define _DEFAULT_SOURCE /* pwrite, ftruncate */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"
#include "image.h"
#include "whole.h"

/* FNV-1a, 32 bits. */
static uint32_t header_checksum(const struct trace *header)
{
    struct trace copy;
    const unsigned char *bytes = (const unsigned char *)&copy;
    uint32_t sum = 2166136261u;

    memcpy(&copy, header, sizeof copy);
    copy.checksum = 0;
    for (size_t i = 0; i < sizeof copy; i++)
        sum = (sum ^ bytes[i]) * 16777619u;
    return sum;
}

static uint64_t move_section(struct section *section, uint64_t at,
                             uint64_t count, size_t item)
{
    section->offset = (at + 63) & ~UINT64_C(63);
    section->count = count;
    return section->offset + count * item;
}

static uint64_t text_used(const struct trace *trace)
{
    uint64_t head = atomic_load(&trace->text_head);

    return head < trace->text.count ? head : trace->text.count;
}

static struct trace file_header(const struct trace *trace)
{
    struct trace header;
    uint64_t at = sizeof header;

    memcpy(&header, trace, sizeof header);
    at = move_section(&header.actors, at, trace_actor_count(trace),
                      sizeof(struct actor));
    at = move_section(&header.places, at, trace->place_count,
                      sizeof(struct place));
    at = move_section(&header.sources, at, trace->source_count,
                      sizeof(struct source));
    at = move_section(&header.symbols, at, 0, 1);
    at = move_section(&header.schedule, at, 0, 1);
    at = move_section(&header.text, at, text_used(trace), 1);
    at = move_section(&header.events, at, trace_count(trace),
                      sizeof(struct event));
    header.size = at;
    header.checksum = header_checksum(&header);
    return header;
}

static bool write_at(int file, const void *bytes, uint64_t size,
                     uint64_t at)
{
    const char *next = bytes;

    while (size > 0) {
        ssize_t written = pwrite(file, next, size, (off_t)at);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        next += written;
        at += (uint64_t)written;
        size -= (uint64_t)written;
    }
    return true;
}

static bool write_sections(int file, const struct trace *trace,
                           const struct trace *header)
{
    return write_at(file, header, sizeof *header, 0) &&
           write_at(file, image_actors(trace),
                    header->actors.count * sizeof(struct actor),
                    header->actors.offset) &&
           write_at(file, image_places(trace),
                    header->places.count * sizeof(struct place),
                    header->places.offset) &&
           write_at(file, image_sources(trace),
                    header->sources.count * sizeof(struct source),
                    header->sources.offset) &&
           write_at(file, image_text(trace), header->text.count,
                    header->text.offset) &&
           write_at(file, image_events(trace),
                    header->events.count * sizeof(struct event),
                    header->events.offset) &&
           ftruncate(file, (off_t)header->size) == 0;
}

/* A file that grows beyond the process's limit is to be an error like
 * any other, not a signal. */
static bool write_all(int file, const struct trace *trace,
                      const struct trace *header)
{
    void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
    bool written = write_sections(file, trace, header);
    int error = errno;

    signal(SIGXFSZ, before);
    errno = error;
    return written;
}

int trace_save(const struct trace *trace, const char *path)
{
    struct trace header = file_header(trace);
    struct whole whole = whole_open(path);
    bool written =
        whole.file >= 0 && write_all(whole.file, trace, &header);

    if (whole_close(&whole, written))
        return 0;
    complain("cannot save the trace as %s:", path);
    return -1;
}

static bool section_fits(const struct section *section, size_t item,
                         uint64_t size)
{
    return section->offset % 64 == 0 && section->offset <= size &&
           section->count <= (size - section->offset) / item;
}

/* Returns what is wrong with a mapped file, NULL if nothing is. */
static const char *find_damage(const struct trace *trace, uint64_t size)
{
    if (size < sizeof trace->magic ||
        memcmp(trace->magic, TRACE_MAGIC, sizeof trace->magic) != 0)
        return "it is no trace";
    if (size < sizeof *trace)
        return "it is cut short";
    if (trace->version != TRACE_VERSION ||
        trace->header_size != sizeof *trace)
        return "it was saved by another version of this program";
    if (trace->checksum != header_checksum(trace))
        return "its header is damaged";
    if (trace->size > size)
        return "it is cut short";
    if (trace->size < size)
        return "there is something behind its end";
    if (!section_fits(&trace->events, sizeof(struct event), size) ||
        !section_fits(&trace->actors, sizeof(struct actor), size) ||
        !section_fits(&trace->places, sizeof(struct place), size) ||
        !section_fits(&trace->sources, sizeof(struct source), size) ||
        !section_fits(&trace->symbols, 1, size) ||
        !section_fits(&trace->text, 1, size) || trace->text.count == 0 ||
        image_text(trace)[trace->text.count - 1] != '\0' ||
        trace->place_count > trace->places.count ||
        trace->source_count > trace->sources.count)
        return "it is damaged";
    return NULL;
}

struct trace *trace_open(const char *path)
{
    struct stat about;
    struct trace *trace = MAP_FAILED;
    const char *damage;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (file < 0 || fstat(file, &about) < 0) {
        complain("cannot open the trace %s:", path);
        if (file >= 0)
            close(file);
        return NULL;
    }
    if (S_ISREG(about.st_mode) && about.st_size > 0)
        trace = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE,
                     file, 0);
    close(file);
    if (trace == MAP_FAILED) {
        complain("cannot open %s: it is empty or no file", path);
        return NULL;
    }
    damage = find_damage(trace, (uint64_t)about.st_size);
    if (damage == NULL)
        return trace;
    complain("cannot open %s: %s", path, damage);
    munmap(trace, (size_t)about.st_size);
    return NULL;
}
