/*
 * check_pictures.c - the pictures in pictures/ are what their commands
 * draw, and there are no others.
 *
 * Runs in the top folder; BUILD says where the programs were built.
 */
#define _GNU_SOURCE /* getline, mkdtemp */
#include <check.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exports.h"

#define PICTURES_MOST 64

/* Some runs depend on what the compiler makes of the kit. */
#ifdef __clang__
#define BY_GCC false
#else
#define BY_GCC true
#endif

static char names[PICTURES_MOST][64];
static bool by_gcc[PICTURES_MOST];
static size_t count;
static char folder[64];

/* The words before the first blank of each line. */
static void read_commands(void)
{
    FILE *file = fopen("pictures/commands", "r");
    char *line = NULL;
    size_t size = 0;

    ck_assert_ptr_nonnull(file);
    for (count = 0; getline(&line, &size, file) > 0;) {
        if (*line == '#' || *line == '\n')
            continue;
        ck_assert_uint_lt(count, PICTURES_MOST);
        by_gcc[count] = strstr(line, "# by gcc\n") != NULL;
        ck_assert_int_eq(sscanf(line, "%63s", names[count++]), 1);
    }
    free(line);
    fclose(file);
}

static char *text_of(const char *in, const char *name)
{
    char path[160], *text = NULL;
    size_t size = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", in, name);
    file = fopen(path, "r");
    ck_assert_msg(file != NULL, "there is no %s: make pictures", path);
    ck_assert(getdelim(&text, &size, '\0', file) > 0);
    fclose(file);
    return text;
}

START_TEST(pictures_are_current)
{
    char command[160];

    read_commands();
    strcpy(folder, "/tmp/check_pictures.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(command, sizeof command, "pictures/draw.sh %s", folder);
    ck_assert_int_eq(system(command), 0);
    for (size_t i = 0; i < count; i++) {
        char *kept = text_of("pictures", names[i]);
        char *drawn = text_of(folder, names[i]);

        if (BY_GCC || !by_gcc[i])
            ck_assert_msg(strcmp(kept, drawn) == 0,
                          "pictures/%s is old: make pictures, and look at "
                          "it",
                          names[i]);
        free(kept);
        free(drawn);
    }
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(every_picture_keeps_the_rules)
{
    read_commands();
    for (size_t i = 0; i < count; i++) {
        char *svg = text_of("pictures", names[i]);
        struct story_told drawn = read_svg(svg);

        ck_assert_uint_ge(drawn.count, 10);
        ck_assert_uint_le(drawn.count, 80); /* for a page, or a slide */
        told_free(&drawn);
        free(svg);
    }
}
END_TEST

START_TEST(every_picture_has_its_command)
{
    glob_t found;

    read_commands();
    ck_assert_int_eq(glob("pictures/*.svg", 0, NULL, &found), 0);
    ck_assert_uint_eq(found.gl_pathc, count);
    globfree(&found);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pictures");
    TCase *tests = tcase_create("pictures");
    SRunner *runner = srunner_create(suite);
    int failures;

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, pictures_are_current);
    tcase_add_test(tests, every_picture_keeps_the_rules);
    tcase_add_test(tests, every_picture_has_its_command);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
