/*
 * check_misuse.c - each kind of misuse and its sentence: judge/misuse.h.
 */
#include <check.h>
#include <errno.h>

#include "build_trace.h"
#include "judge/misuse.h"

static const char *first_misuse(void)
{
    static char sentence[MISUSE_SENTENCE];
    struct replay *replay = replay_new(built);
    struct names *names = names_new(built);
    bool found = false;

    while (!found && replay_next(replay) != TRACE_NONE) {
        found = misuse_check(replay, names, sentence);
        replay_step(replay);
    }
    replay_free(replay);
    names_free(names);
    return found ? sentence : "";
}

START_TEST(unlock_by_a_stranger)
{
    uint32_t one = spun(0, "one");

    name_things();
    did(0, KIND_LOCK, thing(A), 0)->pc = 100;
    did(one, KIND_UNLOCK, thing(A), 0)->pc = 200;
    built_done();
    ck_assert_str_eq(first_misuse(),
                     "one unlocks a at 1_race.c:20, which main holds, "
                     "locked at 1_race.c:10");
}
END_TEST

START_TEST(unlock_of_what_is_free)
{
    name_things();
    did(0, KIND_LOCK, thing(A), 0);
    did(0, KIND_UNLOCK, thing(A), 0);
    did(0, KIND_UNLOCK, thing(A), 0)->pc = 200;
    built_done();
    ck_assert_str_eq(
        first_misuse(),
        "main unlocks a at 1_race.c:20, which nobody has locked");
}
END_TEST

START_TEST(relock_of_a_normal_lock)
{
    name_things();
    did(0, KIND_LOCK, thing(A), 0);
    did(0, KIND_WAIT, thing(A), KIND_LOCK)->pc = 200;
    built_done();
    ck_assert_str_eq(first_misuse(),
                     "main locks a at 1_race.c:20 though it holds it: it "
                     "waits for itself");
}
END_TEST

START_TEST(relock_of_an_errorcheck_lock)
{
    name_things();
    did(0, KIND_LOCK, thing(A), 0);
    did(0, KIND_LOCK, thing(A), 0)->error = EDEADLK;
    built_done();
    ck_assert_str_eq(first_misuse(), "main locks a though it holds it");
}
END_TEST

START_TEST(destroying_what_is_held)
{
    name_things();
    did(0, KIND_LOCK, thing(A), 0)->pc = 100;
    did(0, KIND_LOCK_DESTROY, thing(A), 0)->error = EBUSY;
    built_done();
    ck_assert_str_eq(first_misuse(),
                     "main destroys a, which it holds itself, locked at "
                     "1_race.c:10");
}
END_TEST

START_TEST(destroying_what_is_waited_for)
{
    uint32_t one = spun(0, "one");

    name_things();
    did(one, KIND_LOCK, thing(A), 0);
    did(one, KIND_CONDITION_WAIT, thing(B), (int64_t)thing(A));
    did(0, KIND_CONDITION_DESTROY, thing(B), 0);
    built_done();
    ck_assert_str_eq(first_misuse(),
                     "main destroys b while one waits for it");
}
END_TEST

START_TEST(closing_twice)
{
    uint32_t one = spun(0, "one");

    name_things();
    make_pipe(0);
    did(one, KIND_CLOSE, fifo(), 4)->pc = 100;
    did(0, KIND_CLOSE, 0, 4)->error = EBADF;
    built_done();
    ck_assert_str_eq(first_misuse(),
                     "main closes descriptor 4 (fds) a second time; one "
                     "closed it first at 1_race.c:10");
}
END_TEST

START_TEST(closing_what_never_was)
{
    struct event *event = did(0, KIND_CLOSE, 0, 44);

    name_things();
    event->error = EBADF;
    event->pc = 100;
    built_done();
    ck_assert_str_eq(
        first_misuse(),
        "main closes descriptor 44 at 1_race.c:10, which is not open");
}
END_TEST

START_TEST(waiting_without_the_lock)
{
    name_things();
    did(0, KIND_CONDITION_WAIT, thing(B), (int64_t)thing(A));
    built_done();
    ck_assert_str_eq(first_misuse(),
                     "main waits on b without holding a");
}
END_TEST

START_TEST(semaphore_past_its_end)
{
    name_things();
    did(0, KIND_SEMAPHORE_POST, thing(A), 0)->error = EOVERFLOW;
    built_done();
    ck_assert_str_eq(first_misuse(),
                     "main posts a past the greatest value it can have");
}
END_TEST

START_TEST(joining_twice)
{
    uint32_t one = spun(0, "one");

    did(one, KIND_THREAD_END, 0, 0);
    did(0, KIND_JOIN, child(one), 0);
    did(0, KIND_JOIN, child(one), 0)->error = ESRCH;
    built_done();
    ck_assert_str_eq(first_misuse(), "main joins one a second time");
}
END_TEST

START_TEST(ending_with_a_lock)
{
    uint32_t one = spun(0, "one");

    name_things();
    did(one, KIND_LOCK, thing(A), 0)->pc = 100;
    did(one, KIND_THREAD_END, 0, 0);
    built_done();
    ck_assert_str_eq(first_misuse(), "one ends while it holds a, locked "
                                     "at 1_race.c:10");
}
END_TEST

/* What may look like misuse and is none. */
START_TEST(no_misuse)
{
    uint32_t one = spun(0, "one");

    did(0, KIND_LOCK_INIT, thing(A), LOCK_RECURSIVE);
    did(0, KIND_LOCK, thing(A), 0);
    did(0, KIND_LOCK, thing(A), 0);
    did(one, KIND_LOCK, thing(A), 0)->error = ETIMEDOUT;
    did(0, KIND_UNLOCK, thing(A), 0);
    did(0, KIND_CONDITION_WAIT, thing(B), (int64_t)thing(A));
    did(one, KIND_BROADCAST, thing(B), 0);
    did(one, KIND_CONDITION_DESTROY, thing(B), 0);
    did(0, KIND_CONDITION_WAKE, thing(B), (int64_t)thing(A));
    did(0, KIND_UNLOCK, thing(A), 0);
    did(0, KIND_SEMAPHORE_WAIT, thing(C), 0)->error = EAGAIN;
    did(0, KIND_LOCK, fifo(), 0);
    did(0, KIND_UNLOCK, fifo(), 0);
    did(0, KIND_UNLOCK, fifo(), 0);
    built_done();
    ck_assert_str_eq(first_misuse(), "");
}
END_TEST

static Suite *suite(void)
{
    Suite *suite = suite_create("misuse");

    BUILT_CASE(suite, "misuse", unlock_by_a_stranger, unlock_of_what_is_free,
        relock_of_a_normal_lock, relock_of_an_errorcheck_lock,
        destroying_what_is_held, destroying_what_is_waited_for,
        closing_twice, closing_what_never_was, waiting_without_the_lock,
        semaphore_past_its_end, joining_twice, ending_with_a_lock,
        no_misuse);
    return suite;
}

int main(void)
{
    return built_run(suite());
}
