/*
 * What a forked child has of its parent, and a spawned one.
 *
 * fork makes a copy of the parent: its variables as they are now, its
 * open files, its environment. posix_spawn starts a program from its
 * beginning, here this same one: its variables have their first
 * values, and what it is to do has to be in its arguments. Open files
 * and the environment it has too; but a file that was opened with
 * O_CLOEXEC is closed for it.
 *
 * Expect: always ok: fork passes on all four, spawn only two
 * Compare: kill or waitpid, hasty or ready, orphan or daemon
 */
#define _GNU_SOURCE /* pipe2 */
#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VARIABLE = 1, OPEN_FILE = 2, CLOEXEC_FILE = 4, COLOUR = 8 };

static int number = 1;

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(2);
    }
}

static const char *yes(int found)
{
    return found ? "yes" : "no";
}

/* What this process has, as a sum; the files are told by number. */
static int inspect(const char *who, int file, int cloexec_file)
{
    int has = (number == 666) * VARIABLE
              + (fcntl(file, F_GETFD) >= 0) * OPEN_FILE
              + (fcntl(cloexec_file, F_GETFD) >= 0) * CLOEXEC_FILE
              + (getenv("COLOUR") != NULL) * COLOUR;

    printf("%s: variable %s, file %s\n", who, yes(has & VARIABLE),
           yes(has & OPEN_FILE));
    printf("%s: O_CLOEXEC file %s, environment %s\n", who,
           yes(has & CLOEXEC_FILE), yes(has & COLOUR));
    return has;
}

static pid_t start_fork(int file, int cloexec_file)
{
    pid_t parent = getpid();
    pid_t pid = fork(); // f1

    if (pid == 0) {
        /* Linux: nobody is left behind if the parent is killed. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            exit(1);
        exit(inspect("forked", file, cloexec_file));
    }
    must(pid > 0, "fork");
    return pid;
}

/* It runs main from the beginning, with three arguments. */
static pid_t start_spawn(char *self, int file, int cloexec_file)
{
    char text[2][16];
    char *arguments[] = {self, "spawned", text[0], text[1], NULL};
    pid_t pid;

    snprintf(text[0], sizeof text[0], "%d", file);
    snprintf(text[1], sizeof text[1], "%d", cloexec_file);
    must(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments,
                     environ) == 0, "posix_spawn"); // p1
    return pid;
}

static int join(pid_t pid)
{
    int status;

    must(waitpid(pid, &status, 0) == pid, "waitpid");
    assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    int file[2], cloexec_file[2];

    /* Line by line into a pipe too, and nothing for fork to copy. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 4) // m1
        return inspect(argv[1], atoi(argv[2]), atoi(argv[3]));
    must(pipe(file) == 0, "pipe");
    must(pipe2(cloexec_file, O_CLOEXEC) == 0, "pipe2");
    must(setenv("COLOUR", "red", 1) == 0, "setenv");
    number = 666; // m2
    assert(join(start_fork(file[0], cloexec_file[0])) // m3
           == VARIABLE + OPEN_FILE + CLOEXEC_FILE + COLOUR);
    assert(join(start_spawn(argv[0], file[0], cloexec_file[0])) // m4
           == OPEN_FILE + COLOUR);
    return 0;
}
