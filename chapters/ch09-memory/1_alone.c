/*
 * A child fills in data, and its parent finds none of it.
 *
 * fork gives the child a copy of its parent's memory. It looks like
 * the same memory: the same names, at the same addresses, with the
 * same values. But what the child writes is written to its copy. So it
 * puts 888 into a number, appends 666 to a list, and has everything
 * as it wants it; and its parent, which has waited until it was done,
 * finds what was there before.
 *
 * Expect: always assertion: what the child wrote, only the child has
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONGEST = 5 };

struct data {
    int number;
    double real;
    char letter[4];  /* in UTF-8 */
    int list[LONGEST];
    int length;
};

static struct data *data;

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(2);
    }
}

static struct data *new_data(void)
{
    struct data *new = malloc(sizeof *new); // n1

    must(new != NULL, "malloc");
    *new = (struct data){666, 0.0, "-", {11, 22, 33, 44}, 4};
    return new;
}

static void show(const char *who)
{
    char list[80] = "";

    for (int i = 0, at = 0; i < data->length; i++)
        at += sprintf(list + at, " %d", data->list[i]);
    printf("%s: %d, %.2f, %s\n", who, data->number, data->real,
           data->letter);
    printf("%s:%s\n", who, list);
}

static void child(void)
{
    data->number = 888; // c1
    data->real = 3.14;
    strcpy(data->letter, "张");
    data->list[0] = -data->list[0];
    data->list[data->length++] = 666; // c2
    show("child");
}

static pid_t start(void (*role)(void))
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        /* Linux: nobody is left behind if the parent is killed. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            exit(1);
        role();
        exit(0);
    }
    must(pid > 0, "fork");
    return pid;
}

int main(void)
{
    int status;
    pid_t pid;

    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    data = new_data();
    show("main");
    pid = start(child);
    must(waitpid(pid, &status, 0) == pid, "waitpid"); // m1
    show("main"); // m2
    assert(status == 0);
    assert(data->number == 888 && data->length == 5); // m3
    return 0;
}
