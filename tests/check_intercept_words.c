/*
 * check_intercept_words.c - the wrappers of what is said, by stdio and
 * by assert: what each returns, errno, and what it records.  See told.h.
 */
#define _GNU_SOURCE /* strerrorname_np */
#include "told.h"

#include <assert.h>
#include <sys/resource.h>

static int by_list(const char *format, ...)
{
    va_list arguments;
    int result;

    va_start(arguments, format);
    result = vprintf(format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    result += vfprintf(stderr, format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    result += vdprintf(STDOUT_FILENO, format, arguments);
    va_end(arguments);
    return result;
}

START_TEST(what_is_printed)
{
    start_mute();
    RETURNS(4, printf("a %d\n", 1));
    RETURNS(4, printf("%s", "b\nc\n"));
    RETURNS(12, by_list("d %d\n", 2));
    RETURNS(2, puts("e"));
    RETURNS(1, fputs("f\n", stderr));
    RETURNS(2, fwrite("gh", 1, 2, stdout));
    RETURNS(3, fprintf(stderr, "i%d\n", 3));
    RETURNS(3, dprintf(STDERR_FILENO, "j%d\n", 4));
    RETURNS(2, write(STDOUT_FILENO, "k\n", 2));
    TOLD("SAY\"a 1\" SAY\"b\nc\" SAY\"d 2\" SAY!\"d 2\" SAY\"d 2\" "
         "SAY\"e\" SAY!\"f\" SAY\"gh\" SAY!\"i3\" SAY!\"j4\" SAY\"k\"");
}
END_TEST

START_TEST(nothing_is_said)
{
    start_mute();
    RETURNS(0, printf("%s", ""));
    RETURNS(1, printf("%c", '\n'));
    RETURNS(1, puts(""));
    RETURNS(0, fwrite("x", 0, 7, stdout));
    RETURNS(0, write(STDOUT_FILENO, "", 0));
    TOLD("");
}
END_TEST

START_TEST(what_is_long_is_cut)
{
    char words[1001] = "";

    start_mute();
    for (size_t i = 0; i + 3 < sizeof words; i += 3)
        memcpy(words + i, "白", 4);
    RETURNS(999, printf("%s", words));
    HOLDS(last_event(KIND_SAY)->flags & EVENT_CUT);
    HOLDS(strlen(trace_text(trace, last_event(KIND_SAY)->text)) == 510);
}
END_TEST

START_TEST(character_by_character)
{
    start_mute();
    RETURNS('a', putchar('a'));
    RETURNS('b', putc('b', stdout));
    RETURNS('c', fputc('c', stdout));
    RETURNS('\n', putchar('\n'));
    RETURNS('\n', putchar('\n'));
    RETURNS('d', putchar('d'));
    RETURNS('e', fputc('e', stderr));
    RETURNS('f', putchar('f'));
    RETURNS(0, raise(0));
    RETURNS('g', putchar('g'));
    TOLD("SAY\"abc\" SAY\"d\" SAY!\"e\" SAY\"f\" KILL>0:0 SAY\"g\"");
}
END_TEST

START_TEST(an_error_is_said)
{
    start_mute();
    errno = ENOENT;
    perror("file");
    errno = EPERM;
    perror(NULL);
    TOLD("SAY!\"file: No such file or directory\" "
         "SAY!\"Operation not permitted\"");
}
END_TEST

START_TEST(words_that_go_elsewhere)
{
    int ends[2], before;
    char bytes[10];

    start_mute();
    setvbuf(stdout, NULL, _IONBF, 0);
    before = dup(STDOUT_FILENO);
    RETURNS(0, pipe(ends));
    RETURNS(1, dup2(ends[1], STDOUT_FILENO));
    forget();
    RETURNS(2, printf("a\n%s", ""));
    RETURNS(2, write(STDOUT_FILENO, "b\n", 2));
    RETURNS(2, write(before, "c\n", 2));
    RETURNS(4, read(ends[0], bytes, sizeof bytes));
    RETURNS(1, dup2(before, STDOUT_FILENO));
    RETURNS(2, printf("d%d", 1));
    TOLD("WRITE[1]:2\"a\" WRITE[1]:2\"b\" SAY\"c\" READ[0]:4\"a\nb\" DUP "
         "SAY\"d1\"");
}
END_TEST

START_TEST(words_that_cannot_be_said)
{
    FILE *file = fopen("/dev/null", "r");

    start_mute();
    FAILS(EBADF, fprintf(file, "a%d", 1));
    FAILS(EBADF, fputc('b', file));
    FAILS(EBADF, dprintf(fileno(file), "c"));
    TOLD("WRITE:0\"a1\"=EBADF WRITE:0\"b\"=EBADF "
         "WRITE:0\"c\"=EBADF");
    fclose(file);
}
END_TEST

START_TEST(an_assertion_fails)
{
    int status;

    start_mute();
    if (fork() == 0) {
        struct rlimit none = {0, 0};

        setrlimit(RLIMIT_CORE, &none);
        assert(self.number == 0);
    }
    wait(&status);
    HOLDS(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    TOLD_BY(1, "BEGIN ASSERT\"self.number == 0\" CRASH:6 KILLED:6");
}
END_TEST

static void add_words(Suite *suite)
{
    TCase *tcase = tcase_create("words");

    tcase_add_test(tcase, what_is_printed);
    tcase_add_test(tcase, nothing_is_said);
    tcase_add_test(tcase, what_is_long_is_cut);
    tcase_add_test(tcase, character_by_character);
    tcase_add_test(tcase, an_error_is_said);
    tcase_add_test(tcase, words_that_go_elsewhere);
    tcase_add_test(tcase, words_that_cannot_be_said);
    tcase_add_test(tcase, an_assertion_fails);
    suite_add_tcase(suite, tcase);
}

int main(void)
{
    Suite *suite = suite_create("intercept: words");
    SRunner *runner;
    int failures;

    add_words(suite);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
