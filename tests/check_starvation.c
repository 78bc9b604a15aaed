/*
 * check_starvation.c - who waits in vain while others go on, and what a
 * program leaves behind: judge/starve.c, endless.c and leak.c.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>

#include "build_trace.h"
#include "judge/case.h"
#include "judge/verdict.h"

static struct verdict verdict;

static void check_verdict(enum verdict_kind kind, const char *sentence)
{
    built_done();
    verdict = judge(built);
    ck_assert_str_eq(verdict.sentence, sentence);
    ck_assert_int_eq(verdict.kind, kind);
    built->sealed = 0;
    verdict = judge(built);
    ck_assert_int_eq(verdict.kind, kind);
    ck_assert_str_eq(verdict.sentence, "");
    ck_assert_str_eq(verdict.also, "");
}

static void check_kind(enum verdict_kind kind)
{
    built_done();
    verdict = judge(built);
    ck_assert_msg(verdict.kind == kind, "%s", verdict.sentence);
}

static void valued(uint32_t actor, enum kind kind, uint64_t object,
                   int64_t value)
{
    did(actor, kind, object, value)->flags = EVENT_VALUE;
}

static void waits_on(uint32_t actor, uint64_t condition)
{
    did(actor, KIND_CONDITION_WAIT, condition, (int64_t)thing(A))->pc =
        100;
}

static void comes_back(uint32_t actor, uint64_t condition)
{
    did(actor, KIND_CONDITION_WAKE, condition, (int64_t)thing(A));
}

/* ---- starvation ---- */

static uint32_t goes_on_past_one(int steps)
{
    uint32_t one = spun(0, "one");

    name_things();
    did(one, KIND_YIELD, 0, 0)->pc = 100;
    for (int i = 0; i < steps; i++)
        did(0, KIND_STORE, thing(A), i);
    built->ending = ENDING_STEPS;
    built->ending_value = 20000;
    return one;
}

START_TEST(one_is_never_let)
{
    goes_on_past_one(STARVE_HELD + 1);
    check_verdict(VERDICT_STARVATION,
                  "starvation: one could go on after 1_race.c:10 and was "
                  "not let: in 20000 steps others went on without end");
}
END_TEST

START_TEST(not_let_for_a_while_is_no_starvation)
{
    goes_on_past_one(STARVE_HELD - 10);
    check_kind(VERDICT_LIVELOCK);
}
END_TEST

START_TEST(who_waits_or_has_ended_could_not_go_on)
{
    uint32_t one = spun(0, "one"), two = spun(0, "two");

    did(one, KIND_WAIT, thing(A), KIND_LOCK);
    did(two, KIND_THREAD_END, 0, 0);
    for (int i = 0; i < STARVE_HELD + 10; i++)
        did(0, KIND_STORE, thing(B), i);
    built->ending = ENDING_STEPS;
    check_kind(VERDICT_LIVELOCK);
}
END_TEST

START_TEST(held_back_in_a_run_that_ends)
{
    uint32_t one = goes_on_past_one(STARVE_HELD * 3);

    built->ending = ENDING_EXIT;
    built->ending_value = 0;
    built->controlled = 1;
    did(one, KIND_THREAD_END, 0, 0);
    did(0, KIND_EXIT, 0, 0);
    check_kind(VERDICT_OK);
}
END_TEST

static uint32_t reader, writer;

/* The readers pass `passes` times; the writer is back each `each`th. */
static void readers_pass(int passes, int each, bool grows)
{
    reader = spun(0, "reader");
    writer = spun(0, "writer");
    name_things();
    did(writer, KIND_LOCK, thing(A), 0);
    waits_on(writer, thing(B));
    for (int i = 0; i < passes; i++) {
        did(reader, KIND_LOCK, thing(A), 0);
        waits_on(reader, thing(B));
        comes_back(reader, thing(B));
        did(reader, KIND_UNLOCK, thing(A), 0);
        if (i % each != 0)
            continue;
        comes_back(writer, thing(B));
        valued(writer, KIND_LOAD, thing(C), grows ? i : i % 2 + 1);
        waits_on(writer, thing(B));
    }
    comes_back(writer, thing(B));
    did(writer, KIND_UNLOCK, thing(A), 0);
    did(writer, KIND_THREAD_END, 0, 0);
    did(reader, KIND_THREAD_END, 0, 0);
    did(0, KIND_EXIT, 0, 0);
    built->ending = ENDING_EXIT;
    built->controlled = 1;
}

START_TEST(a_writer_waits_over_and_over)
{
    readers_pass(STARVE_PASSES + 50, 3, false);
    check_verdict(VERDICT_STARVATION,
                  "starvation: writer waits on b over and over at "
                  "1_race.c:10, while reader passes it more than 1500 "
                  "times");
    ck_assert_uint_eq(trace_read(built, verdict.event)->actor, writer);
}
END_TEST

START_TEST(a_writer_waits_for_a_while)
{
    readers_pass(STARVE_PASSES - 10, 3, false);
    check_kind(VERDICT_OK);
}
END_TEST

/* It had its turn too seldom to be sure: that is the strategy. */
START_TEST(a_writer_is_held_back)
{
    readers_pass(STARVE_PASSES * 2, STARVE_PASSES * 2 / 50, false);
    check_kind(VERDICT_OK);
}
END_TEST

/* As main waits until a thousand tasks are done. */
START_TEST(what_it_waits_for_comes_nearer)
{
    readers_pass(STARVE_PASSES * 2, 3, true);
    check_kind(VERDICT_OK);
}
END_TEST

START_TEST(the_kernel_starves_nobody)
{
    readers_pass(STARVE_PASSES * 2, 3, false);
    built->controlled = 0;
    check_kind(VERDICT_OK);
}
END_TEST

/* Readers of a read-write lock, with or without a gap between them. */
static void readers_hold(bool gap)
{
    uint32_t one = spun(0, "reader"), two = spun(0, "reader");

    writer = spun(0, "writer");
    name_things();
    did(one, KIND_READ_LOCK, thing(A), 0);
    did(writer, KIND_WAIT, thing(A), KIND_LOCK)->pc = 200;
    for (int i = 0; i < STARVE_PASSES; i++) {
        if (gap)
            did(one, KIND_UNLOCK, thing(A), 0);
        did(two, KIND_READ_LOCK, thing(A), 0);
        if (!gap)
            did(one, KIND_UNLOCK, thing(A), 0);
        did(one, KIND_READ_LOCK, thing(A), 0);
        did(two, KIND_UNLOCK, thing(A), 0);
    }
    did(one, KIND_UNLOCK, thing(A), 0);
    did(writer, KIND_LOCK, thing(A), 0);
    did(writer, KIND_UNLOCK, thing(A), 0);
    for (uint32_t i = one; i <= writer; i++)
        did(i, KIND_THREAD_END, 0, 0);
    did(0, KIND_EXIT, 0, 0);
    built->ending = ENDING_EXIT;
    built->controlled = 1;
}

START_TEST(readers_without_a_gap)
{
    readers_hold(false);
    check_verdict(VERDICT_STARVATION,
                  "starvation: writer waits for a at 1_race.c:20, while "
                  "reader 1 and reader 2 pass it more than 1500 times");
}
END_TEST

/* The lock is free for a moment, again and again. */
START_TEST(readers_with_a_gap)
{
    readers_hold(true);
    check_kind(VERDICT_OK);
}
END_TEST

/* ---- leaks ---- */

static void ends(void)
{
    did(0, KIND_EXIT, 0, 0);
    built->ending = ENDING_EXIT;
}

static uint32_t makes(const char *name)
{
    uint32_t number = forked(0, name);

    for (uint32_t i = trace_count(built); i-- > 0;)
        if (trace_read(built, i)->object == child(number))
            trace_event(built, i)->pc = 200;
    return number;
}

START_TEST(a_child_is_still_there)
{
    name_things();
    makes("one");
    makes("two");
    ends();
    check_verdict(VERDICT_LEAK,
                  "leak: main ended and never waited for one, which it "
                  "had made at 1_race.c:20 and which was still there (and "
                  "1 more)");
}
END_TEST

START_TEST(a_child_has_ended_unnoticed)
{
    uint32_t one;

    name_things();
    one = makes("one");
    did(one, KIND_EXIT, 0, 0);
    ends();
    check_verdict(VERDICT_LEAK, "leak: main ended and never waited for "
                                "one, which it had made at 1_race.c:20");
}
END_TEST

START_TEST(children_that_are_no_leak)
{
    uint32_t reaped = forked(0, "reaped"), servant = forked(0, "servant");
    uint32_t middle = forked(0, "middle");

    forked(middle, "daemon");
    did(middle, KIND_EXIT, 0, 0);
    did(reaped, KIND_EXIT, 0, 0);
    did(0, KIND_REAP, child(reaped), 0);
    did(0, KIND_REAP, child(middle), 0);
    did(0, KIND_KILL, child(servant), SIGTERM);
    spun(0, "thread");
    ends();
    check_kind(VERDICT_OK);
}
END_TEST

START_TEST(no_child_is_left_to_wait_for)
{
    uint32_t one = forked(0, "one"), two = forked(0, "two");

    did(one, KIND_EXIT, 0, 0);
    did(two, KIND_EXIT, 0, 0);
    did(0, KIND_REAP, child(OBJECT_ANY_CHILD), 0)->error = ECHILD;
    ends();
    check_kind(VERDICT_OK);
}
END_TEST

/* It knew that there was none before it made this one. */
START_TEST(a_child_made_after_the_last_wait)
{
    did(0, KIND_REAP, child(OBJECT_ANY_CHILD), 0)->error = ECHILD;
    forked(0, "one");
    ends();
    check_kind(VERDICT_LEAK);
}
END_TEST

START_TEST(a_fork_that_failed)
{
    uint32_t one = announced(0, "one");

    did(0, KIND_FORK, child(one), 0)->error = EAGAIN;
    ends();
    check_kind(VERDICT_OK);
}
END_TEST

START_TEST(a_run_that_was_stopped_leaks_nothing)
{
    forked(0, "one");
    did(0, KIND_YIELD, 0, 0);
    built->ending = ENDING_CHOICE;
    check_kind(VERDICT_STOPPED);
}
END_TEST

static void ends_with_lock(uint64_t lock)
{
    uint32_t one = forked(0, "one");

    did(one, KIND_LOCK, lock, 0)->pc = 100;
    did(one, KIND_EXIT, 0, 0);
    did(0, KIND_REAP, child(one), 0);
}

START_TEST(a_shared_lock_is_kept)
{
    name_things();
    ends_with_lock(thing(A));
    ends();
    check_verdict(VERDICT_LEAK, "leak: one ended while it held a, locked "
                                "at 1_race.c:10");
}
END_TEST

START_TEST(a_lock_of_its_own_goes_with_the_process)
{
    name_things();
    ends_with_lock(object_key(OBJECT_PRIVATE, UINT64_C(1) << 48 | 64));
    ends();
    check_kind(VERDICT_OK);
}
END_TEST

START_TEST(a_lock_is_taken_over_from_the_dead)
{
    name_things();
    ends_with_lock(thing(A));
    did(0, KIND_LOCK, thing(A), 0)->error = EOWNERDEAD;
    did(0, KIND_UNLOCK, thing(A), 0);
    ends();
    check_kind(VERDICT_OK);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("starvation");

    BUILT_CASE(suite, "starvation", one_is_never_let,
        not_let_for_a_while_is_no_starvation,
        who_waits_or_has_ended_could_not_go_on,
        held_back_in_a_run_that_ends, a_writer_waits_over_and_over,
        a_writer_waits_for_a_while, a_writer_is_held_back,
        what_it_waits_for_comes_nearer, the_kernel_starves_nobody,
        readers_without_a_gap, readers_with_a_gap);
    BUILT_CASE(suite, "leak", a_child_is_still_there,
        a_child_has_ended_unnoticed, children_that_are_no_leak,
        no_child_is_left_to_wait_for, a_child_made_after_the_last_wait,
        a_fork_that_failed, a_run_that_was_stopped_leaks_nothing,
        a_shared_lock_is_kept, a_lock_of_its_own_goes_with_the_process,
        a_lock_is_taken_over_from_the_dead);
    return suite;
}

int main(void)
{
    return built_run(suite());
}
