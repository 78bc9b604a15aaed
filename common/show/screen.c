/*
 * screen.c - see screen.h.
 *
 * A handler of a signal that ends the program at once must not call
 * curses, which may be in the midst of anything: what gives the terminal
 * back is made ready in a buffer when the screen is opened.
 */
#define _GNU_SOURCE /* sigaction, wide curses */
#define NCURSES_WIDECHAR 1
#include "show/screen.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "trace/fail.h"

#define ESCAPE_MILLISECONDS 25
#define DRAG_ON "\033[?1002h" /* xterm: tell of motion with a button */
#define DRAG_OFF "\033[?1006l\033[?1002l\033[?1000l"
#define MARKS_ALL (CELL_CURSOR | CELL_CHOSEN | CELL_BOLD | CELL_HERE)
#define PAIRS_MOST 250

static SCREEN *screen;
static bool is_open, is_colored;
static struct termios usual; /* the terminal as it was */
static char undo[256];       /* what gives it back */
static volatile sig_atomic_t ended_by, to_be_stopped;

/* Pairs of colors are made as they are needed. */
static struct pair {
    int ink, paper;
} pairs[PAIRS_MOST];
static int pair_count;

/* setupterm is declared where half of all names are macros. */
int setupterm(const char *term, int file, int *error);
char *tigetstr(const char *name);

/* What the terminal is told for that; NULL if it cannot do it. */
static const char *string_of(const char *name)
{
    const char *text = tigetstr(name);

    return text == (const char *)-1 ? NULL : text;
}

/* ---- does it suit? ---- */

bool screen_suits(char *why, size_t size)
{
    struct winsize window = {0};
    const char *term = getenv("TERM");
    int error;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        snprintf(why, size, "the timeline needs a terminal");
        return false;
    }
    if (term == NULL || setupterm(term, STDOUT_FILENO, &error) == ERR ||
        string_of("cup") == NULL) {
        snprintf(why, size, "the timeline needs a terminal that it knows, "
                 "and TERM is \"%.40s\"", term == NULL ? "" : term);
        return false;
    }
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 &&
        window.ws_row > 0 &&
        (window.ws_row < VIEW_LEAST_ROWS ||
         window.ws_col < VIEW_LEAST_COLUMNS)) {
        snprintf(why, size, "the timeline needs %d columns and %d rows, "
                 "and here are %u and %u", VIEW_LEAST_COLUMNS,
                 VIEW_LEAST_ROWS, window.ws_col, window.ws_row);
        return false;
    }
    return true;
}

/* ---- giving it back ---- */

/* Calls only what a handler may call. */
static void give_back(void)
{
    ssize_t ignored;

    if (!is_open)
        return;
    is_open = false;
    ignored = write(STDOUT_FILENO, undo, strlen(undo));
    (void)ignored;
    tcsetattr(STDIN_FILENO, TCSANOW, &usual);
}

static void on_crash(int number)
{
    give_back();
    signal(number, SIG_DFL);
    raise(number);
}

static void on_end(int number)
{
    ended_by = number;
}

static void on_stop(int number)
{
    (void)number;
    to_be_stopped = 1;
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};

    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static void handle_all(void (*end)(int), void (*crash)(int))
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL,
                                  SIGABRT, SIGSYS, SIGTRAP, SIGXCPU};

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        handle(ends[i], end);
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        handle(crashes[i], crash);
}

static void add_undo(const char *text)
{
    if (text != NULL && strlen(undo) + strlen(text) < sizeof undo)
        strcat(undo, text);
}

static void make_undo(void)
{
    undo[0] = '\0';
    add_undo(DRAG_OFF);
    add_undo(string_of("sgr0"));
    add_undo(string_of("op"));
    add_undo(string_of("cnorm"));
    add_undo(string_of("rmkx"));
    add_undo(string_of("rmcup"));
}

/* ---- opening ---- */

bool screen_is_unicode(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static void ask_for_drags(void)
{
    if (string_of("kmous") == NULL)
        return;
    fputs(DRAG_ON, stdout);
    fflush(stdout);
}

static void start_mouse(void)
{
    mousemask(BUTTON1_PRESSED | BUTTON1_RELEASED | BUTTON4_PRESSED |
                  BUTTON5_PRESSED | BUTTON_CTRL | REPORT_MOUSE_POSITION,
              NULL);
    mouseinterval(0);
    ask_for_drags();
}

static void start_colors(bool color)
{
    pair_count = 0;
    is_colored = color && has_colors() && start_color() == OK;
    if (is_colored)
        use_default_colors();
}

void screen_open(bool color)
{
    ended_by = 0;
    tcgetattr(STDIN_FILENO, &usual);
    set_escdelay(ESCAPE_MILLISECONDS);
    /* If it has no handler yet, curses sets one, and ignores control-Z
     * whenever it writes. */
    handle(SIGTSTP, on_stop);
    screen = newterm(NULL, stdout, stdin);
    if (screen == NULL)
        die("cannot use the terminal");
    make_undo();
    is_open = true;
    fail_prepare = screen_close;
    handle_all(on_end, on_crash);
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    scrollok(stdscr, FALSE);
    curs_set(0);
    start_colors(color);
    start_mouse();
}

static void leave(void)
{
    fputs(DRAG_OFF, stdout);
    fflush(stdout);
    endwin();
    is_open = false;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &usual);
}

/* Control-Z: until somebody says fg. */
static void stop(void)
{
    to_be_stopped = 0;
    leave();
    handle(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    handle(SIGTSTP, on_stop);
    is_open = true;
    clearok(stdscr, TRUE);
    refresh();
    ask_for_drags();
}

void screen_close(void)
{
    if (screen == NULL)
        return;
    leave();
    handle(SIGTSTP, SIG_DFL);
    delscreen(screen);
    screen = NULL;
    fail_prepare = NULL;
    handle_all(SIG_DFL, SIG_DFL);
}

void screen_size(int *rows, int *columns)
{
    getmaxyx(stdscr, *rows, *columns);
}

int screen_signal(void)
{
    return ended_by;
}

/* ---- colors ---- */

/* The nearest of the 6x6x6 colors and 24 greys of 256. */
static int nearest_256(uint32_t color)
{
    static const int steps[] = {0, 95, 135, 175, 215, 255};
    int best = 16;
    long best_distance = -1;

    for (int i = 16; i < 256; i++) {
        int r, g, b;
        long dr, dg, db, distance;

        if (i < 232) {
            r = steps[(i - 16) / 36];
            g = steps[(i - 16) / 6 % 6];
            b = steps[(i - 16) % 6];
        } else
            r = g = b = 8 + (i - 232) * 10;
        dr = r - (long)(color >> 16 & 0xff);
        dg = g - (long)(color >> 8 & 0xff);
        db = b - (long)(color & 0xff);
        distance = 3 * dr * dr + 6 * dg * dg + db * db;
        if (best_distance < 0 || distance < best_distance) {
            best_distance = distance;
            best = i;
        }
    }
    return best;
}

static int color_number(uint32_t color)
{
    return COLORS > 256 ? (int)color : nearest_256(color);
}

static int pair_for(int ink, int paper)
{
    for (int i = 0; i < pair_count; i++)
        if (pairs[i].ink == ink && pairs[i].paper == paper)
            return i + 1;
    if (pair_count + 1 >= PAIRS_MOST || pair_count + 1 >= COLOR_PAIRS)
        return 0;
    pairs[pair_count] = (struct pair){ink, paper};
    init_extended_pair(pair_count + 1, ink, paper);
    return ++pair_count;
}

/* How a style with certain marks looks on this terminal. */
struct dress {
    attr_t attributes;
    int pair;
};

static struct dress dress_of(enum palette palette, unsigned style,
                             unsigned marks)
{
    struct look look = palette_look(palette, (enum style)style, marks);
    struct dress dress = {.attributes = look.bold ? A_BOLD : A_NORMAL};

    if (look.underlined)
        dress.attributes |= A_UNDERLINE;
    if (is_colored && COLORS >= 256)
        dress.pair =
            pair_for(color_number(look.ink), color_number(look.paper));
    else if (look.reversed)
        dress.attributes |= A_REVERSE;
    else if (is_colored)
        dress.pair = pair_for(look.eight, -1);
    else if (style == STYLE_DIM)
        dress.attributes |= A_DIM;
    return dress;
}

/* Each is worked out once a frame at most. */
static struct dress dresses[STYLE_COUNT][MARKS_ALL + 1];
static bool dressed[STYLE_COUNT][MARKS_ALL + 1];
static enum palette dressed_for = PALETTE_COUNT;
static SCREEN *dressed_on;

static const struct dress *find_dress(enum palette palette,
                                      unsigned style, unsigned marks)
{
    if (dressed_for != palette || dressed_on != screen)
        memset(dressed, 0, sizeof dressed);
    dressed_for = palette;
    dressed_on = screen;
    marks &= MARKS_ALL;
    if (!dressed[style][marks])
        dresses[style][marks] = dress_of(palette, style, marks);
    dressed[style][marks] = true;
    return &dresses[style][marks];
}

/* ---- painting ---- */

static void paint_cell(const struct cell *cell, int row, int column,
                       enum palette palette)
{
    const struct dress *dress =
        find_dress(palette, cell->style, cell->marks);
    wchar_t wide[CCHARW_MAX] = {0};
    int pair = dress->pair;
    cchar_t character;

    if (cell->glyph[0] == '\0')
        return; /* the right half of the one before */
    if (mbstowcs(wide, cell->glyph, CCHARW_MAX - 1) == (size_t)-1) {
        wide[0] = L'?';
        wide[1] = 0;
    }
    if (setcchar(&character, wide, dress->attributes, 0, &pair) == OK)
        mvadd_wch(row, column, &character);
}

void screen_paint(const struct grid *grid, enum palette palette,
                  bool anew)
{
    const struct dress *plain = find_dress(palette, STYLE_PLAIN, 0);
    int rows, columns, pair = plain->pair;
    cchar_t blank;

    screen_size(&rows, &columns);
    setcchar(&blank, L" ", A_NORMAL, 0, &pair);
    bkgrnd(&blank);
    if (grid->rows != rows || grid->columns != columns)
        erase();
    for (int i = 0; i < grid->rows && i < rows; i++)
        for (int j = 0; j < grid->columns && j < columns; j++)
            paint_cell(grid->cells + (size_t)i * (size_t)grid->columns + j,
                       i, j, palette);
    if (anew)
        clearok(stdscr, TRUE);
    refresh();
}

/* ---- keys ---- */

static int special_key(int key)
{
    switch (key) {
    case KEY_LEFT: return VIEW_LEFT;
    case KEY_RIGHT: return VIEW_RIGHT;
    case KEY_UP: return VIEW_UP;
    case KEY_DOWN: return VIEW_DOWN;
    case KEY_SLEFT:
    case KEY_PPAGE: return VIEW_PAGE_LEFT;
    case KEY_SRIGHT:
    case KEY_NPAGE: return VIEW_PAGE_RIGHT;
    case KEY_HOME: return VIEW_HOME;
    case KEY_END: return VIEW_END;
    case KEY_BACKSPACE: return VIEW_BACKSPACE;
    case KEY_ENTER: return VIEW_ENTER;
    default: return 0;
    }
}

static int plain_key(wint_t key)
{
    switch (key) {
    case '\r':
    case '\n': return VIEW_ENTER;
    case 27: return VIEW_ESCAPE;
    case 8:
    case 127: return VIEW_BACKSPACE;
    default: return (int)key;
    }
}

static struct input mouse_input(const MEVENT *event)
{
    struct input input = {.sort = INPUT_MOUSE,
                          .row = event->y,
                          .column = event->x,
                          .control = (event->bstate & BUTTON_CTRL) != 0};

    if (event->bstate & BUTTON4_PRESSED)
        input.button = BUTTON_WHEEL_UP;
    else if (event->bstate & BUTTON5_PRESSED)
        input.button = BUTTON_WHEEL_DOWN;
    else if (event->bstate & BUTTON1_PRESSED)
        input.button = BUTTON_PRESS;
    else if (event->bstate & BUTTON1_RELEASED)
        input.button = BUTTON_RELEASE;
    else
        input.button = BUTTON_DRAG;
    return input;
}

/* If several come at once, one key stands for all of them, and the last
 * one is given first. */
static MEVENT mouse[8];
static int mouse_count;

static struct input next_mouse(void)
{
    if (mouse_count == 0)
        return (struct input){.sort = INPUT_NONE};
    return mouse_input(&mouse[--mouse_count]);
}

static struct input read_mouse(void)
{
    while (mouse_count < 8 && getmouse(&mouse[mouse_count]) == OK)
        mouse_count++;
    return next_mouse();
}

/* Nobody is there any more to press a key: without this, each wait for
 * one would end at once. */
static bool terminal_is_gone(void)
{
    struct pollfd one = {.fd = STDIN_FILENO, .events = POLLIN};

    return poll(&one, 1, 0) > 0 &&
           (one.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

struct input screen_input(int milliseconds)
{
    struct input input = {.sort = INPUT_KEY};
    wint_t key = 0;
    int kind;

    if (mouse_count > 0)
        return next_mouse();
    timeout(milliseconds);
    kind = ended_by != 0 || to_be_stopped ? ERR : get_wch(&key);
    if (ended_by != 0)
        input.sort = INPUT_END;
    else if (to_be_stopped) {
        stop();
        input.sort = INPUT_SIZE;
    }
    else if (kind == ERR)
        input.sort = terminal_is_gone() ? INPUT_END : INPUT_NONE;
    else if (kind == OK && key == 12)
        input.sort = INPUT_REDRAW;
    else if (kind == OK)
        input.key = plain_key(key);
    else if (key == KEY_RESIZE)
        input.sort = INPUT_SIZE;
    else if (key == KEY_MOUSE)
        input = read_mouse();
    else
        input.key = special_key((int)key);
    if (input.sort == INPUT_KEY && input.key == 0)
        input.sort = INPUT_NONE;
    return input;
}
