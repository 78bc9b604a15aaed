/*
 * leftover.c - see leftover.h.
 *
 * On Linux both are files in one folder: shm_open("/x") is "x" there,
 * sem_open("/x") is "sem.x".
 */
#define _GNU_SOURCE /* scandir */
#include "run/leftover.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trace/fail.h"

#define FOLDER "/dev/shm"

static struct dirent **before;
static int before_count;

void leftover_begin(void)
{
    before_count = scandir(FOLDER, &before, NULL, NULL);
}

static bool was_there(const char *name)
{
    for (int i = 0; i < before_count; i++)
        if (strcmp(before[i]->d_name, name) == 0)
            return true;
    return false;
}

static void forget(void)
{
    for (int i = 0; i < before_count; i++)
        free(before[i]);
    free(before);
    before = NULL;
    before_count = 0;
}

static void take_away(const char *prefix, const char *name,
                      const char *what)
{
    char file[300], path[320];
    struct stat about;

    snprintf(file, sizeof file, "%s%s", prefix, name);
    snprintf(path, sizeof path, FOLDER "/%s", file);
    if (!was_there(file) && lstat(path, &about) == 0 &&
        S_ISREG(about.st_mode) && about.st_uid == geteuid() &&
        unlink(path) == 0)
        complain("the program left the %s /%s behind; it is removed now",
                 what, name);
}

void leftover_end(const struct trace *trace)
{
    for (uint32_t i = 0; i < trace_count(trace); i++) {
        const struct event *event = trace_read(trace, i);
        const char *name;

        if (event == NULL || (event_kind(event) != KIND_OPEN &&
                              event_kind(event) != KIND_OBJECT_NAME))
            continue;
        name = trace_text(trace, event->text);
        if (*name++ != '/' || *name == '\0' || *name == '.' ||
            strlen(name) > 250 || strchr(name, '/') != NULL)
            continue;
        take_away("", name, "shared memory");
        take_away("sem.", name, "semaphore");
    }
    forget();
}
