/*
 * check_run.c - how runs end, and that nobody is left behind: run/.
 */
#define _GNU_SOURCE /* posix_openpt, pipe2 */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>

#include "command.h"

/* ------------------------------------------------- how programs end -- */

static const struct end {
    const char *line;
    const char *verdict;
    int status;
} ends[] = {
    {"first", "verdict:  ok: ", 0},
    {"run_three", "verdict:  main exited with status 3\n", 0},
    {"run_three_hundred", "verdict:  main exited with status 44\n", 0},
    {"run_crash",
     "verdict:  main crashed with SIGSEGV at run_crash.c:12\n", 0},
    {"run_crash_write",
     "verdict:  trespasser crashed with SIGSEGV at run_crash_write.c:16\n",
     0},
    {"run_crash_read --seed 1",
     "verdict:  trespasser crashed with SIGSEGV at run_crash_read.c:17\n",
     0},
    {"known_fork_handlers", "verdict:  ok: ", 0},
    {"run_abort", "verdict:  main crashed with SIGABRT at run_abort.c:",
     0},
    {"run_abort", "also:     1 process outlived main", 0},
    {"run_kills_itself", "verdict:  main was killed by SIGKILL\n", 0},
    {"run_ignores_term", "also:     1 process outlived main", 0},
    {"run_daemon", "also:     1 process outlived main", 0},
    {"run_endless --timeout 0.3", "verdict:  timeout", 0},
    {"run_hydra --timeout 0.3", "verdict:  timeout", 0},
    {"run_waits --timeout 0.3", "verdict:  timeout", 1},
    {"run_deadlock", "verdict:  deadlock: ", 0},
    {"run_main_leaves", "verdict:  deadlock: ", 0},
    {"run_pipe_hang", "verdict:  deadlock: ", 0},
    {"run_dead_holder", "verdict:  deadlock: ", 0},
    {"run_dead_holder", "╳ is killed by SIGKILL\n", 0},
    {"run_alarm", "verdict:  ok: ", 0},
    {"run_ping_pong", "verdict:  ok: ", 0},
    {"run_becomes_true", "verdict:  main exited with status 1\n", 0},
    {"run_runs_true", "verdict:  ok: ", 0},
    {"run_spawns_itself", "verdict:  ok: ", 0},
    {"run_thousand", "verdict:  ok: ", 0},
    {"run_writes_much", "verdict:  ok: ", 0},
    {"run_closes_all", "verdict:  misuse: ", 0},
};

START_TEST(nobody_is_left_and_the_verdict_is_right)
{
    const struct end *end = ends + _i;
    struct command command = run_words(end->line);

    ck_has(command.said, end->verdict);
    ck_assert_int_eq(command.status, end->status);
    ck_assert_int_eq(remove_folder(), 0);
}
END_TEST

START_TEST(whoever_kills_the_keeper_does_not_get_away)
{
    struct command command = run_words("run_kills_keeper --raw");

    ck_assert_str_eq(command.said, "");
    ck_assert_int_eq(command.status, 128 + SIGKILL);
    ck_has(command.complained, "the keeper was killed");
}
END_TEST

/* Runs the program that leaves things called `name` in two places. */
static void ck_left(const char *name, const char *more, int status,
                    bool stays)
{
    char line[100], memory[100], semaphore[100];
    struct command command;

    snprintf(line, sizeof line, "run_leaves_names -- /%s%s", name, more);
    snprintf(memory, sizeof memory, "/dev/shm/%s", name);
    snprintf(semaphore, sizeof semaphore, "/dev/shm/sem.%s", name);
    command = run_words(line);
    ck_assert_int_eq(command.status, status);
    ck_assert_int_eq(access(memory, F_OK), stays ? 0 : -1);
    ck_assert_int_eq(access(semaphore, F_OK), -1);
    ck_has(command.complained, "left the semaphore /");
}

START_TEST(nothing_with_a_name_is_left)
{
    char name[40], path[60];

    snprintf(name, sizeof name, "check-run-%d", (int)getpid());
    snprintf(path, sizeof path, "/dev/shm/%s", name);
    ck_left(name, "", 0, false);
    ck_left(name, " killed", 0, false);
    close(open(path, O_WRONLY | O_CREAT, 0600)); /* not the program's */
    ck_left(name, "", 0, true);
    unlink(path);
}
END_TEST

/* --------------------------------------------------------- signals -- */

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* Until all three processes of run_waits have said that they wait. */
static void wait_until_ready(const struct command *command)
{
    char byte;

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(read(command->ready, &byte, 1), 1);
}

START_TEST(a_signal_ends_it_and_shows_what_there_is)
{
    struct command command = start("run_waits", NULL);

    wait_until_ready(&command);
    kill(command.pid, signals[_i]);
    finish(&command);
    ck_assert_int_eq(command.status, 128 + signals[_i]);
    ck_has(command.said, "verdict:  interrupted");
    ck_has(command.said, "writes");
}
END_TEST

START_TEST(what_there_is_can_be_kept_too)
{
    struct command command = start("run_waits", "--save", "run.trace",
                                   NULL);

    wait_until_ready(&command);
    kill(command.pid, SIGINT);
    finish(&command);
    ck_assert_int_eq(remove_folder(), 1);
}
END_TEST

/* Nobody can be told; the keeper notices, and its end is awaited here,
 * where orphans go. */
START_TEST(who_kills_the_front_kills_all)
{
    struct command command = start("run_waits", "--raw", "--timeout", "0",
                                   NULL);
    int status;
    char byte;

    wait_until_ready(&command);
    kill(command.pid, SIGKILL);
    ck_assert_int_eq(waitpid(command.pid, &status, 0), command.pid);
    ck_assert_int_eq(exit_status(status), 128 + SIGKILL);
    while (waitpid(-1, NULL, 0) > 0)
        ;
    ck_assert_int_eq(errno, ECHILD);
    ck_assert_int_eq(read(command.ready, &byte, 1), 0);
    ck_assert_int_eq(remove_folder(), 0);
}
END_TEST

/* ------------------------------------------------------- terminals -- */

/* The command on a terminal of its own; returns the other side. */
static int start_on_terminal(pid_t *pid, const char *variant)
{
    const struct winsize size = {.ws_row = 24, .ws_col = 80};
    int other = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    ck_assert_int_ge(other, 0);
    ck_assert_int_eq(grantpt(other), 0);
    ck_assert_int_eq(unlockpt(other), 0);
    *pid = fork();
    if (*pid == 0) {
        int terminal;

        setsid();
        terminal = open(ptsname(other), O_RDWR);
        ioctl(terminal, TIOCSWINSZ, &size);
        for (int i = 0; i < 3; i++)
            dup2(terminal, i);
        execl(binary, "./programs", variant, (char *)NULL);
        _exit(127);
    }
    return other;
}

/* Reads until `part` was seen, or to the end if it is NULL. */
static char *read_until(int file, const char *part)
{
    static char text[1 << 16];
    size_t length = 0;
    ssize_t got;

    text[0] = '\0';
    while ((part == NULL || strstr(text, part) == NULL) &&
           (got = read(file, text + length, sizeof text - 1 - length)) > 0)
        text[length += (size_t)got] = '\0';
    return text;
}

START_TEST(on_a_terminal_it_shows_progress_and_obeys_control_c)
{
    pid_t pid;
    int status, terminal = start_on_terminal(&pid, "run_endless");
    const char *text = read_until(terminal, "running ");

    ck_has(text, "running ");
    ck_assert_int_eq(write(terminal, "\003", 1), 1);
    text = read_until(terminal, NULL);
    ck_has(text, "\r\033[K");
    ck_has(text, "interrupted");
    ck_has(text, "\033[");
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(exit_status(status), 128 + SIGINT);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("run");
    TCase *tests = group("endings");

    tcase_add_loop_test(tests, nobody_is_left_and_the_verdict_is_right, 0,
                        sizeof ends / sizeof ends[0]);
    tcase_add_test(tests, whoever_kills_the_keeper_does_not_get_away);
    tcase_add_test(tests, nothing_with_a_name_is_left);
    suite_add_tcase(suite, tests);
    tests = group("signals");
    tcase_add_loop_test(tests, a_signal_ends_it_and_shows_what_there_is, 0,
                        sizeof signals / sizeof signals[0]);
    tcase_add_test(tests, what_there_is_can_be_kept_too);
    tcase_add_test(tests, who_kills_the_front_kills_all);
    tcase_add_test(tests,
                   on_a_terminal_it_shows_progress_and_obeys_control_c);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
