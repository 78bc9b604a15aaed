/*
 * check_schedule_string.c - schedules as strings, and what the strategies
 * choose: schedule/string.c and schedule/strategy.c, by themselves.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "schedule/table.h"

/* --------------------------------------------------------- strings -- */

#define LONG 5000

static uint16_t choices[LONG];

static const struct string {
    const char *text; /* of program 2bda */
    uint32_t count;
    uint16_t choices[12];
    bool eager;
} strings[] = {
    {"0.12bda", 0, {0}, false},
    {"~0.12bda", 0, {0}, true},
    {"a.12bda", 1, {0}, false},
    {"3ab12c.12bda", 0, {0}, false}, /* see below */
    {"2ab3c.12bda", 6, {0, 0, 1, 2, 2, 2}, false},
    {"~aba.12bda", 3, {0, 1, 0}, true},
    {"zAaAzBaZzAAa.12bda", 6, {25, 26, 51, 52, 701, 702}, false},
};

START_TEST(a_string_and_its_choices_are_the_same)
{
    const struct string *string = strings + _i;
    const char *wrong = NULL;
    char text[64];
    uint16_t sum;
    bool eager;
    int count = schedule_parse(string->text, choices, LONG, &eager, &sum,
                               &wrong);

    ck_assert_int_ge(count, 0);
    ck_assert_uint_eq(sum, 0x2bda);
    ck_assert_int_eq(eager, string->eager);
    if (_i == 3)
        ck_assert_int_eq(count, 16);
    else
        ck_assert_int_eq(count, (int)string->count);
    for (uint32_t i = 0; i < string->count; i++)
        ck_assert_uint_eq(choices[i], string->choices[i]);
    ck_assert_uint_eq(schedule_print(choices, (uint32_t)count, eager, sum,
                                     text, sizeof text),
                      strlen(string->text));
    ck_assert_str_eq(text, string->text);
}
END_TEST

START_TEST(every_actor_has_a_name_of_its_own)
{
    static uint16_t back[TRACE_ACTORS_MAX];
    static char text[8 * TRACE_ACTORS_MAX];
    const char *wrong;
    uint16_t sum;
    bool eager;

    for (uint32_t i = 0; i < TRACE_ACTORS_MAX; i++)
        choices[i] = (uint16_t)(TRACE_ACTORS_MAX - 1 - i);
    schedule_print(choices, TRACE_ACTORS_MAX, false, 0xffff, text,
                   sizeof text);
    ck_assert_int_eq(schedule_parse(text, back, TRACE_ACTORS_MAX, &eager,
                                    &sum, &wrong),
                     TRACE_ACTORS_MAX);
    ck_assert_mem_eq(back, choices, sizeof back);
}
END_TEST

START_TEST(what_has_no_room_is_cut_and_its_length_told)
{
    char text[8] = "xxxxxxx";

    memcpy(choices, (uint16_t[]){0, 1, 2, 3, 4}, 5 * sizeof *choices);
    ck_assert_uint_eq(schedule_print(choices, 5, true, 0xa, text, 5), 12);
    ck_assert_str_eq(text, "~abc");
    ck_assert_uint_eq(schedule_print(choices, 5, true, 0xa, NULL, 0), 12);
}
END_TEST

static const struct wrong {
    const char *text, *sentence;
} wrongs[] = {
    {"", "it has no '.' and checksum at its end; is it whole?"},
    {"2a3b", "it has no '.' and checksum at its end; is it whole?"},
    {"0", "it has no '.' and checksum at its end; is it whole?"},
    {"3.12bda", "it is no row of counts and letters"},
    {"a2.12bda", "it is no row of counts and letters"},
    {"A.12bda", "it is no row of counts and letters"},
    {"a b.12bda", "it is no row of counts and letters"},
    {"a~.12bda", "it is no row of counts and letters"},
    {"-1a.12bda", "it is no row of counts and letters"},
    {"AAAa.12bda", "it is no row of counts and letters"},
    {"0a.12bda", "it is no row of counts and letters"},
    {"a.2abcd", "another version of this program made it"},
    {"a.12bd", "its checksum is cut short"},
    {"a.1", "its checksum is cut short"},
    {"a.12bdg", "its checksum is cut short"},
    {"a.12bda7", "something follows its checksum"},
    {"a.12bda ", "something follows its checksum"},
    {"5001a.12bda", "it is too long"},
    {"4999a2b.12bda", "it is too long"},
    {"99999999999999999999a.12bda", "it is too long"},
};

START_TEST(a_wrong_string_is_told_what_is_wrong)
{
    const char *wrong = "";
    uint16_t sum;
    bool eager;

    ck_assert_int_eq(schedule_parse(wrongs[_i].text, choices, LONG, &eager,
                                    &sum, &wrong),
                     -1);
    ck_assert_str_eq(wrong, wrongs[_i].sentence);
}
END_TEST

/* ------------------------------------------------------ strategies -- */

enum { ACTORS = 3, CHOICES = 60 };

static struct table *table;

static void set_up(void)
{
    table = calloc(1, sizeof *table);
    ck_assert_ptr_nonnull(table);
}

static void tear_down(void)
{
    free(table);
}

/* Three actors that can always go on, the last two to the same object. */
static void begin(enum strategy strategy, uint64_t seed)
{
    memset(table, 0, sizeof *table);
    table->options.strategy = strategy;
    table->options.seed = seed;
    table->options.depth = 3;
    table->options.time = TIME_PATIENT;
    table->seat_count = ACTORS;
    strategy_begin(table);
    for (uint32_t i = 0; i < ACTORS; i++) {
        table->seats[i].state = SEAT_READY;
        table->seats[i].kind = KIND_STORE;
        table->seats[i].object = i > 0 ? 7 : 8;
        strategy_born(table, i);
    }
}

static void choose(char *out)
{
    static const uint16_t all[ACTORS] = {0, 1, 2};
    uint32_t current = 0;

    for (int i = 0; i < CHOICES; i++) {
        table->steps++;
        current = strategy_choose(table, all, ACTORS, current);
        ck_assert_uint_lt(current, ACTORS);
        strategy_stepped(table, current);
        out[i] = (char)('a' + current);
    }
    out[CHOICES] = '\0';
}

static const enum strategy seeded[] = {STRATEGY_WALK, STRATEGY_PCT,
                                       STRATEGY_POS};

START_TEST(the_same_seed_chooses_the_same)
{
    char one[CHOICES + 1], other[CHOICES + 1];

    for (uint64_t seed = 0; seed < 20; seed++) {
        begin(seeded[_i], seed);
        choose(one);
        begin(seeded[_i], seed);
        choose(other);
        ck_assert_str_eq(one, other);
    }
}
END_TEST

START_TEST(other_seeds_choose_something_else)
{
    char one[CHOICES + 1], other[CHOICES + 1];
    int different = 0;

    begin(seeded[_i], 0);
    choose(one);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        begin(seeded[_i], seed);
        choose(other);
        different += strcmp(one, other) != 0;
    }
    ck_assert_int_ge(different, 10);
}
END_TEST

START_TEST(each_may_be_the_first)
{
    char said[CHOICES + 1];
    int first[ACTORS] = {0};

    for (uint64_t seed = 0; seed < 300; seed++) {
        begin(seeded[_i], seed);
        choose(said);
        first[said[0] - 'a']++;
    }
    for (int i = 0; i < ACTORS; i++)
        ck_assert_int_ge(first[i], 70);
}
END_TEST

START_TEST(round_robin_goes_round)
{
    char said[CHOICES + 1];

    begin(STRATEGY_ROUND_ROBIN, 1);
    choose(said);
    for (int i = 0; i < CHOICES; i++)
        ck_assert_int_eq(said[i], "bca"[i % 3]);
}
END_TEST

START_TEST(stay_stays)
{
    static const uint16_t others[] = {1, 2};

    begin(STRATEGY_STAY, 1);
    ck_assert_uint_eq(strategy_choose(table, others, 2, 2), 2);
    ck_assert_uint_eq(strategy_choose(table, others, 2, 0), 1);
}
END_TEST

/* At most depth - 1 times somebody else goes on than the one before. */
START_TEST(pct_changes_seldom)
{
    char said[CHOICES + 1];

    for (uint64_t seed = 0; seed < 100; seed++) {
        int changes = 0;

        begin(STRATEGY_PCT, seed);
        choose(said);
        for (int i = 1; i < CHOICES; i++)
            changes += said[i] != said[i - 1];
        ck_assert_int_le(changes, 2);
    }
}
END_TEST

/* Whose step conflicts with none keeps its priority. */
START_TEST(pos_draws_anew_for_what_conflicts)
{
    uint64_t before[ACTORS];

    begin(STRATEGY_POS, 1);
    for (int i = 0; i < ACTORS; i++)
        before[i] = table->seats[i].priority;
    strategy_stepped(table, 1);
    ck_assert_uint_eq(table->seats[0].priority, before[0]);
    ck_assert_uint_ne(table->seats[1].priority, before[1]);
    ck_assert_uint_ne(table->seats[2].priority, before[2]);
    begin(STRATEGY_POS, 1);
    table->seats[1].kind = table->seats[2].kind = KIND_LOAD;
    strategy_stepped(table, 1);
    ck_assert_uint_eq(table->seats[2].priority, before[2]);
}
END_TEST

START_TEST(time_is_eager_in_one_run_of_four)
{
    int eager = 0;

    for (uint64_t seed = 0; seed < 400; seed++) {
        table->options.seed = seed;
        table->options.time = TIME_EITHER;
        strategy_begin(table);
        eager += table->eager;
    }
    ck_assert_int_ge(eager, 80);
    ck_assert_int_le(eager, 120);
    table->options.time = TIME_EAGER;
    strategy_begin(table);
    ck_assert(table->eager);
    table->options.time = TIME_PATIENT;
    strategy_begin(table);
    ck_assert(!table->eager);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof(array)[0])

int main(void)
{
    Suite *suite = suite_create("schedule strings");
    TCase *tests = tcase_create("strings");
    SRunner *runner = srunner_create(suite);
    int failures;

    tcase_add_loop_test(tests, a_string_and_its_choices_are_the_same, 0,
                        COUNT(strings));
    tcase_add_test(tests, every_actor_has_a_name_of_its_own);
    tcase_add_test(tests, what_has_no_room_is_cut_and_its_length_told);
    tcase_add_loop_test(tests, a_wrong_string_is_told_what_is_wrong, 0,
                        COUNT(wrongs));
    suite_add_tcase(suite, tests);
    tests = tcase_create("strategies");
    tcase_add_unchecked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, the_same_seed_chooses_the_same, 0,
                        COUNT(seeded));
    tcase_add_loop_test(tests, other_seeds_choose_something_else, 0,
                        COUNT(seeded));
    tcase_add_loop_test(tests, each_may_be_the_first, 0, COUNT(seeded));
    tcase_add_test(tests, round_robin_goes_round);
    tcase_add_test(tests, stay_stays);
    tcase_add_test(tests, pct_changes_seldom);
    tcase_add_test(tests, pos_draws_anew_for_what_conflicts);
    tcase_add_test(tests, time_is_eager_in_one_run_of_four);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
