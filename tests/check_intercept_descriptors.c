/*
 * check_intercept_descriptors.c - the wrappers of descriptors: pipes,
 * sockets, files, their locks and mappings; what each returns, errno,
 * and what it records.  See told.h.
 *
 * Started by exec as an actor, this program reads from descriptor 0 and
 * writes to descriptor 1, which a test made.
 */
#define _GNU_SOURCE /* strerrorname_np, pipe2, dup3, ppoll */
#include "told.h"

#include <linux/close_range.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "intercept/descriptor.h"

ssize_t __real_read(int, void *, size_t);
ssize_t __real_write(int, const void *, size_t);
int __real_close(int);
int __real_flock(int, int);
int __real_fcntl(int, int, ...);
int __real_lockf(int, int, off_t);
int __real_open(const char *, int, ...);

static int ends[2], others[2];
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

/* No more descriptors than there are.  Returns what is to be restored. */
static struct rlimit refuse_descriptors(void)
{
    int lowest = dup(0);
    struct rlimit before, limit;

    __real_close(lowest);
    getrlimit(RLIMIT_NOFILE, &before);
    limit = before;
    limit.rlim_cur = (rlim_t)lowest;
    setrlimit(RLIMIT_NOFILE, &limit);
    forget();
    return before;
}

/* ---- making and closing ---- */

START_TEST(a_pipe)
{
    start();
    RETURNS(0, pipe(ends));
    RETURNS(0, pipe2(others, O_CLOEXEC | O_NONBLOCK));
    FAILS(EINVAL, pipe2(others, -1));
    TOLD("PIPE PIPEx PIPE=EINVAL");
    RETURNS(5, write(ends[1], "hello", 5));
    RETURNS(0, close(ends[1]));
    RETURNS(5, read(ends[0], bytes, 10));
    RETURNS(0, read(ends[0], bytes, 10));
    RETURNS(0, close(ends[0]));
    FAILS(EBADF, close(ends[0]));
    TOLD("PIPE PIPEx PIPE=EINVAL WRITE[1]:5\"hello\" CLOSE[1] "
         "READ[0]:5\"hello\" READ[0]:0 CLOSE[0] CLOSE=EBADF");
    HOLDS(last_event(KIND_READ)->object == last_event(KIND_WRITE)->object);
    HOLDS(last_event(KIND_CLOSE)->value == ends[0]);
}
END_TEST

START_TEST(a_pipe_is_known)
{
    const struct event *event;

    start();
    RETURNS(0, pipe(ends));
    event = last_event(KIND_PIPE);
    HOLDS(object_class(event->object) == OBJECT_FILE);
    HOLDS((event->value & 0xffffffff) == ends[0]);
    HOLDS(event->value >> 32 == ends[1]);
    HOLDS(key_of(ends[0]) == event->object);
    HOLDS(key_of(ends[1]) == event->object);
    RETURNS(0, pipe(others));
    HOLDS(key_of(others[0]) != event->object);
}
END_TEST

START_TEST(no_more_descriptors)
{
    struct rlimit before;

    start();
    before = refuse_descriptors();
    FAILS(EMFILE, pipe(ends));
    FAILS(EMFILE, socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    FAILS(EMFILE, dup(0));
    FAILS(EMFILE, open("/dev/null", O_RDONLY));
    setrlimit(RLIMIT_NOFILE, &before);
    TOLD("PIPE=EMFILE SOCKET_PAIR=EMFILE DUP=EMFILE "
         "OPEN\"/dev/null\"=EMFILE");
}
END_TEST

START_TEST(copies)
{
    int copy;

    start_pipe();
    copy = dup(ends[1]);
    HOLDS(copy > ends[1] && last_event(KIND_DUP)->value == copy);
    RETURNS(400, dup2(ends[0], 400));
    RETURNS(400, dup2(ends[1], 400));
    RETURNS(401, dup3(ends[1], 401, O_CLOEXEC));
    RETURNS(402, fcntl(ends[0], F_DUPFD, 402));
    RETURNS(403, fcntl(ends[0], F_DUPFD_CLOEXEC, 402));
    TOLD("DUP[1] DUP[0] DUP[1] DUP[1]x DUP[0] DUP[0]x");
    HOLDS(last_event(KIND_DUP)->object == key_of(ends[1]));
    forget();
    RETURNS(2, write(400, "ab", 2));
    RETURNS(2, read(402, bytes, 9));
    TOLD("WRITE[1]:2\"ab\" READ[0]:2\"ab\"");
}
END_TEST

START_TEST(copies_that_cannot_be)
{
    start();
    FAILS(EBADF, dup(500));
    FAILS(EBADF, dup2(500, 501));
    FAILS(EINVAL, dup3(0, 0, 0));
    FAILS(EBADF, fcntl(500, F_DUPFD, 0));
    TOLD("DUP=EBADF DUP=EBADF DUP=EINVAL DUP=EBADF");
}
END_TEST

START_TEST(the_trace_stays_open)
{
    int file;

    start();
    file = trace_descriptor();
    FAILS(EBADF, close(file));
    FAILS(EBADF, dup2(0, file));
    FAILS(EBADF, dup3(0, file, 0));
    HOLDS(fcntl(file, F_GETFD) == 0);
    TOLD("DUP=EBADF DUP=EBADF");
    HOLDS(key_of(file) != key_of(0));
}
END_TEST

START_TEST(closing_many)
{
    start_pipe();
    RETURNS(600, dup2(ends[1], 600));
    FAILS(EINVAL, close_range(2, 1, 0));
    FAILS(EINVAL, close_range(1, 2, -1));
    RETURNS(0, close_range(600, ~0u, CLOSE_RANGE_CLOEXEC));
    HOLDS(fcntl(600, F_GETFD) == FD_CLOEXEC);
    RETURNS(0, close_range((unsigned)ends[0], (unsigned)ends[1], 0));
    TOLD("DUP[1] CLOSE[0] CLOSE[1]");
    HOLDS(fcntl(ends[0], F_GETFD) < 0);
    closefrom(600);
    TOLD("DUP[1] CLOSE[0] CLOSE[1] CLOSE[1]");
    HOLDS(fcntl(600, F_GETFD) < 0);
    HOLDS(fcntl(trace_descriptor(), F_GETFD) == 0);
}
END_TEST

START_TEST(what_was_closed_is_forgotten)
{
    int file;

    start_pipe();
    RETURNS(0, close(ends[0]));
    file = open("/dev/null", O_RDONLY);
    HOLDS(file == ends[0]);
    RETURNS(0, read(file, bytes, 1));
    TOLD("CLOSE[0] OPEN\"/dev/null\" READ:0");
}
END_TEST

START_TEST(fcntl_passes_through)
{
    int flags;

    start_pipe();
    flags = fcntl(ends[0], F_GETFL);
    HOLDS(flags == O_RDONLY);
    RETURNS(0, fcntl(ends[0], F_SETFL, O_NONBLOCK));
    RETURNS(O_NONBLOCK, fcntl(ends[0], F_GETFL));
    RETURNS(0, fcntl(ends[0], F_SETFD, FD_CLOEXEC));
    FAILS(EBADF, fcntl(500, F_GETFL));
    TOLD("");
}
END_TEST

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
    start();
    RETURNS(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
    FAILS(EOPNOTSUPP, socketpair(AF_INET, SOCK_STREAM, 0, others));
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

/* ---- several at once ---- */

START_TEST(polling)
{
    struct pollfd list[2] = {{.events = POLLIN}, {.fd = -1}};
    struct timespec soon = {.tv_nsec = 1000000}, wrong = {.tv_nsec = -1};
    pid_t helper;

    start_pipe();
    list[0].fd = ends[0];
    RETURNS(0, poll(list, 1, 0));
    RETURNS(0, poll(list, 1, 1));
    RETURNS(0, ppoll(list, 1, &soon, NULL));
    FAILS(EINVAL, ppoll(list, 1, &wrong, NULL));
    helper = stranger(write_hello);
    RETURNS(1, poll(list, 2, -1));
    gone(helper);
    RETURNS(1, ppoll(list, 1, NULL, NULL));
    RETURNS(0, poll(NULL, 0, 1));
    TOLD("POLL?:0 WAIT(POLL)@ POLL~:0 WAIT(POLL)@ POLL~:0 POLL:0=EINVAL "
         "WAIT(POLL) POLL~:1 POLL:1 WAIT(POLL)@>time POLL~:0");
    HOLDS(list[0].revents == POLLIN);
}
END_TEST

START_TEST(polling_is_interrupted)
{
    struct pollfd list[2] = {{.events = POLLIN}, {.fd = 0}};
    struct timespec never = {.tv_sec = 1000};
    sigset_t none;
    pid_t helper;

    start_pipe();
    handle_signal(SA_RESTART);
    sigemptyset(&none);
    list[0].fd = ends[0];
    helper = stranger(signal_parent);
    FAILS(EINTR, poll(list, 1, -1));
    gone(helper);
    helper = stranger(signal_parent);
    FAILS(EINTR, ppoll(list, 1, &never, &none));
    gone(helper);
    TOLD("WAIT(POLL) POLL~:0=EINTR WAIT(POLL)@ POLL~:0=EINTR");
}
END_TEST

static fd_set only(int file)
{
    fd_set set;

    FD_ZERO(&set);
    FD_SET(file, &set);
    return set;
}

START_TEST(selecting)
{
    struct timeval none = {0}, soon = {.tv_usec = 1000};
    struct timespec later = {.tv_nsec = 1000000};
    pid_t helper;
    fd_set set;
    int count;

    start_pipe();
    count = ends[0] + 1;
    set = only(ends[0]);
    RETURNS(0, select(count, &set, NULL, NULL, &none));
    set = only(ends[0]);
    RETURNS(0, select(count, &set, NULL, NULL, &soon));
    HOLDS(soon.tv_usec == 0);
    set = only(ends[0]);
    RETURNS(0, pselect(count, &set, NULL, NULL, &later, NULL));
    HOLDS(!FD_ISSET(ends[0], &set));
    set = only(ends[0]);
    helper = stranger(write_hello);
    RETURNS(1, select(count, &set, NULL, NULL, NULL));
    HOLDS(FD_ISSET(ends[0], &set));
    gone(helper);
    RETURNS(1, pselect(count, &set, NULL, NULL, NULL, NULL));
    RETURNS(0, read(ends[0], bytes, 0));
    TOLD("POLL?:0 WAIT(POLL)@ POLL~:0 WAIT(POLL)@ POLL~:0 WAIT(POLL) "
         "POLL~:1 POLL:1 READ[0]:0");
    HOLDS(last_event(KIND_POLL)->object == key_of(ends[0]));
}
END_TEST

START_TEST(selecting_fails)
{
    struct timeval wrong = {.tv_sec = -1};
    pid_t helper;
    fd_set set;

    start_pipe();
    handle_signal(SA_RESTART);
    set = only(ends[0]);
    FAILS(EINVAL, select(ends[0] + 1, &set, NULL, NULL, &wrong));
    helper = stranger(signal_parent);
    FAILS(EINTR, select(ends[0] + 1, &set, NULL, NULL, NULL));
    gone(helper);
    set = only(ends[0]);
    helper = stranger(signal_parent);
    FAILS(EINTR, pselect(ends[0] + 1, &set, NULL, NULL, NULL, NULL));
    gone(helper);
    set = only(500);
    FAILS(EBADF, select(501, &set, NULL, NULL, NULL));
    TOLD("POLL:0=EINVAL WAIT(POLL) POLL~:0=EINTR WAIT(POLL) "
         "POLL~:0=EINTR POLL:0=EBADF");
}
END_TEST

/* ---- across processes ---- */

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

START_TEST(between_processes)
{
    int status;

    start_pipe();
    if (fork() == 0) {
        close(ends[1]);
        exit((int)read(ends[0], bytes, 5) +
             (int)read(ends[0], bytes, 5));
    }
    close(ends[0]);
    await_asleep(1);
    write(ends[1], "ab", 2);
    close(ends[1]);
    wait(&status);
    HOLDS(WEXITSTATUS(status) == 2);
    HOLDS(begins(told_by(1),
                 "BEGIN CLOSE[1] WAIT(READ)[0] READ~[0]:2\"ab\" "));
    HOLDS(last_event(KIND_READ)->object == last_event(KIND_WRITE)->object);
}
END_TEST

/* The ends keep their places across exec, under other numbers. */
START_TEST(after_exec)
{
    int kept, status;

    start();
    intercept_variant("echo");
    socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
    pipe(others);
    write(ends[0], "hi", 2);
    if (fork() == 0) {
        dup2(ends[1], STDIN_FILENO);
        dup2(others[1], STDOUT_FILENO);
        execl("/proc/self/exe", "self", "echo", NULL);
    }
    wait(&status);
    HOLDS(WEXITSTATUS(status) == 0);
    HOLDS(strstr(told_by(1), "BEGIN READ[1]:2\"hi\" WRITE[1]:2\"hi\" "
                             "WRITE[1]:6\"hello1\" EXIT:0") != NULL);
    HOLDS(last_event(KIND_READ)->object == key_of(ends[0]));
    HOLDS(last_event(KIND_WRITE)->object == key_of(others[0]));
    kept = (int)read(others[0], bytes, 9);
    HOLDS(kept == 8);
}
END_TEST

/* What it says goes to a pipe by then. */
static int be_started(void)
{
    ssize_t got = read(STDIN_FILENO, bytes, 9);

    setvbuf(stdout, NULL, _IONBF, 0);
    return write(STDOUT_FILENO, bytes, (size_t)got) == got &&
                   printf("hello%d", 1) == 6
               ? 0
               : 1;
}

static void add_pipes(Suite *suite)
{
    TCase *tcase = tcase_create("pipes");

    tcase_add_test(tcase, a_pipe);
    tcase_add_test(tcase, a_pipe_is_known);
    tcase_add_test(tcase, no_more_descriptors);
    tcase_add_test(tcase, copies);
    tcase_add_test(tcase, copies_that_cannot_be);
    tcase_add_test(tcase, the_trace_stays_open);
    tcase_add_test(tcase, closing_many);
    tcase_add_test(tcase, what_was_closed_is_forgotten);
    tcase_add_test(tcase, fcntl_passes_through);
    tcase_add_test(tcase, between_processes);
    tcase_add_test(tcase, after_exec);
    suite_add_tcase(suite, tcase);
}

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

static void add_several(Suite *suite)
{
    TCase *tcase = tcase_create("several at once");

    tcase_add_test(tcase, polling);
    tcase_add_test(tcase, polling_is_interrupted);
    tcase_add_test(tcase, selecting);
    tcase_add_test(tcase, selecting_fails);
    suite_add_tcase(suite, tcase);
}

int main(int count, char **arguments)
{
    bool started = intercept_attach() != NULL;
    Suite *suite;
    SRunner *runner;
    int failures;

    if (count > 1 && strcmp(arguments[1], "echo") == 0)
        exit(started ? be_started() : 2);
    suite = suite_create("intercept: descriptors");
    add_pipes(suite);
    add_reading(suite);
    add_writing(suite);
    add_sockets(suite);
    add_several(suite);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
