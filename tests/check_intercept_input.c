/*
 * check_intercept_input.c - the wrappers of what is read by stdio: what
 * each returns, and what it records.  See told.h.
 */
#define _GNU_SOURCE /* strerrorname_np */
#include "told.h"

ssize_t __real_write(int, const void *, size_t);
int __real_close(int);

static int ends[2];
static FILE *in;

static void start_stream(void)
{
    start();
    pipe(ends);
    in = fdopen(ends[0], "r");
    forget();
}

static void put(const char *words)
{
    __real_write(ends[1], words, strlen(words));
}

/* ---- the same as the real calls ---- */

static const char text[] =
    "one two\nthree\n\nfour 5 0x6 7.5e1 word|word \n\n  x12y\nlast";

/* All calls, on whatever is left of the text; writes what came of it. */
static void read_it_all(FILE *from, FILE *out)
{
    char words[40] = "", more[40] = "", *line = NULL;
    int a = -1, b = -1, count = -1, result;
    size_t room = 0;
    ssize_t got;
    float real = 0;

    result = getc(from);
    fprintf(out, "%d %d\n", result, fgetc(from));
    ungetc('!', from);
    fprintf(out, "%s;", fgets(words, 4, from));
    fprintf(out, "%s;", fgets(words, sizeof words, from));
    got = getline(&line, &room, from);
    fprintf(out, "%zd %s;", got, line);
    got = getdelim(&line, &room, 'r', from);
    fprintf(out, "%zd %s;", got, line);
    result = fscanf(from, "%d %x%e %[^|]|%s%n", &a, (unsigned *)&b, &real,
                    words, more, &count);
    fprintf(out, "%d %d %d %g %s %s %d;", result, a, b, (double)real,
            words, more, count);
    result = fscanf(from, " x%dz", &a);
    fprintf(out, "%d %d;", result, a);
    result = (int)fread(words, 3, 2, from);
    fprintf(out, "%d %.6s %d %d;", result, words, feof(from) != 0,
            ferror(from) != 0);
    fprintf(out, "%d %d", getc(from), feof(from) != 0);
    result = fscanf(from, "%d", &a);
    fprintf(out, "%d;", result);
    got = getline(&line, &room, from);
    fprintf(out, "%zd %p;", got, (void *)fgets(words, 9, from));
    free(line);
}

static FILE *file_of_text(int buffering, bool in_memory)
{
    FILE *file = in_memory ? fmemopen((void *)(uintptr_t)text,
                                      sizeof text - 1, "r")
                           : tmpfile();

    if (!in_memory) {
        fputs(text, file);
        rewind(file);
    }
    setvbuf(file, NULL, buffering, buffering == _IOFBF ? 16 : 0);
    return file;
}

static const int bufferings[] = {_IOFBF, _IOLBF, _IONBF};

START_TEST(all_is_as_without_us)
{
    static char real[1000], wrapped[1000];
    FILE *out = fmemopen(real, sizeof real, "w");
    FILE *file = file_of_text(bufferings[_i % 3], _i >= 3);

    read_it_all(file, out);
    fclose(out);
    file = file_of_text(bufferings[_i % 3], _i >= 3);
    out = fmemopen(wrapped, sizeof wrapped, "w");
    start();
    read_it_all(file, out);
    self.trace = NULL;
    fclose(out);
    ck_assert_str_eq(wrapped, real);
    ck_assert_ptr_nonnull(strstr(real, "5 5 6 75 word word"));
}
END_TEST

/* ---- what is recorded ---- */

START_TEST(what_enters_the_buffer)
{
    char line[40];
    int number;

    start_stream();
    put("a line\nan");
    RETURNS(1, fgets(line, sizeof line, in) == line);
    TOLD("READ[0]:9\"a line\nan\"");
    RETURNS('a', getc(in));
    TOLD("READ[0]:9\"a line\nan\"");
    put("other\n 7 ");
    RETURNS(1, fgets(line, sizeof line, in) == line);
    HOLDS(strcmp(line, "nother\n") == 0);
    RETURNS(1, fscanf(in, "%d", &number));
    forget();
    __real_close(ends[1]);
    number = fscanf(in, "%d", &number);
    HOLDS(number == EOF);
    RETURNS(EOF, getc(in));
    TOLD("READ[0]:0");
}
END_TEST

static void put_rest(void)
{
    put("st\n");
}

START_TEST(a_line_is_waited_for)
{
    char line[40];
    pid_t helper;

    start_stream();
    put("fir");
    helper = stranger(put_rest);
    RETURNS(1, fgets(line, sizeof line, in) == line);
    gone(helper);
    HOLDS(strcmp(line, "first\n") == 0);
    TOLD("READ[0]:3\"fir\" WAIT(READ)[0] READ~[0]:3\"st\"");
}
END_TEST

START_TEST(a_signal_ends_the_wait)
{
    char line[40];
    pid_t helper;

    start_stream();
    handle_signal(0);
    forget();
    helper = stranger(signal_parent);
    FAILS(EINTR, fgets(line, sizeof line, in) == NULL ? -1 : 0);
    HOLDS(ferror(in));
    gone(helper);
    TOLD("WAIT(READ)[0] READ~[0]:0=EINTR");
}
END_TEST

START_TEST(what_cannot_be_read)
{
    char line[40];
    FILE *out;

    start();
    out = fopen("/dev/null", "w");
    forget();
    FAILS(EBADF, getc(out));
    HOLDS(ferror(out));
    FAILS(EBADF, fgets(line, sizeof line, out) == NULL ? -1 : 0);
    TOLD("");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("intercept: input");
    TCase *tests = tcase_create("input");
    SRunner *runner;
    int failures;

    tcase_add_loop_test(tests, all_is_as_without_us, 0, 6);
    tcase_add_test(tests, what_enters_the_buffer);
    tcase_add_test(tests, a_line_is_waited_for);
    tcase_add_test(tests, a_signal_ends_the_wait);
    tcase_add_test(tests, what_cannot_be_read);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
