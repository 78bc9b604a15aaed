/*
 * check_judge.c - from events to a verdict: judge/.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "build_trace.h"
#include "judge/expect.h"
#include "judge/misuse.h"
#include "judge/verdict.h"

static void setup(void)
{
    built_start();
    built_main();
}

static void teardown(void)
{
    built_stop();
}

/* How things stand after all events so far. */
static struct replay *played(void)
{
    struct replay *replay = replay_new(built);

    while (replay_next(replay) != TRACE_NONE)
        replay_step(replay);
    return replay;
}

static uint32_t index_of(const struct event *event)
{
    return (uint32_t)(event - trace_event(built, 0));
}

/* ---- replay: locks ---- */

START_TEST(lock_has_owner_and_waiters)
{
    uint32_t one = spun(0, "one"), two = spun(0, "two");
    const struct replay_object *object;
    struct replay *replay;

    did(one, KIND_LOCK, thing(A), 0);
    did(two, KIND_WAIT, thing(A), KIND_LOCK);
    replay = played();
    object = replay_object(replay, thing(A));
    ck_assert_uint_eq(object->holder_count, 1);
    ck_assert_uint_eq(object->holders[0].actor, one);
    ck_assert_uint_eq(object->waiter_count, 1);
    ck_assert_uint_eq(object->waiters[0], two);
    ck_assert_uint_eq(replay_actor(replay, one)->held, 1);
    ck_assert(replay_waits(replay_actor(replay, two)));
    replay_free(replay);

    did(one, KIND_UNLOCK, thing(A), 0);
    did(two, KIND_LOCK, thing(A), 0)->flags = EVENT_WAITED;
    replay = played();
    object = replay_object(replay, thing(A));
    ck_assert_uint_eq(object->holders[0].actor, two);
    ck_assert_uint_eq(object->waiter_count, 0);
    ck_assert_uint_eq(replay_actor(replay, one)->held, 0);
    replay_free(replay);
}
END_TEST

START_TEST(recursive_lock_has_depth)
{
    struct replay *replay;

    did(0, KIND_LOCK_INIT, thing(A), LOCK_RECURSIVE);
    did(0, KIND_LOCK, thing(A), 0);
    did(0, KIND_LOCK, thing(A), 0);
    did(0, KIND_UNLOCK, thing(A), 0);
    replay = played();
    ck_assert_uint_eq(
        replay_holder(replay_object(replay, thing(A)), 0)->depth, 1);
    replay_free(replay);
    did(0, KIND_UNLOCK, thing(A), 0);
    replay = played();
    ck_assert_ptr_null(
        replay_holder(replay_object(replay, thing(A)), 0));
    replay_free(replay);
}
END_TEST

START_TEST(read_locks_are_held_by_many)
{
    uint32_t one = spun(0, "one");
    struct replay *replay;

    did(0, KIND_READ_LOCK, thing(A), 0);
    did(one, KIND_READ_LOCK, thing(A), 0);
    did(0, KIND_LOCK, thing(A), 0)->error = EBUSY;
    replay = played();
    ck_assert_uint_eq(replay_object(replay, thing(A))->holder_count, 2);
    replay_free(replay);
}
END_TEST

START_TEST(condition_gives_the_lock_back_and_takes_it_again)
{
    uint32_t one = spun(0, "one");
    struct replay *replay;

    did(one, KIND_LOCK, thing(A), 0);
    did(one, KIND_CONDITION_WAIT, thing(B), (int64_t)thing(A));
    replay = played();
    ck_assert_uint_eq(replay_object(replay, thing(A))->holder_count, 0);
    ck_assert_uint_eq(replay_object(replay, thing(B))->waiter_count, 1);
    ck_assert_uint_eq(replay_actor(replay, one)->wait_lock, thing(A));
    replay_free(replay);
    did(0, KIND_SIGNAL, thing(B), 0);
    did(one, KIND_CONDITION_WAKE, thing(B), (int64_t)thing(A));
    replay = played();
    ck_assert_uint_eq(replay_object(replay, thing(A))->holders[0].actor,
                      one);
    ck_assert_uint_eq(replay_object(replay, thing(B))->waiter_count, 0);
    replay_free(replay);
}
END_TEST

START_TEST(semaphore_counts_and_knows_who_took)
{
    uint32_t one = forked(0, "one");
    struct replay *replay;

    did(0, KIND_SEMAPHORE_INIT, thing(A), 2);
    did(one, KIND_SEMAPHORE_WAIT, thing(A), 0);
    did(one, KIND_SEMAPHORE_WAIT, thing(A), 0)->error = EINTR;
    replay = played();
    ck_assert_int_eq(replay_object(replay, thing(A))->count, 1);
    ck_assert_uint_eq(
        replay_holder(replay_object(replay, thing(A)), one)->depth, 1);
    replay_free(replay);
    did(one, KIND_SEMAPHORE_POST, thing(A), 0);
    replay = played();
    ck_assert_int_eq(replay_object(replay, thing(A))->count, 2);
    ck_assert_uint_eq(replay_object(replay, thing(A))->holder_count, 0);
    replay_free(replay);
}
END_TEST

/* ---- replay: processes ---- */

static uint64_t fifo(void)
{
    return object_key(OBJECT_FILE, 77);
}

static void make_pipe(uint32_t actor)
{
    did(actor, KIND_PIPE, fifo(), 3 | INT64_C(4) << 32);
    called(fifo(), "fds");
}

START_TEST(pipe_ends_are_inherited_and_closed)
{
    struct replay *replay;
    uint32_t reader;

    make_pipe(0);
    reader = forked(0, "reader");
    did(0, KIND_CLOSE, fifo(), 3);
    did(0, KIND_DUP, fifo(), 9)->flags = EVENT_WRITE_END;
    replay = played();
    ck_assert(replay_has_end(replay, reader, fifo(), EVENT_READ_END));
    ck_assert(replay_has_end(replay, reader, fifo(), EVENT_WRITE_END));
    ck_assert(!replay_has_end(replay, 0, fifo(), EVENT_READ_END));
    ck_assert_uint_eq(replay_object(replay, fifo())->writers, 3);
    ck_assert_uint_eq(replay_object(replay, fifo())->readers, 1);
    replay_free(replay);
    did(0, KIND_EXIT, 0, 0);
    replay = played();
    ck_assert_uint_eq(replay_object(replay, fifo())->writers, 1);
    replay_free(replay);
}
END_TEST

START_TEST(exec_closes_what_it_should)
{
    struct replay *replay;

    make_pipe(0);
    did(0, KIND_DUP, fifo(), 9)->flags = EVENT_WRITE_END | EVENT_CLOEXEC;
    said(0, KIND_EXEC, "cat");
    replay = played();
    ck_assert_uint_eq(replay_object(replay, fifo())->writers, 1);
    ck_assert(!replay_descriptor(replay, 0, 9)->is_open);
    replay_free(replay);
}
END_TEST

START_TEST(fork_copies_private_locks)
{
    uint64_t parents = object_key(OBJECT_PRIVATE, 0x5000);
    uint64_t childs;
    struct replay *replay;
    uint32_t one;

    did(0, KIND_LOCK, parents, 0);
    one = forked(0, "one");
    childs = object_key(OBJECT_PRIVATE, (uint64_t)one << 48 | 0x5000);
    replay = played();
    ck_assert_ptr_nonnull(replay_holder(replay_object(replay, parents), 0));
    ck_assert_ptr_nonnull(
        replay_holder(replay_object(replay, childs), one));
    ck_assert_uint_eq(replay_actor(replay, one)->held, 1);
    replay_free(replay);
}
END_TEST

START_TEST(actors_know_how_they_ended)
{
    uint32_t one = forked(0, "one"), two = spun(one, "two");
    struct event *killed, *reaped;
    struct replay *replay;

    did(two, KIND_SLEEP, object_key(OBJECT_TIME, 0), 1000);
    killed = did(one, KIND_KILLED, 0, SIGTERM);
    reaped = did(0, KIND_REAP, child(one), SIGTERM);
    replay = played();
    ck_assert_int_eq(replay_actor(replay, two)->state, ACTOR_ENDED);
    ck_assert_uint_eq(replay_actor(replay, one)->end, index_of(killed));
    ck_assert_uint_eq(replay_actor(replay, one)->taken, index_of(reaped));
    replay_free(replay);
}
END_TEST

/* ---- links ---- */

static void check_peer(const struct event *event,
                       const struct event *expected)
{
    ck_assert_uint_eq(event->peer, index_of(expected));
}

START_TEST(locks_are_linked)
{
    uint32_t one = spun(0, "one");
    struct event *unlock, *lock, *wait, *woken, *first, *late;

    first = did(0, KIND_LOCK, thing(A), 0);
    unlock = did(0, KIND_UNLOCK, thing(A), 0);
    lock = did(one, KIND_LOCK, thing(A), 0);
    wait = did(one, KIND_CONDITION_WAIT, thing(B), (int64_t)thing(A));
    woken = did(0, KIND_LOCK, thing(A), 0);
    late = did(0, KIND_LOCK, thing(A), 0);
    late->error = ETIMEDOUT;
    replay_link(built);
    ck_assert_uint_eq(first->peer, TRACE_NONE);
    check_peer(lock, unlock);
    check_peer(woken, wait);
    ck_assert_uint_eq(late->peer, TRACE_NONE);
}
END_TEST

START_TEST(conditions_are_linked)
{
    uint32_t one = spun(0, "one"), two = spun(0, "two");
    struct event *signal, *broadcast, *first, *second, *late;
    int64_t lock = (int64_t)thing(A);

    did(one, KIND_CONDITION_WAIT, thing(B), lock);
    did(two, KIND_CONDITION_WAIT, thing(B), lock);
    signal = did(0, KIND_SIGNAL, thing(B), 0);
    /* the kernel took the second, whatever came first */
    second = did(two, KIND_CONDITION_WAKE, thing(B), lock);
    did(two, KIND_CONDITION_WAIT, thing(B), lock);
    broadcast = did(0, KIND_BROADCAST, thing(B), 0);
    first = did(one, KIND_CONDITION_WAKE, thing(B), lock);
    late = did(two, KIND_CONDITION_WAKE, thing(B), lock);
    late->error = ETIMEDOUT;
    replay_link(built);
    check_peer(second, signal);
    check_peer(first, broadcast);
    ck_assert_uint_eq(late->peer, TRACE_NONE);
}
END_TEST

START_TEST(semaphores_are_linked)
{
    uint32_t one = spun(0, "one");
    struct event *initial, *post, *taken;

    did(0, KIND_SEMAPHORE_INIT, thing(A), 1);
    initial = did(one, KIND_SEMAPHORE_WAIT, thing(A), 0);
    did(one, KIND_WAIT, thing(A), KIND_SEMAPHORE_WAIT);
    post = did(0, KIND_SEMAPHORE_POST, thing(A), 0);
    did(0, KIND_SEMAPHORE_POST, thing(A), 0);
    taken = did(one, KIND_SEMAPHORE_WAIT, thing(A), 0);
    taken->flags = EVENT_WAITED;
    replay_link(built);
    ck_assert_uint_eq(initial->peer, TRACE_NONE);
    check_peer(taken, post);
}
END_TEST

/* Whoever was there first may be recorded last. */
START_TEST(a_waiter_got_what_was_posted_since)
{
    uint32_t one = spun(0, "one");
    struct event *post, *taken, *initial;

    did(0, KIND_SEMAPHORE_INIT, thing(A), 1);
    did(one, KIND_WAIT, thing(A), KIND_SEMAPHORE_WAIT);
    post = did(0, KIND_SEMAPHORE_POST, thing(A), 0);
    taken = did(one, KIND_SEMAPHORE_WAIT, thing(A), 0);
    taken->flags = EVENT_WAITED;
    initial = did(0, KIND_SEMAPHORE_WAIT, thing(A), 0);
    replay_link(built);
    check_peer(taken, post);
    ck_assert_uint_eq(initial->peer, TRACE_NONE);
}
END_TEST

START_TEST(a_signal_is_not_lost_on_one_who_left)
{
    uint32_t one = spun(0, "one"), two = spun(0, "two");
    int64_t lock = (int64_t)thing(A);
    struct event *signal, *late, *woken;

    did(one, KIND_CONDITION_WAIT, thing(B), lock);
    did(two, KIND_CONDITION_WAIT, thing(B), lock);
    signal = did(0, KIND_SIGNAL, thing(B), 0);
    late = did(one, KIND_CONDITION_WAKE, thing(B), lock);
    late->error = ETIMEDOUT;
    woken = did(two, KIND_CONDITION_WAKE, thing(B), lock);
    replay_link(built);
    ck_assert_uint_eq(late->peer, TRACE_NONE);
    check_peer(woken, signal);
}
END_TEST

START_TEST(barrier_is_empty_when_all_have_come)
{
    uint32_t one = spun(0, "one");
    struct replay *replay;

    did(0, KIND_BARRIER_INIT, thing(A), 2);
    did(one, KIND_BARRIER_ARRIVE, thing(A), 0);
    did(0, KIND_BARRIER_ARRIVE, thing(A), 0);
    replay = played();
    ck_assert_uint_eq(replay_object(replay, thing(A))->waiter_count, 0);
    ck_assert_int_eq(replay_object(replay, thing(A))->arrived, 0);
    replay_free(replay);
}
END_TEST

START_TEST(barriers_are_linked)
{
    uint32_t one = spun(0, "one");
    struct event *last, *leave, *own;

    did(0, KIND_BARRIER_INIT, thing(A), 2);
    did(one, KIND_BARRIER_ARRIVE, thing(A), 0);
    last = did(0, KIND_BARRIER_ARRIVE, thing(A), 0);
    own = did(0, KIND_BARRIER_LEAVE, thing(A), 1);
    leave = did(one, KIND_BARRIER_LEAVE, thing(A), 0);
    replay_link(built);
    check_peer(leave, last);
    check_peer(own, last);
}
END_TEST

START_TEST(pipes_are_linked)
{
    struct event *write, *read, *more, *room, *end, *close;
    uint32_t reader;

    make_pipe(0);
    reader = forked(0, "reader");
    did(reader, KIND_CLOSE, fifo(), 4);
    write = did(0, KIND_WRITE, fifo(), 10);
    did(0, KIND_WRITE, fifo(), 5);
    read = did(reader, KIND_READ, fifo(), 4);
    more = did(reader, KIND_READ, fifo(), 11);
    room = did(0, KIND_WRITE, fifo(), 2);
    room->flags = EVENT_WAITED;
    did(reader, KIND_READ, fifo(), 2);
    close = did(0, KIND_CLOSE, fifo(), 4);
    end = did(reader, KIND_READ, fifo(), 0);
    replay_link(built);
    check_peer(read, write);
    check_peer(more, write);
    check_peer(room, more);
    check_peer(end, close);
}
END_TEST

START_TEST(sockets_are_linked_across)
{
    struct event *to_second, *to_first, *by_second, *by_first;

    did(0, KIND_SOCKET_PAIR, fifo(), 3 | INT64_C(4) << 32);
    to_second = did(0, KIND_WRITE, fifo(), 3);
    to_second->flags = EVENT_READ_END;
    to_first = did(0, KIND_WRITE, fifo(), 4);
    to_first->flags = EVENT_WRITE_END;
    by_first = did(0, KIND_READ, fifo(), 4);
    by_first->flags = EVENT_READ_END;
    by_second = did(0, KIND_READ, fifo(), 3);
    by_second->flags = EVENT_WRITE_END;
    replay_link(built);
    check_peer(by_first, to_first);
    check_peer(by_second, to_second);
}
END_TEST

START_TEST(births_and_ends_are_linked)
{
    uint32_t process = announced(0, "one"), thread;
    struct event *fork, *begin, *exit, *reap, *end, *join, *kill, *killed;

    fork = did(0, KIND_FORK, child(process), 7);
    begin = did(process, KIND_BEGIN, 0, 7);
    exit = did(process, KIND_EXIT, 0, 0);
    reap = did(0, KIND_REAP, child(process), 0);
    thread = spun(0, "two");
    end = did(thread, KIND_THREAD_END, 0, 0);
    join = did(0, KIND_JOIN, child(thread), 0);
    process = forked(0, "three");
    kill = did(0, KIND_KILL, child(process), SIGTERM);
    killed = did(process, KIND_KILLED, 0, SIGTERM);
    replay_link(built);
    check_peer(begin, fork);
    check_peer(reap, exit);
    check_peer(join, end);
    check_peer(killed, kill);
}
END_TEST

/* ---- misuse ---- */

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

static void name_things(void)
{
    called(thing(A), "a");
    called(thing(B), "b");
    placed(100, "main", "chapters/x/1_race.c", 10, false);
    placed(200, "main", "chapters/x/1_race.c", 20, false);
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
                     "timeout: not at its end after 2 s");
    ck_assert_str_eq(verdict.also,
                     "the trace was full, 3 events are missing (make it "
                     "larger with --events)");
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
     1 << VERDICT_DEADLOCK},
    {"sometimes assertion: x: y", "sometimes assertion", "x: y",
     1 << VERDICT_OK | 1 << VERDICT_ASSERTION},
    {"never crash: z", "never crash", "z", 1 << VERDICT_OK},
    {"never ok", "never ok", "",
     1 << VERDICT_ASSERTION | 1 << VERDICT_CRASH | 1 << VERDICT_EXIT |
         1 << VERDICT_DEADLOCK | 1 << VERDICT_TIMEOUT |
         1 << VERDICT_MISUSE},
    {"always exit", "always exit", "", 1 << VERDICT_EXIT},
    {"always misuse :odd", "always misuse", "odd", 1 << VERDICT_MISUSE},
    {"always timeout: t", "always timeout", "t", 1 << VERDICT_TIMEOUT},
    {"often deadlock: a", NULL, "", 0},
    {"always", NULL, "", 0},
    {"always fine: a", NULL, "", 0},
    {"always ok so it is", NULL, "", 0},
    {"sometimes ok: a", NULL, "", 0},
    {"always interrupted: a", NULL, "", 0},
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
    for (unsigned kind = 0; kind <= VERDICT_INCOMPLETE; kind++) {
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
        "assertion, crash, exit, deadlock, misuse, timeout)");
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *const *tests,
                size_t count)
{
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, setup, teardown);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}

#define ADD(suite, name, ...)                                    \
    do {                                                         \
        const TTest *const tests[] = {__VA_ARGS__};              \
        add(suite, name, tests, sizeof tests / sizeof tests[0]); \
    } while (0)

static Suite *suite(void)
{
    Suite *suite = suite_create("judge");
    TCase *grammar = tcase_create("expect");

    ADD(suite, "replay", lock_has_owner_and_waiters,
        recursive_lock_has_depth, read_locks_are_held_by_many,
        condition_gives_the_lock_back_and_takes_it_again,
        semaphore_counts_and_knows_who_took,
        pipe_ends_are_inherited_and_closed, exec_closes_what_it_should,
        fork_copies_private_locks, actors_know_how_they_ended);
    ADD(suite, "links", locks_are_linked, conditions_are_linked,
        semaphores_are_linked, a_waiter_got_what_was_posted_since,
        a_signal_is_not_lost_on_one_who_left,
        barrier_is_empty_when_all_have_come, barriers_are_linked,
        pipes_are_linked,
        sockets_are_linked_across, births_and_ends_are_linked);
    ADD(suite, "misuse", unlock_by_a_stranger, unlock_of_what_is_free,
        relock_of_a_normal_lock, relock_of_an_errorcheck_lock,
        destroying_what_is_held, destroying_what_is_waited_for,
        closing_twice, closing_what_never_was, waiting_without_the_lock,
        semaphore_past_its_end, joining_twice, ending_with_a_lock,
        no_misuse);
    ADD(suite, "verdict", verdict_ok, verdict_assertion, verdict_crash,
        verdict_killed, verdict_exit, verdict_exit_of_a_child,
        verdict_misuse, verdict_timeout, verdict_interrupted,
        verdict_incomplete);
    ADD(suite, "deadlock", deadlock_in_a_cycle, deadlock_with_oneself,
        deadlock_with_the_dead, deadlock_at_a_pipe,
        deadlock_at_a_full_pipe, deadlock_at_conditions,
        deadlock_at_a_semaphore, deadlock_at_a_barrier);
    ADD(suite, "names", everybody_has_a_name, arguments_name_objects,
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
    SRunner *runner = srunner_create(suite());
    int failures;

    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
