/*
 * check_intercept_transfers.c - the wrappers that move bytes through
 * pipes and sockets: what each returns, errno, and what it records.  See
 * told.h.
 */
#define _GNU_SOURCE /* strerrorname_np, vmsplice */
#include "told.h"

#include <sys/uio.h>

#include "intercept/descriptor.h"

ssize_t __real_read(int, void *, size_t);
ssize_t __real_write(int, const void *, size_t);
int __real_close(int);
int __real_fcntl(int, int, ...);

static int ends[2];
static char bytes[1 << 17];
static volatile int too_many = 2000; /* parts for readv or writev */

static volatile int signals_counted;

static void count_signal(int number)
{
    (void)number;
    signals_counted++;
}

static uint64_t key_of(int file)
{
    return descriptor_of(file).object;
}

static void start_pipe(void)
{
    start();
    pipe(ends);
    forget();
}

static void start_pair(void)
{
    start();
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    forget();
}

/* ---- reading ---- */

static void write_hello(void)
{
    __real_write(ends[1], "hello", 5);
}

START_TEST(reading_waits)
{
    pid_t helper;

    start_pipe();
    helper = stranger(write_hello);
    RETURNS(5, read(ends[0], bytes, 10));
    TOLD("WAIT(READ)[0] READ~[0]:5\"hello\"");
    HOLDS(memcmp(bytes, "hello", 5) == 0);
    HOLDS(last_event(KIND_WAIT)->object == key_of(ends[0]));
    HOLDS(atomic_load(&self.actor->state) == ACTOR_RUNNING);
    gone(helper);
}
END_TEST

/* Linux before 6.4 has no read of a pipe that does not wait; and so it
 * is for a pipe that vmsplice has been used on. */
START_TEST(reading_waits_on_an_older_kernel)
{
    struct iovec part = {bytes, 3};
    pid_t helper;

    start_pipe();
    write_hello();
    RETURNS(3, vmsplice(ends[0], &part, 1, SPLICE_F_NONBLOCK));
    RETURNS(2, read(ends[0], bytes, 10));
    HOLDS(memcmp(bytes, "lo", 2) == 0);
    helper = stranger(write_hello);
    RETURNS(5, read(ends[0], bytes, 10));
    TOLD("READ[0]:2\"lo\" WAIT(READ)[0] READ~[0]:5\"hello\"");
    gone(helper);
    RETURNS(0, close(ends[1]));
    RETURNS(0, read(ends[0], bytes, 10));
}
END_TEST

START_TEST(reading_is_interrupted)
{
    pid_t helper;

    start_pipe();
    handle_signal(0);
    helper = stranger(signal_parent);
    FAILS(EINTR, read(ends[0], bytes, 10));
    TOLD("WAIT(READ)[0] READ~[0]:0=EINTR");
    gone(helper);
}
END_TEST

START_TEST(reading_that_never_waits)
{
    start_pipe();
    RETURNS(0, fcntl(ends[0], F_SETFL, O_NONBLOCK));
    FAILS(EAGAIN, read(ends[0], bytes, 10));
    RETURNS(0, read(ends[0], bytes, 0));
    FAILS(EBADF, read(ends[1], bytes, 10));
    FAILS(EBADF, read(500, bytes, 10));
    TOLD("READ[0]:0=EAGAIN READ[0]:0 READ[1]:0=EBADF READ:0=EBADF");
}
END_TEST

START_TEST(reading_into_parts)
{
    struct iovec parts[2] = {{bytes, 2}, {bytes + 10, 9}};
    pid_t helper;

    start_pipe();
    write_hello();
    RETURNS(5, readv(ends[0], parts, 2));
    HOLDS(memcmp(bytes, "he", 2) == 0 && memcmp(bytes + 10, "llo", 3) == 0);
    helper = stranger(write_hello);
    RETURNS(5, readv(ends[0], parts, 2));
    FAILS(EINVAL, readv(ends[0], parts, too_many));
    TOLD("READ[0]:5\"he\" WAIT(READ)[0] READ~[0]:5\"he\" READ[0]:0=EINVAL");
    gone(helper);
}
END_TEST

START_TEST(data_that_is_no_text)
{
    start_pipe();
    RETURNS(4, write(ends[1], "\1\0\0\0", 4));
    RETURNS(4, read(ends[0], bytes, 4));
    RETURNS(4, write(ends[1], "a\tb\n", 4));
    TOLD("WRITE[1]:4 READ[0]:4 WRITE[1]:4\"a\tb\"");
}
END_TEST

/* A pipe that somebody else made; what he does is not recorded. */
START_TEST(waiting_for_strangers)
{
    pid_t helper;

    QUIETLY(ck_assert(pipe(ends) == 0));
    start();
    helper = stranger(write_hello);
    RETURNS(5, read(ends[0], bytes, 10));
    TOLD("WAIT(READ)&[0] READ~[0]:5\"hello\"");
    gone(helper);
}
END_TEST

/* ---- writing ---- */

static void fill(void)
{
    __real_fcntl(ends[1], F_SETFL, O_NONBLOCK);
    while (__real_write(ends[1], bytes, 4096) > 0)
        ;
    __real_fcntl(ends[1], F_SETFL, 0);
}

static void drain(void)
{
    HOLDS(__real_read(ends[0], bytes, 1 << 16) > 4096);
}

START_TEST(writing_waits)
{
    pid_t helper;

    start_pipe();
    fill();
    helper = stranger(drain);
    RETURNS(5, write(ends[1], "hello", 5));
    TOLD("WAIT(WRITE)[1] WRITE~[1]:5\"hello\"");
    HOLDS(last_event(KIND_WAIT)->object == key_of(ends[1]));
    HOLDS(atomic_load(&self.actor->state) == ACTOR_RUNNING);
    gone(helper);
}
END_TEST

START_TEST(writing_waits_on_an_older_kernel)
{
    struct iovec part = {bytes, 1};
    pid_t helper;

    start_pipe();
    RETURNS(1, vmsplice(ends[1], &part, 1, SPLICE_F_NONBLOCK));
    RETURNS(2, write(ends[1], "ab", 2));
    fill();
    forget();
    helper = stranger(drain);
    RETURNS(5, write(ends[1], "hello", 5));
    TOLD("WAIT(WRITE)[1] WRITE~[1]:5\"hello\"");
    gone(helper);
}
END_TEST

START_TEST(more_than_there_is_room_for)
{
    pid_t helper;

    start_pipe();
    helper = stranger(drain);
    RETURNS(70000, write(ends[1], bytes, 70000));
    TOLD("WRITE[1]:65536 WAIT(WRITE)[1] WRITE~[1]:4464");
    gone(helper);
}
END_TEST

/* Poll says that there is no room as soon as the last page is begun. */
START_TEST(the_last_byte_has_room)
{
    start_pipe();
    for (int i = 1; i < 1 << 16; i++)
        HOLDS(__real_write(ends[1], "x", 1) == 1);
    RETURNS(1, write(ends[1], "y", 1));
    TOLD("WRITE[1]:1\"y\"");
}
END_TEST

START_TEST(writing_is_interrupted)
{
    pid_t helper;

    start_pipe();
    handle_signal(0);
    fill();
    helper = stranger(signal_parent);
    FAILS(EINTR, write(ends[1], "hello", 5));
    TOLD("WAIT(WRITE)[1] WRITE~[1]:0\"hello\"=EINTR");
    gone(helper);
}
END_TEST

/* Shared with the helper. */
static _Atomic int *handled;

static void note_signal(int number)
{
    (void)number;
    atomic_fetch_add(handled, 1);
}

static void signal_and_drain(void)
{
    signal_parent();
    while (atomic_load(handled) == 0)
        __real_sched_yield();
    await_asleep(0);
    drain();
}

START_TEST(writing_goes_on_after_a_signal)
{
    struct sigaction action = {.sa_handler = note_signal,
                               .sa_flags = SA_RESTART};
    pid_t helper;

    handled = mmap(NULL, sizeof *handled, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    start_pipe();
    sigaction(SIGUSR1, &action, NULL);
    fill();
    helper = stranger(signal_and_drain);
    RETURNS(5, write(ends[1], "hello", 5));
    TOLD("WAIT(WRITE)[1] WRITE~[1]:5\"hello\"");
    gone(helper);
}
END_TEST

/* What went in before the signal counts. */
START_TEST(writing_is_interrupted_halfway)
{
    pid_t helper;

    start_pipe();
    handle_signal(0);
    helper = stranger(signal_parent);
    RETURNS(65536, write(ends[1], bytes, 70000));
    TOLD("WRITE[1]:65536 WAIT(WRITE)[1] WRITE~[1]:0=EINTR");
    gone(helper);
}
END_TEST

static void stop_reading(void)
{
    __real_close(ends[0]);
}

/* The reader is the helper alone. */
START_TEST(the_reader_leaves)
{
    pid_t helper;

    start_pipe();
    signal(SIGPIPE, count_signal);
    fill();
    helper = stranger(stop_reading);
    RETURNS(0, close(ends[0]));
    FAILS(EPIPE, write(ends[1], "a", 1));
    HOLDS(signals_counted == 1);
    TOLD("CLOSE[0] WAIT(WRITE)[1] WRITE~[1]:0\"a\"=EPIPE");
    gone(helper);
}
END_TEST

START_TEST(writing_that_never_waits)
{
    start_pipe();
    fill();
    RETURNS(0, fcntl(ends[1], F_SETFL, O_NONBLOCK));
    FAILS(EAGAIN, write(ends[1], "a", 1));
    FAILS(EBADF, write(ends[0], "b", 1));
    FAILS(EBADF, write(500, "c", 1));
    TOLD("WRITE[1]:0\"a\"=EAGAIN WRITE[0]:0\"b\"=EBADF "
         "WRITE:0\"c\"=EBADF");
}
END_TEST

START_TEST(nobody_reads)
{
    start_pipe();
    signal(SIGPIPE, SIG_IGN);
    RETURNS(0, close(ends[0]));
    FAILS(EPIPE, write(ends[1], "a", 1));
    TOLD("CLOSE[0] WRITE[1]:0\"a\"=EPIPE");
}
END_TEST

START_TEST(writing_from_parts)
{
    struct iovec parts[2] = {{"he", 2}, {bytes, 70000}};
    pid_t helper;

    start_pipe();
    helper = stranger(drain);
    RETURNS(70002, writev(ends[1], parts, 2));
    TOLD("WRITE[1]:65536\"he\" WAIT(WRITE)[1] WRITE~[1]:4466");
    FAILS(EINVAL, writev(ends[1], parts, too_many));
    gone(helper);
}
END_TEST

/* ---- sockets ---- */

START_TEST(a_pair_is_one_object)
{
    int none[2];

    start();
    RETURNS(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
    FAILS(EOPNOTSUPP, socketpair(AF_INET, SOCK_STREAM, 0, none));
    RETURNS(1, write(ends[0], "a", 1));
    RETURNS(1, read(ends[1], bytes, 9));
    RETURNS(1, send(ends[1], "b", 1, 0));
    RETURNS(1, recv(ends[0], bytes, 9, 0));
    RETURNS(0, close(ends[1]));
    RETURNS(0, recv(ends[0], bytes, 9, 0));
    TOLD("SOCKET_PAIRx SOCKET_PAIR=EOPNOTSUPP WRITE[0]:1\"a\" "
         "READ[1]:1\"a\" WRITE[1]:1\"b\" READ[0]:1\"b\" CLOSE[1] "
         "READ[0]:0");
    HOLDS(key_of(ends[0]) == last_event(KIND_CLOSE)->object);
}
END_TEST

START_TEST(receiving_waits)
{
    pid_t helper;

    start_pair();
    handle_signal(0);
    helper = stranger(write_hello);
    RETURNS(5, recv(ends[0], bytes, 9, 0));
    gone(helper);
    helper = stranger(write_hello);
    RETURNS(5, read(ends[0], bytes, 9));
    gone(helper);
    helper = stranger(signal_parent);
    FAILS(EINTR, recv(ends[0], bytes, 9, 0));
    gone(helper);
    FAILS(EAGAIN, recv(ends[0], bytes, 9, MSG_DONTWAIT));
    FAILS(EBADF, recv(500, bytes, 9, 0));
    TOLD("WAIT(READ)[0] READ~[0]:5\"hello\" WAIT(READ)[0] READ~[0]:5\"hello\" "
         "WAIT(READ)[0] READ~[0]:0=EINTR READ[0]:0=EAGAIN READ:0=EBADF");
}
END_TEST

START_TEST(receiving_all)
{
    pid_t helper;

    start_pair();
    write_hello();
    helper = stranger(write_hello);
    RETURNS(5, recv(ends[0], bytes, 9, MSG_PEEK));
    RETURNS(10, recv(ends[0], bytes, 10, MSG_WAITALL));
    write_hello();
    RETURNS(5, recv(ends[0], bytes, 5, MSG_WAITALL));
    TOLD("POLL[0]:1 WAIT(READ)[0] READ~[0]:10\"hellohello\" "
         "READ[0]:5\"hello\"");
    gone(helper);
}
END_TEST

START_TEST(receiving_for_some_time)
{
    struct timeval time = {.tv_usec = 1000};

    start_pair();
    setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    FAILS(EAGAIN, read(ends[0], bytes, 9));
    TOLD("WAIT(READ)@[0] READ~[0]:0=EAGAIN");
}
END_TEST

static void empty(void)
{
    __real_fcntl(ends[0], F_SETFL, O_NONBLOCK);
    while (__real_read(ends[0], bytes, sizeof bytes) > 0)
        ;
}

START_TEST(sending_waits)
{
    pid_t helper;

    start_pair();
    handle_signal(0);
    fill();
    FAILS(EAGAIN, send(ends[1], "a", 1, MSG_DONTWAIT));
    helper = stranger(signal_parent);
    FAILS(EINTR, send(ends[1], "b", 1, 0));
    gone(helper);
    helper = stranger(empty);
    RETURNS(1, write(ends[1], "c", 1));
    gone(helper);
    TOLD("WRITE[1]:0\"a\"=EAGAIN WAIT(WRITE)[1] WRITE~[1]:0\"b\"=EINTR "
         "WAIT(WRITE)[1] WRITE~[1]:1\"c\"");
}
END_TEST

static void add_reading(Suite *suite)
{
    TCase *tcase = tcase_create("reading");

    tcase_add_test(tcase, reading_waits);
    tcase_add_test(tcase, reading_waits_on_an_older_kernel);
    tcase_add_test(tcase, reading_is_interrupted);
    tcase_add_test(tcase, reading_that_never_waits);
    tcase_add_test(tcase, reading_into_parts);
    tcase_add_test(tcase, data_that_is_no_text);
    tcase_add_test(tcase, waiting_for_strangers);
    suite_add_tcase(suite, tcase);
}

static void add_writing(Suite *suite)
{
    TCase *tcase = tcase_create("writing");

    tcase_add_test(tcase, writing_waits);
    tcase_add_test(tcase, writing_waits_on_an_older_kernel);
    tcase_add_test(tcase, more_than_there_is_room_for);
    tcase_add_test(tcase, the_last_byte_has_room);
    tcase_add_test(tcase, writing_is_interrupted);
    tcase_add_test(tcase, writing_goes_on_after_a_signal);
    tcase_add_test(tcase, writing_is_interrupted_halfway);
    tcase_add_test(tcase, the_reader_leaves);
    tcase_add_test(tcase, writing_that_never_waits);
    tcase_add_test(tcase, nobody_reads);
    tcase_add_test(tcase, writing_from_parts);
    suite_add_tcase(suite, tcase);
}

static void add_sockets(Suite *suite)
{
    TCase *tcase = tcase_create("sockets");

    tcase_add_test(tcase, a_pair_is_one_object);
    tcase_add_test(tcase, receiving_waits);
    tcase_add_test(tcase, receiving_all);
    tcase_add_test(tcase, receiving_for_some_time);
    tcase_add_test(tcase, sending_waits);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    Suite *suite = suite_create("intercept: transfers");
    SRunner *runner;
    int failures;

    add_reading(suite);
    add_writing(suite);
    add_sockets(suite);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
