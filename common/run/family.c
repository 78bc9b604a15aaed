/*
 * family.c - see family.h.
 *
 * Who descends from whom is read from /proc, by the parent that each
 * process names.  Nobody gets away: an orphan's parent becomes the
 * nearest subreaper, which is the keeper, whatever session or group the
 * orphan has moved to.
 *
 * Killing process by process can be outrun by a program that forks all
 * the time; killing a process group cannot, because the kernel lets no
 * fork pass it by.  So each round kills both ways, and rounds go on
 * until the kernel says that there is nobody.
 */
#define _GNU_SOURCE /* sigtimedwait, O_CLOEXEC */
#include "run/family.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "trace/fail.h"

#define FREEZE_ROUNDS_MAX 1000

static size_t read_whole(const char *path, char *out, size_t size)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length;

    if (file < 0)
        return 0;
    length = read(file, out, size - 1);
    close(file);
    if (length <= 0)
        return 0;
    out[length] = '\0';
    return (size_t)length;
}

/* Fields of /proc/PID/stat, counted as in proc(5). */
enum {
    FIELD_STATE = 3,
    FIELD_PARENT = 4,
    FIELD_GROUP = 5,
    FIELD_THREADS = 20,
    FIELD_BORN = 22,
    FIELD_WAIT_STATUS = 52
};

static bool read_member(pid_t pid, struct member *member)
{
    unsigned long long fields[FIELD_WAIT_STATUS + 1] = {0};
    char path[64], text[1024], *at;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (read_whole(path, text, sizeof text) == 0)
        return false;
    at = strrchr(text, ')'); /* the name before it may hold anything */
    if (at == NULL || at[1] != ' ')
        return false;
    member->pid = pid;
    member->state = at[2];
    at += 3;
    for (int i = FIELD_STATE + 1; i <= FIELD_WAIT_STATUS; i++)
        fields[i] = strtoull(at, &at, 10);
    member->parent = (pid_t)fields[FIELD_PARENT];
    member->group = (pid_t)fields[FIELD_GROUP];
    member->threads = (int)fields[FIELD_THREADS];
    member->born = fields[FIELD_BORN];
    member->wait_status = (int)fields[FIELD_WAIT_STATUS];
    return true;
}

bool member_is_dead(const struct member *member)
{
    return (member->state == 'Z' || member->state == 'X') &&
           member->threads <= 1;
}

uint64_t family_born(pid_t pid)
{
    struct member member;

    return read_member(pid, &member) ? member.born : 0;
}

static void add(struct family *family, const struct member *member)
{
    if (family->count == family->room) {
        size_t room = family->room == 0 ? 256 : family->room * 2;
        struct member *more =
            realloc(family->members, room * sizeof *more);

        if (more == NULL)
            die("out of memory");
        family->members = more;
        family->room = room;
    }
    family->members[family->count++] = *member;
}

static void read_everybody(struct family *everybody, uint64_t since)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    struct member member;

    if (folder == NULL)
        die("cannot read /proc, which tells who has to be ended:");
    everybody->count = 0;
    while ((entry = readdir(folder)) != NULL)
        if (isdigit((unsigned char)entry->d_name[0]) &&
            read_member((pid_t)atoi(entry->d_name), &member) &&
            member.born >= since)
            add(everybody, &member);
    closedir(folder);
}

static bool is_in(const struct family *family, size_t count, pid_t pid)
{
    for (size_t i = 0; i < count; i++)
        if (family->members[i].pid == pid)
            return true;
    return false;
}

/* Moves descendants to the front, generation by generation. */
void family_scan(struct family *family, pid_t root, uint64_t since)
{
    size_t found = 0, before;

    read_everybody(family, since);
    do {
        before = found;
        for (size_t i = found; i < family->count; i++) {
            struct member member = family->members[i];

            if (member.parent != root &&
                !is_in(family, found, member.parent))
                continue;
            family->members[i] = family->members[found];
            family->members[found++] = member;
        }
    } while (found > before);
    family->count = found;
}

void family_free(struct family *family)
{
    free(family->members);
    memset(family, 0, sizeof *family);
}

/* The harness's own group is spared: a program may have joined it. */
static void send_to(const struct member *member, int signal)
{
    if (member->group > 1 && member->group != getpgrp())
        kill(-member->group, signal);
    kill(member->pid, signal);
}

void family_freeze(struct family *family, uint64_t since)
{
    struct family known = {0};
    bool grew = true;

    for (int round = 0; grew && round < FREEZE_ROUNDS_MAX; round++) {
        grew = false;
        family_scan(family, getpid(), since);
        for (size_t i = 0; i < family->count; i++) {
            struct member *member = family->members + i;

            if (is_in(&known, known.count, member->pid))
                continue;
            add(&known, member);
            grew = true;
            if (!member_is_dead(member))
                send_to(member, SIGSTOP);
        }
    }
    family_free(&known);
}

/* Returns false once this process has no child, dead or alive. */
static bool reap_the_dead(void)
{
    pid_t pid;

    do
        pid = waitpid(-1, NULL, WNOHANG | __WALL);
    while (pid > 0 || (pid < 0 && errno == EINTR));
    return pid == 0;
}

static void wait_for_a_death(void)
{
    const struct timespec moment = {.tv_nsec = 5000000};
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigtimedwait(&set, NULL, &moment);
}

void family_end(uint64_t since)
{
    struct family family = {0};

    while (reap_the_dead()) {
        family_scan(&family, getpid(), since);
        if (family.count == 0 && since != 0)
            break;
        for (size_t i = 0; i < family.count; i++)
            send_to(family.members + i, SIGKILL);
        wait_for_a_death();
    }
    family_free(&family);
}
