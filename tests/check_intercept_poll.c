/*
 * check_intercept_poll.c - the wrappers that wait for several
 * descriptors at once: what each returns, errno, and what it records.
 * See told.h.
 */
#define _GNU_SOURCE /* strerrorname_np, ppoll */
#include "told.h"

#include "intercept/descriptor.h"

ssize_t __real_write(int, const void *, size_t);

static int ends[2];
static char bytes[10];

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

static void write_hello(void)
{
    __real_write(ends[1], "hello", 5);
}

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

static void add_several(Suite *suite)
{
    TCase *tcase = tcase_create("several at once");

    tcase_add_test(tcase, polling);
    tcase_add_test(tcase, polling_is_interrupted);
    tcase_add_test(tcase, selecting);
    tcase_add_test(tcase, selecting_fails);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    Suite *suite = suite_create("intercept: poll");
    SRunner *runner;
    int failures;

    add_several(suite);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
