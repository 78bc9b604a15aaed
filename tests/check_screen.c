/*
 * check_screen.c - the real program on a terminal, a pseudo-terminal:
 * frames, keys, another size, and that the terminal is given back
 * however it ends.
 *
 * A shell of its own starts the program as a job, so that it can be
 * stopped and continued; it tells what becomes of it.
 */
#define _GNU_SOURCE /* open_memstream, posix_openpt */
#include "command.h"

#include <locale.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>

#include "frames.h"
#include "show/settings.h"

#define PROGRAM "known_lost_update"

struct terminal {
    int master, slave;
    struct termios before;
    pid_t shell, program;
    int reports;  /* from the shell: the program's states */
    int commands; /* to it: go on */
    char said[1 << 20];
    size_t length;
};

static struct terminal *terminal;

/* ---- the shell ---- */

static void foreground(pid_t group)
{
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(terminal->slave, group);
}

static void be_the_program(char *const *words)
{
    static const struct rlimit none;

    setpgid(0, 0);
    foreground(getpid());
    signal(SIGTTOU, SIG_DFL);
    setrlimit(RLIMIT_CORE, &none);
    for (int i = 0; i < 3; i++)
        dup2(terminal->slave, i);
    execv(binary, words);
    _exit(127);
}

static void be_the_shell(char *const *words, int reports, int commands)
{
    pid_t program;
    int status;
    char byte;

    close(terminal->master); /* so that its end hangs up */
    setsid();
    ioctl(terminal->slave, TIOCSCTTY, 0);
    program = fork();
    if (program == 0)
        be_the_program(words);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    if (write(reports, &program, sizeof program) < 0)
        _exit(1);
    while (waitpid(program, &status, WUNTRACED) == program) {
        foreground(getpgrp());
        if (write(reports, &status, sizeof status) < 0 ||
            !WIFSTOPPED(status))
            break;
        if (read(commands, &byte, 1) != 1)
            break;
        foreground(program);
        kill(-program, SIGCONT);
    }
    _exit(0);
}

static void read_report(void *report, size_t size)
{
    ck_assert_int_eq(read(terminal->reports, report, size),
                     (ssize_t)size);
}

/* ---- the terminal ---- */

static void set_size(int rows, int columns)
{
    struct winsize size = {.ws_row = (unsigned short)rows,
                           .ws_col = (unsigned short)columns};

    ck_assert_int_eq(ioctl(terminal->master, TIOCSWINSZ, &size), 0);
}

static void open_terminal(int rows, int columns)
{
    terminal = calloc(1, sizeof *terminal);
    terminal->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(terminal->master, 0);
    ck_assert_int_eq(grantpt(terminal->master), 0);
    ck_assert_int_eq(unlockpt(terminal->master), 0);
    terminal->slave =
        open(ptsname(terminal->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
    ck_assert_int_ge(terminal->slave, 0);
    set_size(rows, columns);
    tcgetattr(terminal->slave, &terminal->before);
}

static void launch(const char *line)
{
    static char copy[512];
    char *words[WORDS_MAX] = {(char *)"./programs"};
    int reports[2], commands[2], count = 1;

    snprintf(copy, sizeof copy, "%s", line);
    for (char *word = strtok(copy, " "); word != NULL;
         word = strtok(NULL, " "))
        words[count++] = word;
    ck_assert_int_eq(pipe2(reports, O_CLOEXEC), 0);
    ck_assert_int_eq(pipe2(commands, O_CLOEXEC), 0);
    terminal->shell = fork();
    if (terminal->shell == 0)
        be_the_shell(words, reports[1], commands[0]);
    close(reports[1]);
    close(commands[0]);
    terminal->reports = reports[0];
    terminal->commands = commands[1];
    read_report(&terminal->program, sizeof terminal->program);
}

/* Reads once; false if nothing more can come. */
static bool read_on(void)
{
    ssize_t got = read(terminal->master, terminal->said + terminal->length,
                       sizeof terminal->said - 1 - terminal->length);

    if (got <= 0)
        return false;
    terminal->length += (size_t)got;
    terminal->said[terminal->length] = '\0';
    return true;
}

/* Until the terminal is sent this text, after what was read before. */
static void await(const char *text)
{
    static size_t from;
    const char *found;

    if (from > terminal->length)
        from = 0;
    while ((found = strstr(terminal->said + from, text)) == NULL)
        ck_assert_msg(read_on(), "no \"%s\" in:\n%s", text,
                      terminal->said);
    from = (size_t)(found - terminal->said) + strlen(text);
}

static void press(const char *keys)
{
    ck_assert_int_eq(write(terminal->master, keys, strlen(keys)),
                     (ssize_t)strlen(keys));
}

/* All that is still to come until the program changes its state: it
 * could not go on if nobody read that. */
static int await_change(void)
{
    struct pollfd both[] = {
        {.fd = terminal->reports, .events = POLLIN},
        {.fd = terminal->master, .events = POLLIN}};
    int status, flags = fcntl(terminal->master, F_GETFL);

    do {
        ck_assert_int_gt(poll(both, 2, -1), 0);
        if (both[1].revents & POLLIN)
            read_on();
    } while (both[0].revents == 0);
    read_report(&status, sizeof status);
    fcntl(terminal->master, F_SETFL, flags | O_NONBLOCK);
    while (read_on())
        ;
    fcntl(terminal->master, F_SETFL, flags);
    return status;
}

static const char *last(const char *text)
{
    const char *found = NULL, *at = terminal->said;

    while ((at = strstr(at, text)) != NULL)
        found = at++;
    return found;
}

/* The modes are as before, and so is what a sequence has changed. */
static void check_given_back(void)
{
    static const char *const pairs[][2] = {
        {"\033[?1049h", "\033[?1049l"}, /* the other screen */
        {"\033[?25l", "\033[?25h"},     /* no cursor */
        {"\033[?1002h", "\033[?1002l"}, /* the mouse */
        {"\033[?1h", "\033[?1l"}};      /* the keypad */
    struct termios after;

    tcgetattr(terminal->slave, &after);
    ck_assert_uint_eq(after.c_iflag, terminal->before.c_iflag);
    ck_assert_uint_eq(after.c_oflag, terminal->before.c_oflag);
    ck_assert_uint_eq(after.c_cflag, terminal->before.c_cflag);
    ck_assert_uint_eq(after.c_lflag, terminal->before.c_lflag);
    ck_assert_mem_eq(after.c_cc, terminal->before.c_cc,
                     sizeof after.c_cc);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        ck_assert_msg(last(pairs[i][0]) != NULL, "pair %zu never began",
                      i);
        ck_assert_msg(last(pairs[i][1]) > last(pairs[i][0]),
                      "pair %zu does not end", i);
    }
}

static void start_here(void)
{
    set_up();
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("XDG_CONFIG_HOME", "/dev/null", 1);
}

static void end_here(void)
{
    if (terminal != NULL) {
        close(terminal->master);
        close(terminal->slave);
        kill(terminal->program, SIGKILL);
        waitpid(terminal->shell, NULL, 0);
        free(terminal);
        terminal = NULL;
    }
    tear_down();
}

static void begin(int rows, int columns)
{
    open_terminal(rows, columns);
    launch(PROGRAM " --seed 1 --save run.trace --timeline");
    await("help");
}

static void quit(void)
{
    int status;

    press("q");
    status = await_change();
    ck_assert(WIFEXITED(status));
    check_given_back();
}

/* ---- what is seen ---- */

/* What is on the screen is what the same keys give without one. */
static void check_seen(const char *file, int rows, int columns,
                       const char *keys)
{
    struct trace *trace = trace_open("run.trace");
    struct stage *stage = stage_new(trace, rows, columns, false);
    char shown[1 << 16], *text;
    FILE *seen = fopen(file, "r");

    ck_assert_ptr_nonnull(seen);
    shown[fread(shown, 1, sizeof shown - 1, seen)] = '\0';
    fclose(seen);
    stage_keys(stage, keys);
    stage_key(stage, 'E');
    text = stage_text(stage);
    ck_assert_msg(strcmp(shown, text) == 0, "%s is otherwise", file);
    free(text);
    stage_free(stage);
    trace_close(trace);
}

START_TEST(keys_change_what_is_seen)
{
    begin(24, 80);
    press("lll" "t" "E");
    await("timeline-1.txt");
    press("\033OC" "\033OC" "\033OB" "v" "E");
    await("timeline-2.txt");
    quit();
    check_seen("timeline-1.txt", 24, 80, "lllt");
    check_seen("timeline-2.txt", 24, 80, "lllt" "ll" "j" "v");
}
END_TEST

START_TEST(another_size_is_another_frame)
{
    begin(24, 80);
    press("ll");
    set_size(40, 120);
    await("schedule");
    press("E");
    await("timeline-1.txt");
    set_size(60, 200);
    await("schedule");
    press("E");
    quit();
    check_seen("timeline-1.txt", 40, 120, "ll");
    check_seen("timeline-2.txt", 60, 200, "ll");
}
END_TEST

START_TEST(a_mouse_chooses)
{
    struct trace *trace;
    struct stage *stage;
    char shown[1 << 16], *text;
    FILE *seen;

    begin(24, 80);
    press("\033[<0;31;4M" "\033[<0;31;4m" "E");
    await("timeline-1.txt");
    quit();
    trace = trace_open("run.trace");
    stage = stage_new(trace, 24, 80, false);
    view_mouse(&stage->view, stage->model, 3, 30, BUTTON_PRESS, false);
    text = stage_text(stage);
    seen = fopen("timeline-1.txt", "r");
    shown[fread(shown, 1, sizeof shown - 1, seen)] = '\0';
    fclose(seen);
    ck_assert_msg(strcmp(shown, text) == 0, "the frame is otherwise");
    free(text);
    stage_free(stage);
    trace_close(trace);
}
END_TEST

START_TEST(a_picture_is_written)
{
    struct stat about;

    begin(24, 80);
    press("e");
    await("timeline-1.svg");
    quit();
    ck_assert_int_eq(stat("timeline-1.svg", &about), 0);
    ck_assert_int_gt(about.st_size, 1000);
}
END_TEST

/* ---- how it ends ---- */

static const int ends[] = {SIGINT,  SIGTERM, SIGHUP, SIGQUIT, SIGSEGV,
                           SIGBUS,  SIGFPE,  SIGILL, SIGABRT, SIGSYS,
                           SIGTRAP, SIGXCPU};

START_TEST(a_signal_ends_it_and_gives_the_terminal_back)
{
    int status;

    begin(24, 80);
    kill(terminal->program, ends[_i]);
    status = await_change();
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), ends[_i]);
    check_given_back();
}
END_TEST

START_TEST(control_c_ends_it)
{
    int status;

    begin(24, 80);
    press("\003");
    status = await_change();
    ck_assert(WIFSIGNALED(status));
    ck_assert_int_eq(WTERMSIG(status), SIGINT);
    check_given_back();
}
END_TEST

START_TEST(control_z_sets_it_aside)
{
    int status;

    begin(24, 80);
    press("\032");
    status = await_change();
    ck_assert(WIFSTOPPED(status));
    check_given_back();
    ck_assert_int_eq(write(terminal->commands, "g", 1), 1);
    await("help");
    press("lE");
    await("timeline-1.txt");
    quit();
    check_seen("timeline-1.txt", 24, 80, "l");
}
END_TEST

START_TEST(the_verdict_is_printed_at_the_end)
{
    begin(24, 80);
    quit();
    ck_assert_ptr_nonnull(strstr(last("\033[?1049l"), "verdict:"));
}
END_TEST

/* ---- where there is no fit terminal ---- */

START_TEST(no_terminal_means_columns)
{
    struct command command =
        run_words(PROGRAM " --seed 1 --timeline --width 80");

    ck_has(command.complained, "the timeline needs a terminal; here are "
                               "the columns instead");
    ck_has(command.said, "main begins");
}
END_TEST

static void check_columns(const char *why)
{
    launch(PROGRAM " --seed 1 --timeline");
    ck_assert(WIFEXITED(await_change()));
    ck_has(terminal->said, why);
    ck_has(terminal->said, "verdict:");
    ck_assert_ptr_null(strstr(terminal->said, "\033[?1049h"));
}

START_TEST(a_small_terminal_means_columns)
{
    open_terminal(14, 80);
    check_columns("needs 60 columns and 15 rows, and here are 80 and 14");
}
END_TEST

START_TEST(an_unknown_terminal_means_columns)
{
    setenv("TERM", "no-such-terminal", 1);
    open_terminal(24, 80);
    check_columns("TERM is \"no-such-terminal\"");
}
END_TEST

/* ---- what a terminal can do ---- */

static bool has_colors_said(void)
{
    return strstr(terminal->said, "\033[38;5;") != NULL ||
           strstr(terminal->said, "\033[31m") != NULL ||
           strstr(terminal->said, "\033[32m") != NULL;
}

START_TEST(colors_are_used_where_there_are_some)
{
    begin(24, 80);
    ck_assert(has_colors_said());
    quit();
}
END_TEST

START_TEST(no_color_is_heeded)
{
    setenv("NO_COLOR", "1", 1);
    begin(24, 80);
    ck_assert(!has_colors_said());
    ck_assert_ptr_null(strstr(terminal->said, "\033[48;"));
    quit();
}
END_TEST

START_TEST(other_locales_get_ascii)
{
    setenv("LC_ALL", "C", 1);
    begin(24, 80);
    for (size_t i = 0; i < terminal->length; i++)
        ck_assert_int_ge(terminal->said[i], 0);
    quit();
}
END_TEST

/* ---- what is remembered ---- */

static void remember_in(const char *text)
{
    FILE *file;

    setenv("XDG_CONFIG_HOME", folder, 1);
    mkdir("interleavings", 0700);
    file = fopen("interleavings/timeline", "w");
    fputs(text, file);
    fclose(file);
}

static void forget(void)
{
    unlink("interleavings/timeline");
    rmdir("interleavings");
}

START_TEST(settings_are_remembered)
{
    struct view view = {.speed = 2}, later = {.speed = 2};
    char problem[200] = "";

    setenv("XDG_CONFIG_HOME", folder, 1);
    ck_assert(settings_load(&view, problem, sizeof problem));
    view.palette = PALETTE_SAFE;
    view.axis = AXIS_TIME;
    view.objects = true;
    view.speed = -1;
    settings_save(&view);
    ck_assert(settings_load(&later, problem, sizeof problem));
    ck_assert_mem_eq(&view, &later, sizeof view);
    ck_assert_str_eq(problem, "");
    forget();
}
END_TEST

START_TEST(damaged_settings_are_ignored_with_a_word)
{
    static const char *const damaged[] = {
        "palette purple\n", "palette", "speed 99\n", "speed \n", "\n\nx\n",
        "source maybe\n", "axis order\npalette dark", "\377\376\n"};
    char problem[200];

    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        struct view view = {.speed = 2}, before = view;

        remember_in(damaged[i]);
        problem[0] = '\0';
        ck_assert_msg(!settings_load(&view, problem, sizeof problem),
                      "accepted: %s", damaged[i]);
        ck_assert_mem_eq(&view, &before, sizeof view);
        ck_has(problem, "is damaged: ignored");
        forget();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("screen");
    TCase *tests = tcase_create("screen");
    int count = (int)(sizeof ends / sizeof ends[0]);

    setlocale(LC_ALL, "C.UTF-8");
    tcase_add_checked_fixture(tests, start_here, end_here);
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, keys_change_what_is_seen);
    tcase_add_test(tests, another_size_is_another_frame);
    tcase_add_test(tests, a_mouse_chooses);
    tcase_add_test(tests, a_picture_is_written);
    tcase_add_loop_test(tests, a_signal_ends_it_and_gives_the_terminal_back,
                        0, count);
    tcase_add_test(tests, control_c_ends_it);
    tcase_add_test(tests, control_z_sets_it_aside);
    tcase_add_test(tests, the_verdict_is_printed_at_the_end);
    tcase_add_test(tests, no_terminal_means_columns);
    tcase_add_test(tests, a_small_terminal_means_columns);
    tcase_add_test(tests, an_unknown_terminal_means_columns);
    tcase_add_test(tests, colors_are_used_where_there_are_some);
    tcase_add_test(tests, no_color_is_heeded);
    tcase_add_test(tests, other_locales_get_ascii);
    tcase_add_test(tests, settings_are_remembered);
    tcase_add_test(tests, damaged_settings_are_ignored_with_a_word);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
