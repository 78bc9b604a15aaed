/*
 * check_replay.c - how things stand after each event, and who let whom
 * go on: judge/replay.h.
 */
#include <check.h>
#include <errno.h>
#include <signal.h>

#include "build_trace.h"

/* How things stand after all events so far. */
static struct replay *played(void)
{
    struct replay *replay = replay_new(built);

    while (replay_next(replay) != TRACE_NONE)
        replay_step(replay);
    return replay;
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
    struct event *write, *poll, *read, *more, *room, *end, *close;
    uint32_t reader;

    make_pipe(0);
    reader = forked(0, "reader");
    did(reader, KIND_CLOSE, fifo(), 4);
    write = did(0, KIND_WRITE, fifo(), 10);
    did(0, KIND_WRITE, fifo(), 5);
    poll = did(reader, KIND_POLL, fifo(), 1);
    read = did(reader, KIND_READ, fifo(), 4);
    more = did(reader, KIND_READ, fifo(), 11);
    room = did(0, KIND_WRITE, fifo(), 2);
    room->flags = EVENT_WAITED;
    did(reader, KIND_READ, fifo(), 2);
    close = did(0, KIND_CLOSE, fifo(), 4);
    end = did(reader, KIND_READ, fifo(), 0);
    replay_link(built);
    check_peer(poll, write);
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

static Suite *suite(void)
{
    Suite *suite = suite_create("replay");

    BUILT_CASE(suite, "replay", lock_has_owner_and_waiters,
        recursive_lock_has_depth, read_locks_are_held_by_many,
        condition_gives_the_lock_back_and_takes_it_again,
        semaphore_counts_and_knows_who_took,
        pipe_ends_are_inherited_and_closed, exec_closes_what_it_should,
        fork_copies_private_locks, actors_know_how_they_ended);
    BUILT_CASE(suite, "links", locks_are_linked, conditions_are_linked,
        semaphores_are_linked, a_waiter_got_what_was_posted_since,
        a_signal_is_not_lost_on_one_who_left,
        barrier_is_empty_when_all_have_come, barriers_are_linked,
        pipes_are_linked,
        sockets_are_linked_across, births_and_ends_are_linked);
    return suite;
}

int main(void)
{
    return built_run(suite());
}
