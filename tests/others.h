/*
 * others.h - other processes or threads that do things for a test.
 *
 *     static int wait_for_it(void) { ... return what came of it; }
 *
 *     carrier = PROCESS or THREAD;
 *     begin(wait_for_it); begin(wait_for_it);
 *     await_asleep(0); await_asleep(1);    both are known to wait
 *     ...                                  what is to wake them
 *     ck_assert_int_eq(outcome_of(0), 0);
 *
 * A test asserts in its own process and thread only; what another one
 * found out comes back as a number, in memory that all share.  One that
 * leaves by exit, whatever the status, has no outcome: UNTOLD.  The same
 * goes for the test itself, by the fixture: who leaves early has failed.
 *
 * Nothing sleeps to let something happen: the kernel is asked whether
 * somebody is asleep.  That is exact if he can sleep at one place only.
 *
 * Used by check_kit*.c, which define _GNU_SOURCE first.
 */
#ifndef TESTS_OTHERS_H
#define TESTS_OTHERS_H

#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OTHERS = 16, UNTOLD = -77 };
enum carrier { PROCESS, THREAD, CARRIERS };

struct other {
    int (*act)(void);
    atomic_int pid, tid; /* 0: has not begun */
    atomic_int outcome;  /* what act returned, or UNTOLD */
    pthread_t thread;
};

static enum carrier carrier; /* PROCESS unless the test says THREAD */
static struct other *others; /* shared, like all that `shared` makes */
static int begun;
static _Thread_local int me; /* the other's number, for act */
static bool reached_end;

/* Memory that processes share, all 0. */
static inline void *shared(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    ck_assert_ptr_ne(memory, MAP_FAILED);
    return memory;
}

static inline void *act_as(void *number)
{
    struct other *other = number;

    me = (int)(other - others);
    atomic_store(&other->pid, getpid());
    atomic_store(&other->tid, gettid());
    atomic_store(&other->outcome, other->act());
    return NULL;
}

/* Starts another one; they are numbered from 0. */
static inline int begin(int (*act)(void))
{
    struct other *other = &others[begun];
    pid_t parent = getpid(), pid;

    ck_assert_int_lt(begun, OTHERS);
    other->act = act;
    atomic_store(&other->outcome, UNTOLD);
    if (carrier == THREAD) {
        ck_assert_int_eq(
            pthread_create(&other->thread, NULL, act_as, other), 0);
        return begun++;
    }
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
            act_as(other);
        _exit(0);
    }
    atomic_store(&other->pid, pid);
    return begun++;
}

/* Waits for its end. */
static inline int outcome_of(int number)
{
    struct other *other = &others[number];

    if (carrier == THREAD)
        ck_assert_int_eq(pthread_join(other->thread, NULL), 0);
    else
        ck_assert_int_eq(waitpid(other->pid, NULL, 0), other->pid);
    return atomic_load(&other->outcome);
}

static inline bool kernel_says_asleep(int pid, int tid)
{
    char path[64], line[256] = "";
    const char *state;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", pid, tid);
    file = fopen(path, "r");
    if (file == NULL)
        return false;
    state = fgets(line, sizeof line, file) == NULL ? NULL
                                                   : strrchr(line, ')');
    fclose(file);
    return state != NULL && state[2] == 'S';
}

static inline void await_asleep(int number)
{
    while (atomic_load(&others[number].tid) == 0 ||
           !kernel_says_asleep(others[number].pid, others[number].tid))
        sched_yield();
}

/* Others begin one at a time, so that they sleep where they should. */
static inline int begin_asleep(int (*act)(void))
{
    int number = begin(act);

    await_asleep(number);
    return number;
}

/*
 * A process that is led through its work, one machine instruction after
 * another, to be killed at a chosen one. It says be_traced(), and stops
 * by a SIGSTOP of its own when it has been through.
 */
enum { STEPS = 200, PAGE = 4096 };

static inline void be_traced(void)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(1);
    raise(SIGSTOP);
}

static inline int await_stop(pid_t pid)
{
    int status;

    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSTOPPED(status));
    return WSTOPSIG(status);
}

/* Returns false if it has stopped by itself. */
static inline bool walk(pid_t pid, int steps)
{
    bool goes_on = true;

    while (goes_on && steps-- > 0) {
        ck_assert_int_eq(
            ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL), 0);
        goes_on = await_stop(pid) == SIGTRAP;
    }
    return goes_on;
}

/*
 * Leads it through all its work. Finds after how many steps the shared
 * page that has `where` in it was changed: a kill between two changes is
 * the same for the others as one right after the first. Returns how
 * many there are, no step at all included.
 */
static inline int steps_that_change(const void *where, pid_t pid,
                                    int steps[STEPS])
{
    const char *page = (const char *)where - (uintptr_t)where % PAGE;
    char before[PAGE];
    int count = 0;

    steps[count++] = 0;
    memcpy(before, page, PAGE);
    for (int step = 1; walk(pid, 1); step++) {
        if (memcmp(before, page, PAGE) == 0)
            continue;
        ck_assert_int_lt(count, STEPS);
        steps[count++] = step;
        memcpy(before, page, PAGE);
    }
    return count;
}

static inline void end_traced(pid_t pid)
{
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
}

/* Somebody who is about to act, and to be led through it. */
static inline pid_t traced(int (*act)(void))
{
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        be_traced();
        act();
        raise(SIGSTOP);
        _exit(1);
    }
    await_stop(pid);
    return pid;
}

/* The steps of an act, found by doing it once; see above. */
static inline int find_steps(const void *where, int steps[STEPS],
                             int (*act)(void))
{
    pid_t pid = traced(act);
    int count = steps_that_change(where, pid, steps);

    end_traced(pid);
    return count;
}

static inline void no_end_no_pass(void)
{
    if (!reached_end)
        _exit(1); /* Check takes exit(0) for a pass */
}

static inline void set_up(void)
{
    others = shared(OTHERS * sizeof *others);
    atexit(no_end_no_pass);
}

static inline void tear_down(void)
{
    reached_end = true;
}

static inline TCase *new_case(Suite *suite, const char *name)
{
    TCase *tests = tcase_create(name);

    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    suite_add_tcase(suite, tests);
    return tests;
}

/* Once with processes, once with threads. */
#define TWICE(tests, test) tcase_add_loop_test(tests, test, 0, CARRIERS)

/* Runs the suite; what main is to return. */
static inline int run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    int failures;

    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}

#endif
