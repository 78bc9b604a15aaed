/*
 * command.h - runs the binary of all tests/programs as a user would.
 *
 * The test's process is a subreaper: whoever is left behind by the
 * command becomes its child, so "nobody is left" is what wait() says,
 * not a matter of time.  Each test runs in a fresh folder.
 *
 * For tests that are one source file each, so all of it is here.  Define
 * _GNU_SOURCE first.
 */
#ifndef TESTS_COMMAND_H
#define TESTS_COMMAND_H

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 12
#define READY 9 /* where tests/programs/run_waits.c says it is ready */

static char binary[4096]; /* of all tests/programs */
static char folder[64];   /* a fresh one, in which the command runs */

/* A command that runs, and what came of it. */
struct command {
    pid_t pid;
    int ready; /* read end: see READY */
    FILE *out, *err;
    int status; /* exit status, 128 + N if killed by N */
    char *said, *complained;
    size_t said_length, complained_length;
};

static inline void find_binary(void)
{
    char self[4000];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);

    ck_assert_int_gt(length, 0);
    self[length] = '\0';
    snprintf(binary, sizeof binary, "%s/../bin/programs", dirname(self));
}

static inline void set_up(void)
{
    find_binary();
    strcpy(folder, "/tmp/check_run.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
    ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1L), 0);
    unsetenv("COLUMNS");
    unsetenv("NO_COLOR");
}

/* Removes the folder and says how many files were in it. */
static inline int remove_folder(void)
{
    DIR *all = opendir(folder);
    struct dirent *entry;
    int count = 0;

    if (all == NULL)
        return 0; /* a test has removed it */
    while ((entry = readdir(all)) != NULL)
        count += unlinkat(dirfd(all), entry->d_name, 0) == 0;
    closedir(all);
    rmdir(folder);
    return count;
}

/* Texts that live as long as the test. */
static char *kept[32];
static size_t kept_count;

static inline char *keep(char *text)
{
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_lt(kept_count, sizeof kept / sizeof kept[0]);
    return kept[kept_count++] = text;
}

static inline void tear_down(void)
{
    remove_folder();
    while (kept_count > 0)
        free(kept[--kept_count]);
}

static inline void be_the_command(const struct command *command, int ready,
                           char *const *words)
{
    int nothing = open("/dev/null", O_RDONLY);

    dup2(nothing, STDIN_FILENO);
    dup2(fileno(command->out), STDOUT_FILENO);
    dup2(fileno(command->err), STDERR_FILENO);
    dup2(ready, READY);
    execv(binary, words);
    _exit(127);
}

static inline struct command start_words(char *const *words)
{
    struct command command = {.out = tmpfile(), .err = tmpfile()};
    int ready[2];

    ck_assert_int_eq(pipe2(ready, O_CLOEXEC), 0);
    command.ready = ready[0];
    command.pid = fork();
    if (command.pid == 0)
        be_the_command(&command, ready[1], words);
    close(ready[1]);
    return command;
}

static inline char *read_whole(FILE *file, size_t *length)
{
    char *text;

    fseek(file, 0, SEEK_END);
    *length = (size_t)ftell(file);
    rewind(file);
    text = keep(malloc(*length + 1));
    ck_assert_uint_eq(fread(text, 1, *length, file), *length);
    text[*length] = '\0';
    fclose(file);
    return text;
}

static inline int exit_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status)
                             : 128 + WTERMSIG(status);
}

static inline void collect(struct command *command)
{
    command->said = read_whole(command->out, &command->said_length);
    command->complained =
        read_whole(command->err, &command->complained_length);
    command->out = command->err = NULL;
    close(command->ready);
}

/* Waits for the command; after it nobody may be left, at once. */
static inline void finish(struct command *command)
{
    int status;

    ck_assert_int_eq(waitpid(command->pid, &status, 0), command->pid);
    ck_assert_msg(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD,
                  "somebody is left");
    command->status = exit_status(status);
    collect(command);
}

/* start("race", "--raw", NULL) */
static inline struct command start(const char *word, ...)
{
    char *words[WORDS_MAX] = {(char *)"./programs"};
    va_list rest;

    va_start(rest, word);
    for (int i = 1; word != NULL; i++) {
        words[i] = (char *)word;
        word = va_arg(rest, const char *);
    }
    va_end(rest);
    return start_words(words);
}

static inline struct command run_words(const char *line)
{
    char copy[512], *words[WORDS_MAX] = {(char *)"./programs"};
    struct command command;
    int count = 1;

    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word != NULL;
         word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    command = start_words(words);
    finish(&command);
    return command;
}

static inline void ck_has(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "no \"%s\" in:\n%s", part,
                  text);
}

static inline void ck_has_not(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "\"%s\" is in:\n%s", part,
                  text);
}

/* A group of tests, each in a folder of its own. */
static inline TCase *group(const char *name)
{
    TCase *tests = tcase_create(name);

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    return tests;
}

static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failures;

    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}

#endif
