/*
 * whole.c - see whole.h.
 *
 * O_TMPFILE makes a file without a name, linkat gives it one.  linkat
 * replaces nothing, so over an older file it goes by a second name and
 * rename.  Where the file system cannot do that, mkostemp's file has a
 * second name from the start.
 */
#define _GNU_SOURCE /* asprintf, mkostemp, O_TMPFILE */
#include "whole.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MAX 1000

static int open_unnamed(const char *path)
{
    char *copy = strdup(path);
    int file = -1;

    if (copy == NULL)
        return -1;
    file = open(dirname(copy), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
    free(copy);
    return file;
}

static int open_named(const char *path, char **temporary)
{
    mode_t mask = umask(0);
    int file;

    umask(mask);
    if (asprintf(temporary, "%s.XXXXXX", path) < 0) {
        *temporary = NULL;
        return -1;
    }
    file = mkostemp(*temporary, O_CLOEXEC);
    if (file >= 0) {
        fchmod(file, 0666 & ~mask);
        return file;
    }
    free(*temporary);
    *temporary = NULL;
    return -1;
}

struct whole whole_open(const char *path)
{
    struct whole whole = {.file = -1};
    struct stat about;

    whole.path = realpath(path, NULL);
    if (whole.path == NULL)
        whole.path = strdup(path);
    if (whole.path == NULL)
        return whole;
    if (stat(whole.path, &about) == 0 && !S_ISREG(about.st_mode)) {
        errno = S_ISDIR(about.st_mode) ? EISDIR : EINVAL;
        return whole;
    }
    whole.file = open_unnamed(whole.path);
    if (whole.file < 0)
        whole.file = open_named(whole.path, &whole.temporary);
    return whole;
}

static bool link_as(int file, const char *path)
{
    char self[64];

    snprintf(self, sizeof self, "/proc/self/fd/%d", file);
    return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0;
}

/* Makes a second name; one may be left from somebody who was killed. */
static bool link_beside(struct whole *whole)
{
    for (int i = 0; i < NAMES_MAX; i++) {
        if (asprintf(&whole->temporary, "%s.%d", whole->path, i) < 0) {
            whole->temporary = NULL;
            return false;
        }
        if (link_as(whole->file, whole->temporary))
            return true;
        free(whole->temporary);
        whole->temporary = NULL;
        if (errno != EEXIST)
            return false;
    }
    return false;
}

static bool give_name(struct whole *whole)
{
    if (whole->temporary == NULL) {
        if (link_as(whole->file, whole->path))
            return true;
        if (errno != EEXIST || !link_beside(whole))
            return false;
    }
    if (rename(whole->temporary, whole->path) < 0)
        return false;
    free(whole->temporary);
    whole->temporary = NULL;
    return true;
}

bool whole_close(struct whole *whole, bool keep)
{
    bool kept = keep && whole->file >= 0 && give_name(whole);
    int error = errno;

    if (whole->temporary != NULL)
        unlink(whole->temporary);
    if (whole->file >= 0)
        close(whole->file);
    free(whole->temporary);
    free(whole->path);
    *whole = (struct whole){.file = -1};
    errno = error;
    return kept;
}
