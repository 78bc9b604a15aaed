/*
 * check_endings.c - runs that do not come to their end by themselves:
 * lost wake-ups, livelock, and controlled runs that were stopped.  All
 * by judge/verdict.h.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>

#include "build_trace.h"
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

static void waits_on(uint32_t actor, uint64_t condition)
{
    did(actor, KIND_CONDITION_WAIT, condition, (int64_t)thing(A))->pc =
        100;
}

static void comes_back(uint32_t actor, uint64_t condition)
{
    did(actor, KIND_CONDITION_WAKE, condition, (int64_t)thing(A));
}

/* ---- lost wake-ups ---- */

START_TEST(signal_before_the_wait)
{
    uint32_t setter = spun(0, "setter"), waiter = spun(0, "waiter");
    uint32_t signal;

    name_things();
    did(waiter, KIND_LOAD, thing(C), 0);
    did(setter, KIND_STORE, thing(C), 1);
    signal = index_of(did(setter, KIND_SIGNAL, thing(B), 0));
    trace_event(built, signal)->pc = 200;
    did(setter, KIND_THREAD_END, 0, 0);
    did(waiter, KIND_LOCK, thing(A), 0);
    waits_on(waiter, thing(B));
    did(0, KIND_WAIT, child(waiter), KIND_JOIN);
    built->ending = ENDING_DEADLOCK;
    check_verdict(VERDICT_LOST_WAKEUP,
                  "lost wake-up: waiter waits on b for ever: setter "
                  "signalled it at 1_race.c:20, before waiter waited");
    ck_assert_uint_eq(verdict.event, signal);
}
END_TEST

START_TEST(broadcast_before_the_wait)
{
    uint32_t setter = spun(0, "setter");

    name_things();
    did(setter, KIND_BROADCAST, thing(B), 0);
    did(0, KIND_LOCK, thing(A), 0);
    waits_on(0, thing(B));
    built->ending = ENDING_DEADLOCK;
    check_verdict(VERDICT_LOST_WAKEUP,
                  "lost wake-up: main waits on b for ever: setter "
                  "broadcast it, before main waited");
}
END_TEST

/* It took what was there, and waits for more. */
START_TEST(no_signal_is_lost_on_one_who_has_looked)
{
    uint32_t producer = spun(0, "producer"), consumer = spun(0, "consumer");

    name_things();
    did(producer, KIND_STORE, thing(C), 1);
    did(producer, KIND_SIGNAL, thing(B), 0);
    did(producer, KIND_THREAD_END, 0, 0);
    did(consumer, KIND_LOCK, thing(A), 0);
    did(consumer, KIND_LOAD, thing(C), 1);
    did(consumer, KIND_STORE, thing(C), 0);
    waits_on(consumer, thing(B));
    built->ending = ENDING_DEADLOCK;
    check_verdict(VERDICT_DEADLOCK,
                  "deadlock: consumer waits on b, and nobody is left who "
                  "could signal it");
}
END_TEST

START_TEST(no_signal_is_lost_that_somebody_heard)
{
    uint32_t one = spun(0, "one"), two = spun(0, "two");

    name_things();
    did(0, KIND_SIGNAL, thing(B), 0);
    waits_on(one, thing(B));
    did(0, KIND_SIGNAL, thing(B), 0);
    comes_back(one, thing(B));
    did(one, KIND_THREAD_END, 0, 0);
    waits_on(two, thing(B));
    did(0, KIND_WAIT, child(two), KIND_JOIN);
    built->ending = ENDING_DEADLOCK;
    check_kind(VERDICT_DEADLOCK);
}
END_TEST

START_TEST(a_cycle_is_no_lost_wakeup)
{
    uint32_t one = spun(0, "one"), two = spun(0, "two");

    did(one, KIND_SIGNAL, thing(C), 0);
    did(one, KIND_LOCK, thing(A), 0);
    did(two, KIND_LOCK, thing(B), 0);
    did(one, KIND_WAIT, thing(B), KIND_LOCK);
    did(two, KIND_WAIT, thing(A), KIND_LOCK);
    did(0, KIND_LOCK, thing(D), 0);
    did(0, KIND_CONDITION_WAIT, thing(C), (int64_t)thing(D));
    built->ending = ENDING_DEADLOCK;
    check_kind(VERDICT_DEADLOCK);
}
END_TEST

/* Who would signal cannot get the lock that the waiter took with it. */
START_TEST(who_keeps_the_signaller_out_lost_nothing)
{
    uint32_t setter = spun(0, "setter");

    did(setter, KIND_SIGNAL, thing(C), 0);
    did(0, KIND_LOCK, thing(A), 0);
    did(0, KIND_LOCK, thing(B), 0);
    did(0, KIND_CONDITION_WAIT, thing(C), (int64_t)thing(A));
    did(setter, KIND_WAIT, thing(B), KIND_LOCK);
    built->ending = ENDING_DEADLOCK;
    check_kind(VERDICT_DEADLOCK);
}
END_TEST

/* ---- deadlocks in one sentence ---- */

START_TEST(lock_taken_twice_is_told_once)
{
    name_things();
    did(0, KIND_LOCK, thing(A), 0)->pc = 100;
    did(0, KIND_WAIT, thing(A), KIND_LOCK)->pc = 200;
    built->ending = ENDING_DEADLOCK;
    built_done();
    verdict = judge(built);
    ck_assert_str_eq(verdict.sentence,
                     "deadlock: main waits for a at 1_race.c:20, which it "
                     "holds itself, locked at 1_race.c:10");
    ck_assert_str_eq(verdict.also, "");
    ck_assert_uint_eq(verdict.misuses, 1);
}
END_TEST

START_TEST(nobody_waits_for_the_dead)
{
    uint32_t one = spun(0, "one"), two = forked(0, "two");

    did(0, KIND_WAIT, child(one), KIND_JOIN);
    did(one, KIND_THREAD_END, 0, 0);
    built->ending = ENDING_TIMEOUT;
    built->ending_value = 1000;
    did(two, KIND_WAIT, child(0), KIND_REAP);
    check_kind(VERDICT_TIMEOUT);
    ck_assert_str_eq(verdict.sentence,
                     "timeout: not at its end after 1 s: two waits for the "
                     "end of main");
}
END_TEST

START_TEST(any_child_may_be_the_dead_one)
{
    uint32_t one = forked(0, "one"), two = forked(0, "two");

    did(0, KIND_WAIT, child(OBJECT_ANY_CHILD), KIND_REAP);
    did(one, KIND_EXIT, 0, 0);
    did(two, KIND_YIELD, 0, 0);
    built->ending = ENDING_TIMEOUT;
    built->ending_value = 1000;
    check_kind(VERDICT_TIMEOUT);
    ck_assert_str_eq(
        verdict.sentence,
        "timeout: not at its end after 1 s: two was running");
}
END_TEST

START_TEST(a_copied_lock_has_nobody_to_unlock_it)
{
    uint64_t own = object_key(OBJECT_PRIVATE, 64);
    uint32_t counter = spun(0, "counter"), two;

    name_things();
    called(own, "lock");
    did(counter, KIND_LOCK, own, 0)->pc = 100;
    two = forked(0, "two");
    called(object_key(OBJECT_PRIVATE, (uint64_t)two << 48 | 64), "lock");
    did(counter, KIND_UNLOCK, own, 0);
    did(counter, KIND_THREAD_END, 0, 0);
    did(two, KIND_WAIT,
        object_key(OBJECT_PRIVATE, (uint64_t)two << 48 | 64), KIND_LOCK);
    built->ending = ENDING_DEADLOCK;
    check_verdict(VERDICT_DEADLOCK,
                  "deadlock: two waits for lock, which counter had locked "
                  "at 1_race.c:10 when this copy of it was made: nobody "
                  "is there to unlock it");
}
END_TEST

/* ---- livelock ---- */

START_TEST(spinning_for_ever)
{
    uint32_t spinner = spun(0, "spinner");

    name_things();
    did(0, KIND_WAIT, child(spinner), KIND_JOIN);
    for (int i = 0; i < 100; i++) {
        did(spinner, KIND_ATOMIC_LOAD, thing(A), 0)->pc = 200;
        did(spinner, KIND_YIELD, 0, 0)->pc = 100;
    }
    did(0, KIND_KILLED, 0, SIGKILL);
    built->ending = ENDING_LIVELOCK;
    check_verdict(VERDICT_LIVELOCK,
                  "livelock: spinner atomically reads a again and again "
                  "at 1_race.c:20, and nobody is left to write it; main "
                  "waits for the end of spinner");
}
END_TEST

START_TEST(trying_for_ever)
{
    name_things();
    for (int i = 0; i < 100; i++) {
        struct event *event = did(0, KIND_LOCK, thing(A), 0);

        event->error = EBUSY;
        event->flags = EVENT_TRY;
        event->pc = 200;
    }
    built->ending = ENDING_LIVELOCK;
    check_verdict(VERDICT_LIVELOCK,
                  "livelock: main tries a again and again at 1_race.c:20, "
                  "and nothing changes any more");
}
END_TEST

static void fails_to_lock(uint32_t actor, uint64_t object)
{
    struct event *event = did(actor, KIND_LOCK, object, 0);

    event->error = EBUSY;
    event->flags = EVENT_TRY;
}

START_TEST(the_same_steps_for_ever)
{
    uint32_t one = spun(0, "polite"), two = spun(0, "polite");

    name_things();
    did(0, KIND_WAIT, child(one), KIND_JOIN);
    for (int i = 0; i < 10; i++) {
        did(one, KIND_LOCK, thing(A), 0);
        did(two, KIND_LOCK, thing(B), 0);
        fails_to_lock(one, thing(B));
        fails_to_lock(two, thing(A));
        did(one, KIND_UNLOCK, thing(A), 0);
        did(two, KIND_UNLOCK, thing(B), 0);
    }
    did(one, KIND_LOCK, thing(A), 0);
    built->ending = ENDING_STEPS;
    built->ending_value = 61;
    check_verdict(VERDICT_LIVELOCK,
                  "livelock: polite 1 and polite 2 repeat the same 6 "
                  "steps: polite 1 locks a; polite 2 locks b; polite 1 "
                  "tries b; polite 2 tries a; polite 1 unlocks a; polite "
                  "2 unlocks b");
}
END_TEST

START_TEST(steps_of_one_without_an_end)
{
    name_things();
    for (int i = 0; i < 100; i++) {
        did(0, KIND_LOAD, thing(A), i);
        did(0, KIND_STORE, thing(A), i + 1);
    }
    built->ending = ENDING_STEPS;
    built->ending_value = 200;
    check_kind(VERDICT_LIVELOCK);
    ck_assert_str_eq(
        verdict.sentence,
        "livelock: main repeats the same 2 steps: reads a, writes a");
}
END_TEST

START_TEST(steps_that_are_never_the_same)
{
    name_things();
    for (int i = 0, gap = 1; i < 2000; i++) {
        did(0, KIND_STORE, thing(i == gap ? A : B), 0);
        if (i == gap)
            gap *= 2;
    }
    for (int i = 0; i < 1999; i++)
        did(0, KIND_STORE, thing(A), 0)->pc = (uint64_t)i;
    built->ending = ENDING_STEPS;
    built->ending_value = 1000000;
    check_kind(VERDICT_LIVELOCK);
    ck_assert_str_eq(verdict.sentence,
                     "livelock: no end after 1000000 steps");
}
END_TEST

START_TEST(two_times_is_no_repetition)
{
    for (int i = 0; i < 20; i++)
        did(0, KIND_STORE, thing(A), 0)->pc = (uint64_t)(100 + i);
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 10; j++)
            did(0, KIND_STORE, thing(A), 0)->pc = (uint64_t)j;
    built->ending = ENDING_STEPS;
    built->ending_value = 20;
    check_kind(VERDICT_LIVELOCK);
    ck_assert_str_eq(verdict.sentence, "livelock: no end after 20 steps");
}
END_TEST

/* ---- how a controlled run was stopped ---- */

START_TEST(asleep_in_a_call)
{
    uint32_t one = spun(0, "one");

    name_things();
    did(one, KIND_YIELD, 0, 0)->pc = 200;
    did(0, KIND_KILLED, 0, SIGKILL);
    built->ending = ENDING_STUCK;
    built->ending_value = one;
    built->ending_text = trace_add_text(built, "accept", 6);
    check_verdict(VERDICT_STUCK,
                  "one is asleep in accept after 1_race.c:20, a call that "
                  "takes no turns: nobody else can go on. Run it without "
                  "--seed");
}
END_TEST

START_TEST(a_schedule_that_does_not_fit)
{
    said(0, KIND_ASSERT, "0");
    built->ending = ENDING_MISFIT;
    built->ending_text = trace_add_text(built, "no such choice", 14);
    check_verdict(VERDICT_MISFIT, "no such choice");
}
END_TEST

START_TEST(stopped_where_the_choices_end)
{
    did(0, KIND_YIELD, 0, 0);
    built->ending = ENDING_CHOICE;
    check_verdict(VERDICT_STOPPED, "stopped where the given schedule ends");
}
END_TEST

/* A failure that was seen before is not hidden by the stop. */
START_TEST(a_failure_before_the_stop)
{
    said(0, KIND_ASSERT, "x > 0");
    built->ending = ENDING_CHOICE;
    check_kind(VERDICT_ASSERTION);
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("endings");

    BUILT_CASE(suite, "lost wake-up", signal_before_the_wait,
        broadcast_before_the_wait, no_signal_is_lost_on_one_who_has_looked,
        no_signal_is_lost_that_somebody_heard, a_cycle_is_no_lost_wakeup,
        who_keeps_the_signaller_out_lost_nothing);
    BUILT_CASE(suite, "deadlock", lock_taken_twice_is_told_once,
        nobody_waits_for_the_dead, any_child_may_be_the_dead_one,
        a_copied_lock_has_nobody_to_unlock_it);
    BUILT_CASE(suite, "livelock", spinning_for_ever, trying_for_ever,
        the_same_steps_for_ever, steps_of_one_without_an_end,
        steps_that_are_never_the_same, two_times_is_no_repetition);
    BUILT_CASE(suite, "stop", asleep_in_a_call, a_schedule_that_does_not_fit,
        stopped_where_the_choices_end, a_failure_before_the_stop);
    return suite;
}

int main(void)
{
    return built_run(suite());
}
