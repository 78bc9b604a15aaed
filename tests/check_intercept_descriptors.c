/*
 * check_intercept_descriptors.c - the wrappers that make, copy and close
 * descriptors: what each returns, errno, and what it records.  See
 * told.h.
 *
 * Started by exec as an actor, this program reads from descriptor 0 and
 * writes to descriptor 1, which a test made.
 */
#define _GNU_SOURCE /* strerrorname_np, pipe2, dup3 */
#include "told.h"

#include <linux/close_range.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "intercept/descriptor.h"

int __real_close(int);

static int ends[2], others[2];
static char bytes[100];

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

int main(int count, char **arguments)
{
    bool started = intercept_attach(NULL) != NULL;
    Suite *suite;
    SRunner *runner;
    int failures;

    if (count > 1 && strcmp(arguments[1], "echo") == 0)
        exit(started ? be_started() : 2);
    suite = suite_create("intercept: descriptors");
    add_pipes(suite);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
