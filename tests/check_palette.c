/*
 * check_palette.c - every palette can be read: show/palette.
 */
#include <check.h>

#include "show/palette.h"

#define TEXT_CONTRAST 4.5 /* WCAG 2.1, 1.4.3: the least for text */

static double contrast_of(int palette, int style, unsigned marks)
{
    struct look look =
        palette_look((enum palette)palette, (enum style)style, marks);

    return palette_contrast(look.ink, look.paper);
}

START_TEST(every_style_is_read_on_every_paper)
{
    for (int style = 0; style < STYLE_COUNT; style++)
        for (unsigned marks = 0; marks < 16; marks++)
            ck_assert_msg(contrast_of(_i, style, marks) >=
                              TEXT_CONTRAST,
                          "%s, style %d, marks %u: %.2f",
                          palette_name((enum palette)_i), style, marks,
                          contrast_of(_i, style, marks));
}
END_TEST

/* WCAG 1.4.6: 7 to 1, on the plain paper. */
START_TEST(high_contrast_is_higher)
{
    for (int style = 0; style < STYLE_COUNT; style++)
        ck_assert_double_ge(contrast_of(PALETTE_CONTRAST, style, 0), 7);
}
END_TEST

START_TEST(contrast_is_that_of_the_standard)
{
    ck_assert_double_eq_tol(palette_contrast(0, 0xffffff), 21, 0.001);
    ck_assert_double_eq_tol(palette_contrast(0x777777, 0xffffff), 4.478,
                            0.001);
}
END_TEST

START_TEST(names_lead_back)
{
    for (int i = 0; i < PALETTE_COUNT; i++)
        ck_assert_int_eq(palette_named(palette_name((enum palette)i)), i);
    ck_assert_int_eq(palette_named("purple"), PALETTE_COUNT);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("palette");
    TCase *tests = tcase_create("palette");
    SRunner *runner = srunner_create(suite);
    int failures;

    tcase_add_loop_test(tests, every_style_is_read_on_every_paper, 0,
                        PALETTE_COUNT);
    tcase_add_test(tests, high_contrast_is_higher);
    tcase_add_test(tests, contrast_is_that_of_the_standard);
    tcase_add_test(tests, names_lead_back);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
