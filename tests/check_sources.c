/*
 * check_sources.c - a run has its programs' source text, wherever it is
 * run from: show/places.c.
 */
#define _GNU_SOURCE /* pipe2 */
#include "command.h"

static char home[4096]; /* where make check runs: the checkout */

/* The whole of a file in the folder. */
static const char *bytes_of(const char *name, size_t *size)
{
    FILE *file = fopen(name, "r");

    ck_assert_ptr_nonnull(file);
    return read_whole(file, size);
}

static void save_from(const char *where, const char *as)
{
    char path[200];
    struct command command;

    snprintf(path, sizeof path, "%s/%s", folder, as);
    ck_assert_int_eq(chdir(where), 0);
    command = start("known_lost_update", "--seed", "3", "--save", path,
                    NULL);
    finish(&command);
    ck_assert_int_eq(chdir(folder), 0);
}

START_TEST(the_same_bytes_from_any_folder)
{
    static const char line[] = "int main(void)\n";
    size_t size, other_size;
    const char *bytes, *other;

    save_from(folder, "here.trace");
    save_from(home, "home.trace");
    save_from("/", "above.trace");
    bytes = bytes_of("here.trace", &size);
    ck_assert_ptr_nonnull(memmem(bytes, size, line, strlen(line)));
    other = bytes_of("home.trace", &other_size);
    ck_assert_uint_eq(size, other_size);
    ck_assert_mem_eq(bytes, other, size);
    other = bytes_of("above.trace", &other_size);
    ck_assert_uint_eq(size, other_size);
    ck_assert_mem_eq(bytes, other, size);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sources");
    TCase *tests = group("places");

    if (getcwd(home, sizeof home) == NULL)
        return 2;
    tcase_add_test(tests, the_same_bytes_from_any_folder);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
