/*
 * check_judge.c - what a run comes to, in whose words, and whether that
 * was expected: judge/verdict.h, deadlock.h, names.h, expect.h.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>

#include "build_trace.h"
#include "judge/expect.h"
#include "judge/verdict.h"

/* ---- verdicts ---- */

static struct verdict verdict;

static void check_verdict(enum verdict_kind kind, const char *sentence)
{
    built_done();
    verdict = judge(built);
    ck_assert_str_eq(verdict.sentence, sentence);
    ck_assert_int_eq(verdict.kind, kind);
}

START_TEST(verdict_ok)
{
    uint32_t one = forked(0, "one");

    did(one, KIND_EXIT, 0, 3);
    did(0, KIND_REAP, child(one), 3 << 8);
    did(0, KIND_EXIT, 0, 0);
    built->ending = ENDING_EXIT;
    built->left_behind = 2;
    check_verdict(VERDICT_OK, "ok: all 2 came to their end");
    ck_assert_str_eq(verdict.also,
                     "2 processes outlived main and had to be ended");
}
END_TEST

START_TEST(verdict_assertion)
{
    struct event *event;

    name_things();
    event = said(0, KIND_ASSERT, "sold <= tickets");
    event->pc = 200;
    did(0, KIND_CRASH, 0, SIGABRT);
    built->ending = ENDING_SIGNAL;
    built->ending_value = SIGABRT;
    check_verdict(VERDICT_ASSERTION, "assertion `sold <= tickets` failed "
                                     "in main at 1_race.c:20");
    ck_assert_uint_eq(verdict.event, index_of(event));
}
END_TEST

START_TEST(verdict_crash)
{
    name_things();
    did(0, KIND_CRASH, 0, SIGSEGV)->pc = 100;
    check_verdict(VERDICT_CRASH,
                  "main crashed with SIGSEGV at 1_race.c:10");
}
END_TEST

START_TEST(verdict_killed)
{
    built->ending = ENDING_SIGNAL;
    built->ending_value = SIGPIPE;
    check_verdict(VERDICT_CRASH, "main was killed by SIGPIPE");
}
END_TEST

START_TEST(verdict_exit)
{
    did(0, KIND_EXIT, 0, 7);
    built->ending = ENDING_EXIT;
    built->ending_value = 7;
    check_verdict(VERDICT_EXIT, "main exited with status 7");
}
END_TEST

START_TEST(verdict_exit_of_a_child)
{
    uint32_t one = forked(0, "one");

    did(one, KIND_EXIT, 0, 3);
    did(0, KIND_EXIT, 0, 0);
    built->ending = ENDING_EXIT;
    check_verdict(VERDICT_EXIT,
                  "one exited with status 3, and nobody looked at it");
}
END_TEST

START_TEST(verdict_misuse)
{
    name_things();
    did(0, KIND_UNLOCK, thing(A), 0);
    did(0, KIND_UNLOCK, thing(A), 0);
    did(0, KIND_EXIT, 0, 1);
    built->ending = ENDING_EXIT;
    built->ending_value = 1;
    check_verdict(VERDICT_MISUSE, "misuse: main unlocks a, which nobody "
                                  "has locked (and 1 more)");
    ck_assert_uint_eq(verdict.misuses, 2);
}
END_TEST

START_TEST(verdict_timeout)
{
    uint32_t one = forked(0, "one");

    name_things();
    did(0, KIND_WAIT, child(one), KIND_REAP);
    did(one, KIND_YIELD, 0, 0)->pc = 100;
    did(one, KIND_KILLED, 0, SIGKILL);
    did(0, KIND_KILLED, 0, SIGKILL);
    built->ending = ENDING_TIMEOUT;
    built->ending_value = 1500;
    check_verdict(VERDICT_TIMEOUT,
                  "timeout: not at its end after 1.5 s: one was running "
                  "at 1_race.c:10; main waits for the end of one");
}
END_TEST

START_TEST(verdict_interrupted)
{
    did(0, KIND_YIELD, 0, 0);
    built->ending = ENDING_INTERRUPTED;
    built->ending_value = SIGINT;
    check_verdict(VERDICT_INTERRUPTED,
                  "interrupted by SIGINT: main was running");
}
END_TEST

START_TEST(verdict_incomplete)
{
    while (trace_lost(built) < 3)
        trace_append(built, &(struct event){.kind = KIND_YIELD,
                                            .peer = TRACE_NONE});
    built->sealed = 1;
    verdict = judge(built);
    ck_assert_int_eq(verdict.kind, VERDICT_INCOMPLETE);
    ck_assert_str_eq(verdict.sentence,
                     "nothing can be said: the trace was full, 3 events "
                     "are missing (make it larger with --events)");
    built->ending = ENDING_TIMEOUT;
    built->ending_value = 2000;
    verdict = judge(built);
    ck_assert_int_eq(verdict.kind, VERDICT_TIMEOUT);
    ck_assert_str_eq(verdict.sentence,
                     "timeout: not at its end after 2 s: when the trace "
                     "was full, somebody was running");
    ck_assert_str_eq(verdict.also,
                     "the trace was full, 3 events are missing (make it "
                     "larger with --events)");
}
END_TEST

START_TEST(who_spins_fills_the_trace)
{
    uint32_t one = spun(0, "one");

    name_things();
    did(0, KIND_WAIT, child(one), KIND_JOIN);
    while (trace_lost(built) < 3)
        trace_append(built, &(struct event){.kind = KIND_LOAD,
                                            .actor = (uint16_t)one,
                                            .object = thing(A),
                                            .pc = 100,
                                            .peer = TRACE_NONE});
    built->ending = ENDING_TIMEOUT;
    built->ending_value = 3000;
    check_verdict(VERDICT_TIMEOUT,
                  "timeout: not at its end after 3 s: when the trace was "
                  "full, one was running at 1_race.c:10, reading a");
}
END_TEST

/* ---- deadlocks ---- */

static void check_deadlock(const char *sentence)
{
    built->ending = ENDING_DEADLOCK;
    for (uint32_t i = trace_actor_count(built); i-- > 0;)
        if (trace_actor(built, i)->process == i)
            did(i, KIND_KILLED, 0, SIGKILL);
    check_verdict(VERDICT_DEADLOCK, sentence);
}

START_TEST(deadlock_in_a_cycle)
{
    uint32_t one = spun(0, "buyer"), two = spun(0, "buyer");

    name_things();
    did(one, KIND_LOCK, thing(A), 0);
    did(two, KIND_LOCK, thing(B), 0);
    did(one, KIND_WAIT, thing(B), KIND_LOCK);
    did(two, KIND_WAIT, thing(A), KIND_LOCK);
    did(0, KIND_WAIT, child(one), KIND_JOIN);
    check_deadlock("deadlock: buyer 1 holds a and waits for b; buyer 2 "
                   "holds b and waits for a; main waits for the end of "
                   "buyer 1");
}
END_TEST

START_TEST(deadlock_with_oneself)
{
    name_things();
    did(0, KIND_LOCK, thing(A), 0);
    did(0, KIND_WAIT, thing(A), KIND_LOCK);
    check_deadlock("deadlock: main waits for a, which it holds itself");
}
END_TEST

START_TEST(deadlock_with_the_dead)
{
    uint32_t one = forked(0, "one");

    name_things();
    did(one, KIND_LOCK, thing(A), 0)->pc = 100;
    did(one, KIND_EXIT, 0, 0);
    did(0, KIND_WAIT, thing(A), KIND_LOCK);
    check_deadlock("deadlock: main waits for a, which one locked at "
                   "1_race.c:10 and still held when it ended");
}
END_TEST

START_TEST(deadlock_at_a_pipe)
{
    uint32_t reader;

    make_pipe(0);
    reader = forked(0, "reader");
    did(0, KIND_CLOSE, fifo(), 3);
    did(0, KIND_CLOSE, fifo(), 4);
    did(reader, KIND_WAIT, fifo(), KIND_READ);
    did(0, KIND_WAIT, child(reader), KIND_REAP);
    check_deadlock("deadlock: reader waits for the end of file of fds, "
                   "but reader itself keeps its write end open; main "
                   "waits for the end of reader");
}
END_TEST

START_TEST(deadlock_at_a_full_pipe)
{
    make_pipe(0);
    did(0, KIND_WAIT, fifo(), KIND_WRITE);
    check_deadlock("deadlock: main waits for room in fds, which nobody "
                   "reads, but main itself keeps its read end open");
}
END_TEST

START_TEST(deadlock_at_conditions)
{
    uint32_t car[5];

    name_things();
    for (int i = 0; i < 5; i++) {
        car[i] = forked(0, "car");
        did(car[i], KIND_LOCK, thing(A), 0);
        did(car[i], KIND_CONDITION_WAIT, thing(B), (int64_t)thing(A));
    }
    did(0, KIND_WAIT, child(OBJECT_ANY_CHILD), KIND_REAP);
    check_deadlock("deadlock: car 1, car 2, car 3 and 2 more wait on b, "
                   "and nobody is left who could signal it; main waits "
                   "for the end of a child");
}
END_TEST

START_TEST(deadlock_at_a_semaphore)
{
    uint32_t one = forked(0, "one");

    name_things();
    did(0, KIND_SEMAPHORE_INIT, thing(A), 1);
    did(one, KIND_SEMAPHORE_WAIT, thing(A), 0);
    did(one, KIND_EXIT, 0, 0);
    did(0, KIND_WAIT, thing(A), KIND_SEMAPHORE_WAIT);
    check_deadlock("deadlock: main waits for a, and nobody is left who "
                   "could post it (one took 1)");
}
END_TEST

START_TEST(deadlock_at_a_barrier)
{
    name_things();
    did(0, KIND_BARRIER_INIT, thing(A), 3);
    did(0, KIND_BARRIER_ARRIVE, thing(A), 0);
    check_deadlock("deadlock: main waits at a, where 1 of 3 have arrived "
                   "and nobody else can");
}
END_TEST

/* ---- names ---- */

START_TEST(everybody_has_a_name)
{
    uint32_t named = spun(0, "worker"), other = spun(0, "worker");
    uint32_t plain = announced(0, ""), clash = spun(0, "worker 2");

    trace_actor(built, plain)->name = 0;
    did(0, KIND_LOCK, thing(A), 0);
    did(0, KIND_SEMAPHORE_INIT, thing(B), 1);
    did(0, KIND_LOCK, thing(C), 0);
    did(0, KIND_STORE, thing(D), 1);
    did(0, KIND_STORE, thing(E), 1);
    did(named, KIND_STORE, thing(E), 1);
    built_done();
    ck_assert_str_eq(trace_actor_name(built, 0), "main");
    ck_assert_str_eq(trace_actor_name(built, named), "worker 1");
    ck_assert_str_eq(trace_actor_name(built, other), "worker 2");
    ck_assert_str_eq(trace_actor_name(built, plain), "child");
    ck_assert_str_ne(trace_actor_name(built, clash), "worker 2");

    struct names *names = names_new(built);

    ck_assert_str_eq(names_object(names, thing(A), 0), "mutex 1");
    ck_assert_str_eq(names_object(names, thing(B), 0), "semaphore 1");
    ck_assert_str_eq(names_object(names, thing(C), 0), "mutex 2");
    ck_assert_str_eq(names_object(names, thing(D), 0), "something");
    ck_assert_str_eq(names_object(names, thing(E), 0), "memory 1");
    names_free(names);
}
END_TEST

static size_t same_argument(const struct trace *trace,
                            const struct event *event, char *out,
                            size_t size)
{
    (void)trace;
    (void)event;
    ck_assert_uint_gt(size, 6);
    strcpy(out, "p->it");
    return strlen(out);
}

START_TEST(arguments_name_objects)
{
    struct names *names;

    did(0, KIND_LOCK, thing(A), 0);
    did(0, KIND_LOCK, thing(B), 0);
    names_finish(built, same_argument);
    names = names_new(built);
    ck_assert_str_eq(names_object(names, thing(A), 0), "p->it");
    ck_assert_str_eq(names_object(names, thing(B), 0), "p->it 2");
    names_free(names);
}
END_TEST

static uint32_t named(const char *name, int64_t rank, unsigned flags)
{
    struct event *event = said(0, KIND_OBJECT_NAME, name);

    event->object = thing(A);
    event->value = rank;
    event->flags = (uint16_t)flags;
    return index_of(event);
}

START_TEST(the_best_name_is_used)
{
    uint32_t anew;
    struct names *names;

    named("new->lock", 10, 0);
    named("office->lock", 1000, 0);
    named("other->lock", 20, 0);
    anew = named("next", 5, EVENT_ANEW);
    names = names_new(built);
    ck_assert_str_eq(names_object(names, thing(A), 0), "office->lock");
    ck_assert_str_eq(names_object(names, thing(A), anew - 1),
                     "office->lock");
    ck_assert_str_eq(names_object(names, thing(A), anew), "next");
    names_free(names);
}
END_TEST

/* ---- expect ---- */

static const struct {
    const char *text;
    const char *printed; /* NULL: refused */
    const char *sentence;
    unsigned met; /* bits by enum verdict_kind */
} expectations[] = {
    {NULL, "always ok", "", 1 << VERDICT_OK},
    {"  \n", "always ok", "", 1 << VERDICT_OK},
    {" always deadlock: why", "always deadlock", "why",
     1 << VERDICT_DEADLOCK | 1 << VERDICT_LOST_WAKEUP},
    {"always lost-wakeup: s", "always lost-wakeup", "s",
     1 << VERDICT_LOST_WAKEUP},
    {"sometimes livelock", "sometimes livelock", "",
     1 << VERDICT_OK | 1 << VERDICT_LIVELOCK},
    {"always starvation", "always starvation", "",
     1 << VERDICT_STARVATION},
    {"always leak", "always leak", "", 1 << VERDICT_LEAK},
    {"always stuck", "always stuck", "", 1 << VERDICT_STUCK},
    {"sometimes assertion: x: y", "sometimes assertion", "x: y",
     1 << VERDICT_OK | 1 << VERDICT_ASSERTION},
    {"never crash: z", "never crash", "z", 1 << VERDICT_OK},
    {"never ok", "never ok", "",
     1 << VERDICT_ASSERTION | 1 << VERDICT_CRASH | 1 << VERDICT_EXIT |
         1 << VERDICT_DEADLOCK | 1 << VERDICT_TIMEOUT |
         1 << VERDICT_MISUSE | 1 << VERDICT_LOST_WAKEUP |
         1 << VERDICT_LIVELOCK | 1 << VERDICT_STARVATION |
         1 << VERDICT_LEAK | 1 << VERDICT_STUCK},
    {"always exit", "always exit", "", 1 << VERDICT_EXIT},
    {"always misuse :odd", "always misuse", "odd", 1 << VERDICT_MISUSE},
    {"always timeout: t", "always timeout", "t", 1 << VERDICT_TIMEOUT},
    {"often deadlock: a", NULL, "", 0},
    {"always", NULL, "", 0},
    {"always fine: a", NULL, "", 0},
    {"always ok so it is", NULL, "", 0},
    {"sometimes ok: a", NULL, "", 0},
    {"always interrupted: a", NULL, "", 0},
    {"always misfit: a", NULL, "", 0},
    {"always stopped: a", NULL, "", 0},
};

START_TEST(expect_grammar)
{
    const char *text = expectations[_i].text;
    struct expect expect;
    char problem[400], printed[64];
    bool fine = expect_parse(text, &expect, problem, sizeof problem);

    ck_assert_int_eq(fine, expectations[_i].printed != NULL);
    ck_assert_int_eq(problem[0] == '\0', fine);
    if (!fine)
        return;
    expect_print(&expect, printed, sizeof printed);
    ck_assert_str_eq(printed, expectations[_i].printed);
    ck_assert_str_eq(expect.sentence, expectations[_i].sentence);
    for (unsigned kind = 0; kind <= VERDICT_STOPPED; kind++) {
        struct verdict came = {.kind = (enum verdict_kind)kind};

        ck_assert_int_eq(expect_met(&expect, &came),
                         expectations[_i].met >> kind & 1);
    }
}
END_TEST

START_TEST(bad_expect_says_why)
{
    struct expect expect;
    char problem[400];

    expect_parse("often deadlock: a", &expect, problem, sizeof problem);
    ck_assert_str_eq(
        problem,
        "Expect: \"often\" is no frequency; write for example \"Expect: "
        "sometimes deadlock: why\" (always, sometimes, never; ok, "
        "assertion, crash, exit, deadlock, lost-wakeup, livelock, "
        "starvation, leak, misuse, timeout, stuck)");
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("judge");
    TCase *grammar = tcase_create("expect");

    BUILT_CASE(suite, "verdict", verdict_ok, verdict_assertion, verdict_crash,
        verdict_killed, verdict_exit, verdict_exit_of_a_child,
        verdict_misuse, verdict_timeout, verdict_interrupted,
        verdict_incomplete, who_spins_fills_the_trace);
    BUILT_CASE(suite, "deadlock", deadlock_in_a_cycle, deadlock_with_oneself,
        deadlock_with_the_dead, deadlock_at_a_pipe,
        deadlock_at_a_full_pipe, deadlock_at_conditions,
        deadlock_at_a_semaphore, deadlock_at_a_barrier);
    BUILT_CASE(suite, "names", everybody_has_a_name, arguments_name_objects,
        the_best_name_is_used);
    tcase_add_loop_test(
        grammar, expect_grammar, 0,
        (int)(sizeof expectations / sizeof expectations[0]));
    tcase_add_test(grammar, bad_expect_says_why);
    suite_add_tcase(suite, grammar);
    return suite;
}

int main(void)
{
    return built_run(suite());
}
