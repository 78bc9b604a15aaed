/*
 * check_trace_whole.c - files that appear whole or not at all:
 * trace/whole.h.
 */
#define _GNU_SOURCE /* mkdtemp, O_TMPFILE */
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace/whole.h"

static char folder[64]; /* a fresh one for each test */
static char file[96];

static void make_folder(void)
{
    strcpy(folder, "/tmp/check_whole.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/file", folder);
}

static void remove_folder(void)
{
    DIR *all = opendir(folder);
    struct dirent *entry;

    while ((entry = readdir(all)) != NULL)
        unlinkat(dirfd(all), entry->d_name, 0);
    closedir(all);
    rmdir(folder);
}

static int files_in_folder(void)
{
    DIR *all = opendir(folder);
    int count = -2; /* . and .. */

    while (readdir(all) != NULL)
        count++;
    closedir(all);
    return count;
}

static void ck_holds(const char *path, const char *expected)
{
    char text[64];
    int in = open(path, O_RDONLY);
    ssize_t length = read(in, text, sizeof text - 1);

    ck_assert_int_ge(length, 0);
    text[length] = '\0';
    ck_assert_str_eq(text, expected);
    close(in);
}

static bool write_words(const char *path, const char *words, bool keep)
{
    struct whole whole = whole_open(path);

    if (whole.file >= 0 &&
        write(whole.file, words, strlen(words)) != (ssize_t)strlen(words))
        return false;
    return whole_close(&whole, keep);
}

START_TEST(a_new_file_appears_when_it_is_whole)
{
    struct whole whole = whole_open(file);

    ck_assert_int_ge(whole.file, 0);
    ck_assert_int_eq(access(file, F_OK), -1);
    ck_assert_int_eq(write(whole.file, "new", 3), 3);
    ck_assert(whole_close(&whole, true));
    ck_holds(file, "new");
    ck_assert_int_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(an_older_file_is_replaced)
{
    ck_assert(write_words(file, "the older one", true));
    ck_assert(write_words(file, "new", true));
    ck_holds(file, "new");
    ck_assert_int_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(forgotten_it_leaves_the_older_file)
{
    struct whole whole;

    ck_assert(write_words(file, "old", true));
    whole = whole_open(file);
    ck_assert_int_eq(write(whole.file, "half", 4), 4);
    errno = ENOSPC;
    ck_assert(!whole_close(&whole, false));
    ck_assert_int_eq(errno, ENOSPC);
    ck_holds(file, "old");
    ck_assert_int_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(who_is_killed_meanwhile_leaves_nothing)
{
    int status;

    ck_assert(write_words(file, "old", true));
    if (fork() == 0) {
        struct whole whole = whole_open(file);

        if (write(whole.file, "half", 4) == 4)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    ck_assert_int_gt(wait(&status), 0);
    ck_assert(WIFSIGNALED(status));
    ck_holds(file, "old");
    ck_assert_int_eq(files_in_folder(), 1);
}
END_TEST

/* Left by somebody who was killed between giving a name and rename. */
START_TEST(a_leftover_name_is_no_obstacle)
{
    char left[112];

    snprintf(left, sizeof left, "%s.0", file);
    ck_assert(write_words(file, "old", true));
    ck_assert(write_words(left, "left", true));
    ck_assert(write_words(file, "new", true));
    ck_holds(file, "new");
    ck_holds(left, "left");
    ck_assert_int_eq(files_in_folder(), 2);
}
END_TEST

START_TEST(a_link_stays_a_link)
{
    char target[112];
    struct stat about;

    snprintf(target, sizeof target, "%s/target", folder);
    ck_assert(write_words(target, "old", true));
    ck_assert_int_eq(symlink(target, file), 0);
    ck_assert(write_words(file, "new", true));
    ck_assert_int_eq(lstat(file, &about), 0);
    ck_assert(S_ISLNK(about.st_mode));
    ck_holds(target, "new");
}
END_TEST

START_TEST(only_a_plain_file_is_replaced)
{
    struct stat about;

    ck_assert_int_eq(mkfifo(file, 0600), 0);
    ck_assert(!write_words(file, "new", true));
    ck_assert_int_eq(errno, EINVAL);
    ck_assert_int_eq(stat(file, &about), 0);
    ck_assert(S_ISFIFO(about.st_mode));
    ck_assert(!write_words(folder, "new", true));
    ck_assert_int_eq(errno, EISDIR);
    ck_assert_int_eq(files_in_folder(), 1);
}
END_TEST

START_TEST(a_folder_must_exist)
{
    strcat(file, "/none");
    ck_assert(!write_words(file, "new", true));
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(files_in_folder(), 0);
}
END_TEST

START_TEST(umask_is_respected)
{
    struct stat about;

    umask(027);
    ck_assert(write_words(file, "new", true));
    ck_assert_int_eq(stat(file, &about), 0);
    ck_assert_uint_eq(about.st_mode & 0777, 0640);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace whole");
    TCase *tests = tcase_create("files");
    SRunner *runner;
    int failures;

    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_test(tests, a_new_file_appears_when_it_is_whole);
    tcase_add_test(tests, an_older_file_is_replaced);
    tcase_add_test(tests, forgotten_it_leaves_the_older_file);
    tcase_add_test(tests, who_is_killed_meanwhile_leaves_nothing);
    tcase_add_test(tests, a_leftover_name_is_no_obstacle);
    tcase_add_test(tests, a_link_stays_a_link);
    tcase_add_test(tests, only_a_plain_file_is_replaced);
    tcase_add_test(tests, a_folder_must_exist);
    tcase_add_test(tests, umask_is_respected);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
