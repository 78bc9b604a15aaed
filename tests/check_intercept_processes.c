/*
 * check_intercept_processes.c - the wrappers of a process's life, of
 * exec and signals: what each returns, errno, and what it records.  See
 * told.h.
 *
 * Started by exec as an actor, this program is the one that its tests
 * start: it exits with the number it is given, plus 1 if the harness's
 * variable is in its environment, plus 2 if OWN is.
 */
#define _GNU_SOURCE /* strerrorname_np, execvpe, wait4 */
#include "told.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* ---- births and ends ---- */

/* A child that ends when its parent waits for it. */
static pid_t child_awaited(int status)
{
    pid_t pid = fork();

    if (pid == 0) {
        await_asleep(0);
        _exit(status);
    }
    return pid;
}

/* A child that has ended. */
static pid_t child_ended(int status)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(status);
    await_end(pid);
    return pid;
}

START_TEST(wait_for_a_child)
{
    pid_t pid;
    int status = -1;

    start();
    pid = child_awaited(3);
    RETURNS(pid, wait(&status));
    HOLDS(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    TOLD("FORK>1 WAIT(REAP)>any REAP~>1:300");
    TOLD_BY(1, "BEGIN EXIT:3");
    HOLDS(last_event(KIND_FORK)->value == pid);
    HOLDS(last_event(KIND_BEGIN)->value == pid);
    HOLDS(trace_actor(trace, 1)->state == ACTOR_ENDED);
}
END_TEST

START_TEST(wait_for_this_child)
{
    pid_t pid;

    start();
    pid = child_awaited(0);
    RETURNS(pid, waitpid(pid, NULL, 0));
    TOLD("FORK>1 WAIT(REAP)>1 REAP~>1:0");
}
END_TEST

START_TEST(child_that_has_ended)
{
    struct rusage usage = {.ru_maxrss = -1};
    pid_t pid;
    int status = -1;

    start();
    pid = child_ended(4);
    RETURNS(pid, wait4(pid, &status, 0, &usage));
    HOLDS(WEXITSTATUS(status) == 4 && usage.ru_maxrss > 0);
    TOLD("FORK>1 REAP>1:400");
    pid = child_ended(5);
    forget();
    RETURNS(pid, wait3(&status, WNOHANG, NULL));
    HOLDS(WEXITSTATUS(status) == 5);
    TOLD("REAP?>2:500");
}
END_TEST

START_TEST(no_child_yet)
{
    pid_t pid;

    start();
    pid = fork();
    if (pid == 0)
        pause();
    forget();
    RETURNS(0, waitpid(pid, NULL, WNOHANG));
    TOLD("REAP?>1=EAGAIN");
    __real_kill(pid, SIGKILL);
}
END_TEST

START_TEST(no_child_at_all)
{
    start();
    FAILS(ECHILD, wait(NULL));
    FAILS(ECHILD, waitpid(1, NULL, 0));
    FAILS(EINVAL, waitpid(-1, NULL, 1 << 20));
    TOLD("REAP>any=ECHILD REAP>any=ECHILD REAP>any=EINVAL");
}
END_TEST

START_TEST(waiting_is_interrupted)
{
    pid_t helper, pid;

    start();
    handle_signal(0);
    pid = fork();
    if (pid == 0)
        pause();
    forget();
    helper = stranger(signal_parent);
    FAILS(EINTR, waitpid(pid, NULL, 0));
    TOLD("WAIT(REAP)>1 REAP~>1=EINTR");
    gone(helper);
    __real_kill(pid, SIGKILL);
}
END_TEST

START_TEST(waitid_tells_as_much)
{
    siginfo_t about = {0};
    pid_t pid;

    start();
    pid = child_awaited(6);
    RETURNS(0, waitid(P_PID, (id_t)pid, &about, WEXITED | WNOWAIT));
    HOLDS(about.si_pid == pid && about.si_status == 6);
    RETURNS(0, waitid(P_ALL, 0, NULL, WEXITED));
    FAILS(ECHILD, waitid(P_ALL, 0, &about, WEXITED));
    TOLD("FORK>1 WAIT(REAP)>1 REAP>1:600 REAP>any=ECHILD");
    pid = fork();
    if (pid == 0)
        pause();
    forget();
    about.si_pid = -1;
    RETURNS(0, waitid(P_ALL, 0, &about, WEXITED | WNOHANG));
    HOLDS(about.si_pid == 0);
    TOLD("REAP?>any=EAGAIN");
    __real_kill(pid, SIGKILL);
}
END_TEST

START_TEST(vfork_is_a_fork)
{
    pid_t pid;

    start();
    pid = vfork();
    if (pid == 0)
        _exit(2);
    await_end(pid);
    RETURNS(pid, wait(NULL));
    TOLD("FORK>1 REAP>1:200");
    TOLD_BY(1, "BEGIN EXIT:2");
}
END_TEST

/* As if there were too many processes already, whoever asks. */
static void refuse_fork(void)
{
    struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                 offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog filter = {.len = 4, .filter = steps};

    prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
    HOLDS(prctl(PR_SET_SECCOMP, (long)SECCOMP_MODE_FILTER, &filter) == 0);
}

/* In a process of its own, which stands for the first actor and must
 * not be refused anything later. */
START_TEST(fork_fails)
{
    pid_t pid;

    start();
    pid = __real_fork();
    if (pid == 0) {
        refuse_fork();
        __real__exit(fork() == -1 && errno == EAGAIN ? 0 : 1);
    }
    gone(pid);
    TOLD("FORK>1=EAGAIN");
    HOLDS(trace_actor(trace, 1)->state == ACTOR_ENDED);
}
END_TEST

START_TEST(child_is_where_its_parent_was)
{
    pid_t pid;
    int status;

    start();
    self.depth = 1;
    self.frames[0].pc = 123;
    process_has_threads = true;
    pid = fork();
    if (pid == 0)
        __real__exit(self.number == 1 && self.process == 1 &&
                             self.depth == 1 && self.frames[0].pc == 123 &&
                             self.unnamed && !process_has_threads
                         ? 0
                         : 1);
    __real_waitpid(pid, &status, 0);
    HOLDS(status == 0 && self.number == 0 && process_has_threads);
}
END_TEST

static void say_goodbye(void)
{
    puts("goodbye");
}

START_TEST(exit_is_the_last)
{
    start_mute();
    if (fork() == 0) {
        atexit(say_goodbye);
        exit(300);
    }
    wait(NULL);
    TOLD_BY(1, "BEGIN SAY\"goodbye\" EXIT:44");
}
END_TEST

START_TEST(other_ways_to_exit)
{
    start();
    if (fork() == 0)
        _Exit(1);
    if (fork() == 0)
        quick_exit(2);
    wait(NULL);
    wait(NULL);
    TOLD_BY(1, "BEGIN EXIT:1");
    TOLD_BY(2, "BEGIN EXIT:2");
}
END_TEST

START_TEST(a_name_for_an_actor)
{
    start();
    RETURNS(0, prctl(PR_SET_NAME, "太白"));
    TOLD("SET_NAME>0\"太白\"");
    HOLDS(strcmp(trace_actor_name(trace, 0), "太白") == 0);
    RETURNS(0, prctl(PR_SET_PDEATHSIG, 0L));
    FAILS(EINVAL, prctl(-1));
    TOLD("SET_NAME>0\"太白\"");
}
END_TEST

/* ---- signals ---- */

START_TEST(a_child_is_killed)
{
    pid_t pid;
    int status;

    start();
    pid = fork();
    if (pid == 0)
        pause();
    await_state(1, ACTOR_RUNNING);
    RETURNS(0, kill(pid, SIGKILL));
    await_end(pid);
    RETURNS(pid, wait(&status));
    HOLDS(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    FAILS(ESRCH, kill(pid, SIGTERM));
    FAILS(EINVAL, kill(getpid(), 999));
    TOLD("FORK>1 KILL>1:9 REAP>1:9 KILL>1:15=ESRCH KILL>0:999=EINVAL");
    TOLD_BY(1, "BEGIN KILLED:9");
}
END_TEST

START_TEST(a_signal_to_oneself)
{
    start();
    handle_signal(0);
    RETURNS(0, raise(SIGUSR1));
    FAILS(EINVAL, raise(999));
    TOLD("KILL>0:10 KILL>0:999=EINVAL");
}
END_TEST

START_TEST(a_crash_is_one_event)
{
    start();
    if (fork() == 0) {
        struct rlimit none = {0, 0};

        setrlimit(RLIMIT_CORE, &none);
        abort();
    }
    wait(NULL);
    TOLD_BY(1, "BEGIN CRASH:6 KILLED:6");
}
END_TEST

/* ---- exec ---- */

#define SELF "/proc/self/exe"

static char *own_environment[] = {"OWN=1", NULL};

/* Ends with 40, or 42 if the environment given is used. */
static void run_self(int way)
{
    char *list[] = {"self", "40", NULL};

    switch (way) {
    case 0:
        execv(SELF, list);
        break;
    case 1:
        execve(SELF, list, own_environment);
        break;
    case 2:
        execvp(SELF, list);
        break;
    case 3:
        execvpe(SELF, list, own_environment);
        break;
    case 4:
        execl(SELF, "self", "40", NULL);
        break;
    case 5:
        execle(SELF, "self", "40", NULL, own_environment);
        break;
    case 6:
        execlp(SELF, "self", "40", NULL);
        break;
    default:
        fexecve(open(SELF, O_RDONLY), list, own_environment);
        break;
    }
    _exit(1);
}

START_TEST(exec_goes_on)
{
    int status;

    start();
    intercept_variant("race");
    if (fork() == 0)
        run_self(_i);
    wait(&status);
    HOLDS(WEXITSTATUS(status) == (_i % 2 != 0 ? 42 : 40));
    if (_i == 7) /* the file is named as it is found */
        return;
    TOLD_BY(1, _i % 2 != 0 ? "BEGIN EXEC\"" SELF "\" BEGIN EXIT:42"
                           : "BEGIN EXEC\"" SELF "\" BEGIN EXIT:40");
}
END_TEST

START_TEST(exec_fails)
{
    char *list[] = {"nothing", NULL};

    start();
    FAILS(ENOENT, execv("/no/such", list));
    FAILS(ENOENT, execlp("no-such-program", "nothing", NULL));
    FAILS(ENOENT, execle("/no/such", "nothing", NULL, own_environment));
    FAILS(EACCES, execve("/dev/null", list, own_environment));
    FAILS(EINVAL, fexecve(-1, list, own_environment));
    TOLD("EXEC\"/no/such\"=ENOENT EXEC\"no-such-program\"=ENOENT "
         "EXEC\"/no/such\"=ENOENT EXEC\"/dev/null\"=EACCES EXEC=EINVAL");
}
END_TEST

START_TEST(spawn_is_followed)
{
    char *list[] = {"self", "40", NULL};
    pid_t pid = -1;
    int status;

    start();
    intercept_variant("race");
    RETURNS(0, posix_spawn(&pid, SELF, NULL, NULL, list, own_environment));
    HOLDS(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 42);
    HOLDS(last_event(KIND_SPAWN)->value == pid);
    TOLD_BY(1, "BEGIN EXIT:42");
    RETURNS(0, posix_spawnp(NULL, SELF, NULL, NULL, list, environ));
    HOLDS(wait(&status) > 0 && WEXITSTATUS(status) == 40);
    TOLD_BY(2, "BEGIN EXIT:40");
}
END_TEST

START_TEST(spawn_fails)
{
    char *list[] = {"nothing", NULL};
    pid_t pid;
    int result;

    start();
    result = posix_spawn(&pid, "/no/such", NULL, NULL, list, environ);
    HOLDS(result == ENOENT);
    TOLD("SPAWN>1\"/no/such\"=ENOENT");
    HOLDS(trace_actor(trace, 1)->state == ACTOR_ENDED);
}
END_TEST

START_TEST(a_program_that_cannot_be_seen)
{
    char *list[] = {"sh", "-c", "exit 9", NULL};
    pid_t pid;

    start();
    RETURNS(0, posix_spawn(&pid, "/bin/sh", NULL, NULL, list, environ));
    await_end(pid);
    RETURNS(pid, wait(NULL));
    TOLD("SPAWN>1\"/bin/sh\" REAP>1:900");
    TOLD_BY(1, "EXIT:9");
}
END_TEST

/* It runs a child of its own, which is not the actor announced. */
START_TEST(a_shell_in_between)
{
    char *list[] = {"sh", "-c", NULL, NULL};
    char command[600], path[512] = "";
    pid_t pid;
    int status;

    HOLDS(readlink(SELF, path, sizeof path - 1) > 0);
    snprintf(command, sizeof command, "'%s' 40; exit $?", path);
    list[2] = command;
    start();
    RETURNS(0, posix_spawn(&pid, "/bin/sh", NULL, NULL, list, environ));
    waitpid(pid, &status, 0);
    HOLDS(WEXITSTATUS(status) == 20);
    TOLD_BY(1, "EXIT:20");
}
END_TEST

static const char *garbage[] = {
    "",          ",",       "1",           "1,2,3",
    "-1,0,0,0,0,x", "999999999999999999999,0,1,1,0,race",
    "0,0,%d,0,0,race", "%d", "race", "0,0,0,0,0,"};

START_TEST(nobody_is_invited_by_garbage)
{
    char text[100];

    snprintf(text, sizeof text, garbage[_i], getpid());
    setenv("INTERLEAVINGS", text, 1);
    ck_assert_ptr_null(intercept_attach(NULL));
    ck_assert(!is_actor());
    ck_assert_ptr_null(getenv("INTERLEAVINGS"));
    ck_assert_ptr_null(intercept_attach(NULL));
}
END_TEST

/* ---- the rest ---- */

static void add_life(Suite *suite)
{
    TCase *tcase = tcase_create("life");

    tcase_add_test(tcase, wait_for_a_child);
    tcase_add_test(tcase, wait_for_this_child);
    tcase_add_test(tcase, child_that_has_ended);
    tcase_add_test(tcase, no_child_yet);
    tcase_add_test(tcase, no_child_at_all);
    tcase_add_test(tcase, waiting_is_interrupted);
    tcase_add_test(tcase, waitid_tells_as_much);
    tcase_add_test(tcase, vfork_is_a_fork);
    tcase_add_test(tcase, fork_fails);
    tcase_add_test(tcase, child_is_where_its_parent_was);
    tcase_add_test(tcase, exit_is_the_last);
    tcase_add_test(tcase, other_ways_to_exit);
    tcase_add_test(tcase, a_name_for_an_actor);
    tcase_add_test(tcase, a_child_is_killed);
    tcase_add_test(tcase, a_signal_to_oneself);
    tcase_add_test(tcase, a_crash_is_one_event);
    suite_add_tcase(suite, tcase);
}

static void add_exec(Suite *suite)
{
    TCase *tcase = tcase_create("exec");

    tcase_add_loop_test(tcase, exec_goes_on, 0, 8);
    tcase_add_test(tcase, exec_fails);
    tcase_add_test(tcase, spawn_is_followed);
    tcase_add_test(tcase, spawn_fails);
    tcase_add_test(tcase, a_program_that_cannot_be_seen);
    tcase_add_test(tcase, a_shell_in_between);
    tcase_add_loop_test(tcase, nobody_is_invited_by_garbage, 0,
                        sizeof garbage / sizeof garbage[0]);
    suite_add_tcase(suite, tcase);
}

/* What exec and posix_spawn start. */
static int be_started(char **arguments, const char *variant)
{
    int number = atoi(arguments[1]);

    if (variant == NULL) /* nobody invited us */
        return number / 2;
    if (strcmp(variant, "race") != 0)
        return 1;
    return number + (getenv("INTERLEAVINGS") != NULL ? 1 : 0) +
           (getenv("OWN") != NULL ? 2 : 0);
}

int main(int count, char **arguments)
{
    const char *variant = intercept_attach(NULL);
    Suite *suite;
    SRunner *runner;
    int failures;

    if (count > 1)
        exit(be_started(arguments, variant));
    suite = suite_create("intercept: processes");
    add_life(suite);
    add_exec(suite);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
