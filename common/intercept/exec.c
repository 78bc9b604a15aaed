/*
 * exec.c - wrappers that start another program: the exec family and
 * posix_spawn; and how such a program finds back to the trace.
 *
 * A program that is of the harness too goes on as the actor it was
 * called by, or as the one announced for it, and records BEGIN (again,
 * after an exec: whoever reads the trace sees by it that the new program
 * can be seen).  What it needs to know is in one variable that is added
 * to the environment it is given, and that it takes out again:
 *
 *     INTERLEAVINGS=trace,actor,pid,parent,file,variant
 *
 * trace is a descriptor; pid and parent (either may be 0: not known) and
 * the key of the program's file are there so that nobody else believes
 * it: a shell in between passes the variable on to all its children, and
 * another program's addresses would be read with the wrong symbols.
 *
 * Nothing here allocates, so that it can be called between fork and
 * exec in any state.
 */
#define _GNU_SOURCE /* execvpe */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "intercept/descriptor.h"
#include "intercept/identity.h"
#include "intercept/intercept.h"
#include "intercept/real.h"
#include "intercept/turn.h"

/* clang-format off */
REAL(int, execve, (const char *, char *const [], char *const []));
REAL(int, execv, (const char *, char *const []));
REAL(int, execvp, (const char *, char *const []));
REAL(int, execvpe, (const char *, char *const [], char *const []));
REAL(int, execl, (const char *, const char *, ...));
REAL(int, execlp, (const char *, const char *, ...));
REAL(int, execle, (const char *, const char *, ...));
REAL(int, fexecve, (int, char *const [], char *const []));
REAL(int, posix_spawn, (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const [], char *const []));
REAL(int, posix_spawnp, (pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const [], char *const []));
/* clang-format on */

#define VARIABLE "INTERLEAVINGS"
#define VARIABLE_MAX 160
#define VARIANT_MAX 64

static char variant[VARIANT_MAX];

void intercept_variant(const char *name)
{
    snprintf(variant, sizeof variant, "%s", name);
}

/* ---- the variable ---- */

/* A key for the file that this process runs; 0 if that is not known. */
static unsigned long long program_file(void)
{
    struct stat about;
    int error = errno;
    unsigned long long key = 0;

    if (stat("/proc/self/exe", &about) == 0)
        key = (unsigned long long)about.st_dev * 31 + about.st_ino;
    errno = error;
    return key;
}

static void write_variable(char *out, uint32_t actor, pid_t pid,
                           pid_t parent)
{
    snprintf(out, VARIABLE_MAX, VARIABLE "=%d,%u,%d,%d,%llx,%s",
             trace_descriptor(), actor, (int)pid, (int)parent,
             program_file(), variant);
}

static bool is_variable(const char *entry)
{
    return strncmp(entry, VARIABLE "=", sizeof VARIABLE) == 0;
}

static size_t length_of(char *const *list)
{
    size_t length = 0;

    while (list != NULL && list[length] != NULL)
        length++;
    return length;
}

/* `out` has room for two more than `from` has. */
static void add_variable(char **out, char *const *from, char *entry)
{
    size_t count = 0;

    for (size_t i = 0; from != NULL && from[i] != NULL; i++)
        if (!is_variable(from[i]))
            out[count++] = from[i];
    out[count++] = entry;
    out[count] = NULL;
}

/* ---- attaching ---- */

struct invitation {
    int memory;
    unsigned actor;
    int pid, parent;
    unsigned long long file;
    char variant[VARIANT_MAX];
};

static bool read_variable(const char *text, struct invitation *to)
{
    int end = 0;

    if (sscanf(text, "%d,%u,%d,%d,%llx,%n", &to->memory, &to->actor,
               &to->pid, &to->parent, &to->file, &end) != 5 ||
        end == 0 || strlen(text + end) >= sizeof to->variant)
        return false;
    snprintf(to->variant, sizeof to->variant, "%s", text + end);
    return (to->pid == 0 || to->pid == identity_pid()) &&
           (to->parent == 0 || to->parent == getppid()) &&
           to->pid + to->parent != 0 && to->file == program_file();
}

/* Exec has ended the process's other threads. */
static void end_others(struct trace *trace, uint32_t process)
{
    for (uint32_t i = process + 1; i < trace_actor_count(trace); i++)
        if (trace_actor(trace, i)->process == process)
            atomic_store(&trace_actor(trace, i)->state, ACTOR_ENDED);
}

const char *intercept_attach(void (*begin)(struct trace *trace))
{
    const char *text = getenv(VARIABLE);
    struct invitation invitation;
    struct trace *trace;
    bool invited;

    if (text == NULL)
        return NULL;
    invited = read_variable(text, &invitation);
    unsetenv(VARIABLE);
    if (!invited)
        return NULL;
    trace = trace_attach(invitation.memory);
    if (trace == NULL)
        return NULL;
    if (trace_actor(trace, invitation.actor) == NULL) {
        trace_close(trace);
        return NULL;
    }
    intercept_variant(invitation.variant);
    if (begin != NULL)
        begin(trace);
    end_others(trace, invitation.actor);
    actor_catch_crashes();
    actor_become(trace, invitation.actor, 0);
    return variant;
}

/* ---- exec ---- */

/* One call of the family. */
struct image {
    const char *path; /* or the file's name, to be searched for */
    int file;         /* fexecve */
    bool by_file, search;
    char *const *arguments;
    char *const *environment;
};

static int really_run(const struct image *image, char *const *environment)
{
    if (image->by_file)
        return __real_fexecve(image->file, image->arguments, environment);
    if (image->search)
        return __real_execvpe(image->path, image->arguments, environment);
    return __real_execve(image->path, image->arguments, environment);
}

/* Is it the program that we are, and so one that will take turns? */
static bool is_ourselves(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 &&
           (unsigned long long)about.st_dev * 31 + about.st_ino ==
               program_file();
}

/*
 * The program that will run: `name` itself, or where it is found along
 * $PATH.  Returns false if there is none.
 */
static bool find_program(const char *name, bool search,
                         char out[PATH_MAX])
{
    const char *at = getenv("PATH");
    size_t length;

    if (!search || strchr(name, '/') != NULL) {
        snprintf(out, PATH_MAX, "%s", name);
        return access(out, X_OK) == 0;
    }
    for (at = at != NULL ? at : "/bin:/usr/bin";; at += length + 1) {
        length = strcspn(at, ":");
        snprintf(out, PATH_MAX, "%.*s%s%s", (int)length, at,
                 length > 0 ? "/" : "", name);
        if (access(out, X_OK) == 0)
            return true;
        if (at[length] == '\0')
            return false;
    }
}

/* By turns: a program that takes none is about to begin here.  It has
 * no way to say when it is done, so others go on beside it.  A program
 * that is not there does not begin. */
static bool goes_away(const struct image *image)
{
    char path[PATH_MAX];
    int kept = errno;
    bool goes = is_controlled() &&
                find_program(image->path, image->search, path) &&
                !is_ourselves(path);

    errno = kept;
    return goes;
}

static int run_as_actor(const struct image *image, uint64_t pc)
{
    char *environment[length_of(image->environment) + 2];
    char variable[VARIABLE_MAX];
    uint32_t event;
    bool away;
    int result;

    write_variable(variable, self.process, identity_pid(), 0);
    add_variable(environment, image->environment, variable);
    ask(KIND_EXEC, 0, pc);
    event = record_text(KIND_EXEC, 0, 0, pc, 0, image->path,
                        strlen(image->path));
    away = goes_away(image);
    if (away) {
        trace_actor(self.trace, self.process)->unseen = 1;
        gate->away();
    }
    result = really_run(image, environment);
    if (away) {
        trace_actor(self.trace, self.process)->unseen = 0;
        gate->back();
    }
    record_result(event, 0, errno);
    return result;
}

static int run(const struct image *image, uint64_t pc)
{
    return is_actor() && image->path != NULL
               ? run_as_actor(image, pc)
               : really_run(image, image->environment);
}

int __wrap_execve(const char *path, char *const arguments[],
                  char *const environment[])
{
    struct image image = {.path = path,
                          .arguments = arguments,
                          .environment = environment};

    return run(&image, HERE);
}

int __wrap_execv(const char *path, char *const arguments[])
{
    struct image image = {
        .path = path, .arguments = arguments, .environment = environ};

    return run(&image, HERE);
}

int __wrap_execvp(const char *file, char *const arguments[])
{
    struct image image = {.path = file,
                          .search = true,
                          .arguments = arguments,
                          .environment = environ};

    return run(&image, HERE);
}

int __wrap_execvpe(const char *file, char *const arguments[],
                   char *const environment[])
{
    struct image image = {.path = file,
                          .search = true,
                          .arguments = arguments,
                          .environment = environment};

    return run(&image, HERE);
}

int __wrap_fexecve(int file, char *const arguments[],
                   char *const environment[])
{
    char link[40], path[256];
    struct image image = {.path = path,
                          .file = file,
                          .by_file = true,
                          .arguments = arguments,
                          .environment = environment};
    ssize_t length;

    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    length = readlink(link, path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return run(&image, HERE);
}

/* How many arguments follow `first`, and itself. */
static size_t count_arguments(const char *first, va_list arguments)
{
    size_t count = first != NULL;
    va_list copy;

    va_copy(copy, arguments);
    while (first != NULL && va_arg(copy, char *) != NULL)
        count++;
    va_end(copy);
    return count;
}

/* execl and its kin.  `with_environment`: it follows the arguments. */
static int run_list(struct image *image, const char *first,
                    va_list arguments, bool with_environment, uint64_t pc)
{
    size_t count = count_arguments(first, arguments);
    char *list[count + 1];

    list[0] = (char *)(uintptr_t)first;
    for (size_t i = 1; i <= count; i++)
        list[i] = va_arg(arguments, char *);
    image->arguments = list;
    image->environment =
        with_environment ? va_arg(arguments, char **) : environ;
    return run(image, pc);
}

int __wrap_execl(const char *path, const char *first, ...)
{
    struct image image = {.path = path};
    va_list arguments;
    int result;

    va_start(arguments, first);
    result = run_list(&image, first, arguments, false, HERE);
    va_end(arguments);
    return result;
}

int __wrap_execlp(const char *file, const char *first, ...)
{
    struct image image = {.path = file, .search = true};
    va_list arguments;
    int result;

    va_start(arguments, first);
    result = run_list(&image, first, arguments, false, HERE);
    va_end(arguments);
    return result;
}

int __wrap_execle(const char *path, const char *first, ...)
{
    struct image image = {.path = path};
    va_list arguments;
    int result;

    va_start(arguments, first);
    result = run_list(&image, first, arguments, true, HERE);
    va_end(arguments);
    return result;
}

/* ---- posix_spawn ---- */

typedef int spawn_function(pid_t *, const char *,
                           const posix_spawn_file_actions_t *,
                           const posix_spawnattr_t *, char *const[],
                           char *const[]);

/* What both calls are given. */
struct birth {
    spawn_function *really;
    pid_t *pid;
    const char *path;
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
    char *const *arguments;
    char *const *environment;
};

static uint32_t note_spawn(uint32_t child, const char *path, uint64_t pc)
{
    uint64_t key =
        child == TRACE_NONE ? 0 : object_key(OBJECT_ACTOR, child);

    return record_text(KIND_SPAWN, key, 0, pc, 0, path, strlen(path));
}

static void seat_or_not(uint32_t child, const struct birth *birth)
{
    char path[PATH_MAX];

    find_program(birth->path, birth->really == __real_posix_spawnp, path);
    if (is_ourselves(path))
        gate->born(child);
    else
        trace_actor(self.trace, child)->unseen = 1;
}

static int spawn_actor(const struct birth *birth, uint64_t pc)
{
    char *environment[length_of(birth->environment) + 2];
    char variable[VARIABLE_MAX];
    uint32_t child = actor_announce();
    uint32_t event = note_spawn(child, birth->path, pc);
    pid_t pid = 0;
    int error;

    /* A number that does not exist is no invitation. */
    write_variable(variable, child, 0, identity_pid());
    add_variable(environment, birth->environment, variable);
    error = birth->really(&pid, birth->path, birth->actions,
                          birth->attributes, birth->arguments,
                          environment);
    record_result(event, identity_of_actor(child, pid), error);
    if (child != TRACE_NONE && error == 0)
        trace_actor(self.trace, child)->pid = pid;
    if (child != TRACE_NONE && error == 0 && gate != NULL)
        seat_or_not(child, birth);
    if (child != TRACE_NONE && error != 0)
        actor_end_process(self.trace, child);
    if (error == 0 && birth->pid != NULL)
        *birth->pid = identity_of_actor(child, pid);
    return error;
}

static int spawn(const struct birth *birth, uint64_t pc)
{
    return is_actor()
               ? spawn_actor(birth, pc)
               : birth->really(birth->pid, birth->path, birth->actions,
                               birth->attributes, birth->arguments,
                               birth->environment);
}

int __wrap_posix_spawn(pid_t *pid, const char *path,
                       const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes,
                       char *const arguments[], char *const environment[])
{
    struct birth birth = {__real_posix_spawn, pid,       path,
                          actions,            attributes, arguments,
                          environment};

    return spawn(&birth, HERE);
}

int __wrap_posix_spawnp(pid_t *pid, const char *file,
                        const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes,
                        char *const arguments[], char *const environment[])
{
    struct birth birth = {__real_posix_spawnp, pid,       file,
                          actions,             attributes, arguments,
                          environment};

    return spawn(&birth, HERE);
}
