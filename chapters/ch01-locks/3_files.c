/*
 * Three workers append to one file; every way out gives the lock back.
 *
 * Each worker wants to append nine lines, and each line takes two
 * writes, so without the lock the lines of one worker could be cut by
 * those of another. The page has room for fourteen lines only. The
 * worker that fills it leaves in the middle of its report, and were
 * it to keep the lock then, those behind it would wait for ever.
 *
 * Some languages have a word that gives a lock back on every path. In
 * C a function does it: report() may return from wherever it likes,
 * and all its ways out lead to the one unlock in worker().
 *
 * Expect: always ok: each worker's lines stand together, 14 in all
 * Compare: a lock keeps pairs whole, and parallel work becomes serial
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS is not in POSIX */
#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 3, LINES = 9, ROOM = 14 };

struct page {
    pthread_mutex_t lock;
    int room; /* how many more lines fit, guarded by lock */
};

static struct page *page; /* shared by all the processes */
static int log_file;      /* so is its place to write next */

static bool put(const char *text)
{
    ssize_t length = strlen(text);

    return write(log_file, text, length) == length;
}

/* Appends one line in two writes; false if it fails or if none fits. */
static bool append(int number, int line)
{
    char who[32], what[32];

    if (page->room == 0)
        return false;
    page->room--;
    snprintf(who, sizeof who, "worker %d: ", number);
    snprintf(what, sizeof what, "line %d\n", line);
    return put(who) && put(what);
}

/* Appends a worker's lines and returns how many it could. */
static int report(int number)
{
    for (int line = 1; line <= LINES; line++)
        if (!append(number, line)) // f2
            return line - 1;       // f3: one way out
    return LINES;                  // f4: the other
}

static void worker(int number)
{
    pthread_mutex_lock(&page->lock);   // f1
    int lines = report(number);
    pthread_mutex_unlock(&page->lock); // f5: where both ways lead
    printf("worker %d wrote %d lines\n", number, lines);
}

static void start(int number)
{
    pid_t pid = fork();

    if (pid < 0) {
        perror("fork");
        exit(2);
    }
    if (pid == 0) {
        worker(number);
        exit(0);
    }
}

/* Waits for every child and returns how many of them failed. */
static int wait_for_all(void)
{
    int status, failed = 0;

    while (wait(&status) > 0)
        failed += status != 0;
    return failed;
}

/* A page in memory that children share, with a lock to share. */
static struct page *new_page(void)
{
    pthread_mutexattr_t attr;
    struct page *new = mmap(NULL, sizeof *new, PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (new == MAP_FAILED) {
        perror("mmap");
        exit(2);
    }
    new->room = ROOM;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&new->lock, &attr);
    pthread_mutexattr_destroy(&attr);
    return new;
}

/* A file without a name: it goes when the last process that has it. */
static int unnamed_file(void)
{
    FILE *file = tmpfile();

    if (file == NULL) {
        perror("tmpfile");
        exit(2);
    }
    return fileno(file);
}

/* A worker that comes back after another was there is an error. */
static int check_lines(char *text)
{
    int lines = 0, last_who = 0, last_line = 0;

    for (char *s = strtok(text, "\n"); s; s = strtok(NULL, "\n")) {
        int who = 0, line = 0;
        sscanf(s, "worker %d: line %d", &who, &line);
        assert(line == (who == last_who ? last_line + 1 : 1));
        last_who = who;
        last_line = line;
        lines++;
    }
    return lines;
}

int main(void)
{
    char text[1024] = "";

    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    page = new_page();
    log_file = unnamed_file();
    for (int i = 1; i <= WORKERS; i++)
        start(i);
    int failed = wait_for_all();
    if (pread(log_file, text, sizeof text - 1, 0) < 0)
        perror("log_file");
    printf("%s", text);
    int lines = check_lines(text);
    printf("%d lines in the file\n", lines);
    assert(lines == ROOM);
    return failed > 0;
}
