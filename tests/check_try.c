/*
 * check_try.c - `make try`: a student's own program, unchanged.
 *
 * Make is run as a student would run it, but what it makes goes into
 * the test's folder.
 */
#define _GNU_SOURCE /* pipe2 */
#include <sys/stat.h>

#include "command.h"

static char root[4096]; /* of the checkout */
static char build[4096];

static void find_build(void)
{
    char self[4000] = "";

    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        return;
    snprintf(build, sizeof build, "%s/..", dirname(self));
}

/* Of the flags of a make that runs this test only what stands for
 * variables is for ours: CC=clang and the like. */
static void forget_flags(void)
{
    const char *flags = getenv("MAKEFLAGS");
    const char *variables = flags == NULL ? NULL : strstr(flags, "-- ");
    char *copy = variables == NULL ? NULL : strdup(variables);

    unsetenv("MAKELEVEL");
    unsetenv("MFLAGS");
    if (copy == NULL)
        unsetenv("MAKEFLAGS");
    else
        setenv("MAKEFLAGS", copy, 1);
    free(copy);
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static struct command shell(const char *line)
{
    char *words[] = {(char *)"sh", (char *)"-c", (char *)line, NULL};
    struct command command;

    strcpy(binary, "/bin/sh");
    command = start_words(words);
    finish(&command);
    return command;
}

/* make try, in the checkout, with these words after it. */
static struct command make_try(const char *words)
{
    char line[16000];

    forget_flags();
    snprintf(line, sizeof line,
             "HERE='%s'; make -s -C '%s' BUILD='%s' TRY=\"$HERE/try\" "
             "try %s", folder, root, build, words);
    return shell(line);
}

static void ck_made(const char *words)
{
    struct command command = make_try(words);

    ck_assert_msg(command.status == 0, "make try %s: %s", words,
                  command.complained);
}

static void ck_refused(const char *words, const char *why)
{
    struct command command;

    write_file("try", "an old one");
    command = make_try(words);
    ck_has(command.complained, why);
    ck_assert_int_ne(command.status, 0);
    ck_assert_int_eq(access("try", F_OK), -1);
}

static const char plain[] = "int main(void) { return 0; }\n";

/* It calls its own functions, whatever the harness calls its. */
static const char namesake[] =
    "/* Functions that are called as some of the harness are. */\n"
    "#include <assert.h>\n"
    "#include <pthread.h>\n"
    "#include <stdio.h>\n"
    "int counter, trace_append = 5, self = 1;\n"
    "int record(int a) { return a + 1; }\n"
    "int take(int a) { return a + 2; }\n"
    "int judge(void) { return 6; }\n"
    "int queue_put(int a) { return a + 3; }\n"
    "int send(int a) { return a + 4; }\n"
    "void *calloc(unsigned long a, unsigned long b)\n"
    "{ puts(\"never called\"); return (void *)(a + b); }\n"
    "static void *add(void *unused)\n"
    "{ counter++; return unused; }\n"
    "int main(int argc, char **argv, char **environment)\n"
    "{\n"
    "    pthread_t a, b;\n"
    "    int unused;\n"
    "    pthread_create(&a, NULL, add, NULL);\n"
    "    pthread_create(&b, NULL, add, NULL);\n"
    "    pthread_join(a, NULL);\n"
    "    pthread_join(b, NULL);\n"
    "    printf(\"%d %d %d %d %d %d\\n\", record(1), take(1), judge(),\n"
    "           queue_put(1), send(1), trace_append + self);\n"
    "    for (int i = 1; i < argc; i++) puts(argv[i]);\n"
    "    assert(environment[0] != NULL);\n"
    "    assert(counter == 2);\n"
    "    return 0;\n"
    "}\n";

START_TEST(a_program_of_ones_own)
{
    struct command command;

    write_file("mine.c", namesake);
    command = make_try("FILE=\"$HERE/mine.c\" CFLAGS=-Werror");
    ck_has(command.complained, "unused variable");
    ck_assert_int_eq(command.status, 0);
    command = shell("./try --seed 1 -- --list 'two words'");
    ck_has(command.said, "== mine: Functions that are called as");
    ck_has(command.said, "says \"2 3 6 4 5 6\"");
    ck_has(command.said, "says \"--list\"");
    ck_has(command.said, "says \"two words\"");
    ck_has(command.said, "writes counter");
    ck_has_not(command.said, "never called");
    ck_has_not(command.said, "expected:");
    ck_has_not(command.complained, "try: ");
}
END_TEST

/* What is above the verdict, without the heading. */
static const char *columns_of(const char *text)
{
    const char *begin = strstr(text, "│ runs");
    const char *end = strstr(text, "verdict:");

    ck_has(text, "│ runs");
    ck_has(text, "verdict:");
    return keep(strndup(begin, (size_t)(end - begin)));
}

/* Cuts what stands after `key` out of the text. */
static const char *after(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    char *copy;

    ck_assert_msg(at != NULL, "no \"%s\" in:\n%s", key, text);
    copy = keep(strdup(at + strlen(key)));
    copy[strcspn(copy, "\n")] = '\0';
    return copy;
}

START_TEST(it_has_all_of_the_harness)
{
    struct command command, again;
    char line[500];

    write_file("mine.c", namesake);
    ck_made("FILE=\"$HERE/mine.c\" CFLAGS=-w");
    command = shell("./try --runs 40");
    ck_has(command.said, "assertion `counter == 2` failed in main");
    ck_assert_int_eq(command.status, 1);
    snprintf(line, sizeof line, "%s --save run.trace",
             after(strstr(command.said, "assertion"), "first: "));
    command = shell(line);
    ck_has(command.said, "assertion `counter == 2` failed in main at "
                         "mine.c:");
    again = shell("./try --open run.trace");
    ck_assert_str_eq(columns_of(again.said), columns_of(command.said));
    command = shell("./try --list");
    ck_assert_str_eq(command.said,
                     "mine         Functions that are called as some of "
                     "the harness are.\n");
}
END_TEST

START_TEST(several_files_and_their_headers)
{
    mkdir("more", 0700);
    write_file("more.h", "extern int shared; int more(int);\n");
    write_file("more/1_far.h", "#define FAR 3\n");
    write_file("more.c", "#include \"more.h\"\n#include <math.h>\n"
                         "#include <1_far.h>\n"
                         "int shared = 4;\n"
                         "int more(int a)\n"
                         "{ return (int)sqrt(a) + shared + FAR; }\n");
    write_file("2_main.c", "// The main.\n#include \"more.h\"\n"
                           "int main(void)\n"
                           "{ return more(9) - shared - 6; }\n");
    ck_made("FILE=\"$HERE/more.c $HERE/2_main.c\" LDLIBS=-lm "
            "CPPFLAGS=-I\"$HERE/more\" CFLAGS=-std=c99");
    ck_has(shell("./try").said, "== main: The main.\n");
    ck_assert_int_eq(shell("./try").status, 0);
    ck_made("FILE=\"$HERE/*.c\" CPPFLAGS=-I\"$HERE/more\"");
    ck_assert_int_eq(shell("./try").status, 0);
    unlink("more/1_far.h");
    rmdir("more");
}
END_TEST

START_TEST(names_with_anything_in_them)
{
    write_file("it's a$b #1 (%).c", plain);
    ck_made("FILE=\"$HERE/it's a\\$b #1 (%).c\"");
    ck_has(shell("./try").said, "== it_s_a_b__1____: it's a$b #1 (%).c");
}
END_TEST

START_TEST(what_it_is_given_to_read)
{
    write_file("mine.c", "#include <stdio.h>\nint main(void)\n"
                         "{ char a[9], b[9];\n"
                         "  scanf(\"%8s %8s\", a, b);\n"
                         "  printf(\"%s-%s\\n\", b, a); return 0; }\n");
    ck_made("FILE=\"$HERE/mine.c\"");
    ck_assert_str_eq(shell("echo left right | ./try --raw").said,
                     "right-left\n");
    ck_has(shell("echo left right | ./try").said,
           " reads 11 bytes from stdin: \"left right\"");
}
END_TEST

START_TEST(what_cannot_be_tried)
{
    write_file("plain.c", plain);
    write_file("other.c", plain);
    write_file("part.c", "int part(void) { return 1; }\n");
    write_file("bad.c", "int main(void) { return x; }\n");
    write_file("plus.cpp", plain);
    write_file("text", plain);
    write_file("open.c", "int part(void);\n"
                         "int main(void) { return part(); }\n");
    write_file("stolen.c", "void record_flush(void);\n"
                           "int main(void) { record_flush(); }\n");
    ck_refused("", "make try: which program? Say it: make try FILE=");
    ck_refused("FILE=\"$HERE/nothing.c\"", "there is no file ");
    ck_refused("FILE=\"$HERE\"", " is a folder: ");
    ck_refused("FILE=\"$HERE/text\"", " is no C source: ");
    ck_refused("FILE=\"$HERE/plus.cpp\"", " is C++, and this is for C ");
    ck_refused("FILE=\"$HERE/bad.c\"", "bad.c does not compile: see above");
    ck_refused("FILE=\"$HERE/part.c\"", "there is no main in ");
    ck_refused("FILE=\"$HERE/plain.c $HERE/other.c\"",
               "there is a main in ");
    ck_refused("FILE=\"$HERE/part.c $HERE/part.c $HERE/plain.c\"",
               "the files do not fit together: see above");
    ck_refused("FILE=\"$HERE/open.c\"", "open.c cannot be linked: see ");
    ck_refused("FILE=\"$HERE/stolen.c\"",
               "uses what none of the files defines: record_flush");
}
END_TEST

START_TEST(what_is_not_seen_is_said)
{
    static const char said[] =
        "waiting.c calls epoll_wait and semop, which this harness does not "
        "see: what waits there is not shown, and under a seed it may stop "
        "the run\n"
        "waiting.c calls setitimer, which this harness does not see: ";
    struct command command;

    write_file("waiting.c",
               "#include <stddef.h>\n#include <sys/epoll.h>\n"
               "#include <sys/sem.h>\n#include <sys/time.h>\n"
               "void waiting(void)\n"
               "{ semop(-1, NULL, 0); epoll_wait(-1, NULL, 0, 0);\n"
               "  setitimer(ITIMER_REAL, NULL, NULL); }\n");
    write_file("mine.c", "void waiting(void);\n"
                         "int main(void) { waiting(); return 0; }\n");
    command = make_try("FILE=\"$HERE/mine.c $HERE/waiting.c\"");
    ck_assert_int_eq(command.status, 0);
    ck_has(command.complained, said);
    command = shell("./try");
    ck_assert_int_eq(strncmp(command.complained, "try: ", 5), 0);
    ck_has(command.complained, "waiting.c calls epoll_wait and semop, ");
    ck_has(command.complained, "try: waiting.c calls setitimer, ");
    ck_assert_int_eq(command.status, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("try");
    TCase *tests = group("try");

    if (getcwd(root, sizeof root) == NULL)
        return 2;
    find_build();
    tcase_add_test(tests, a_program_of_ones_own);
    tcase_add_test(tests, it_has_all_of_the_harness);
    tcase_add_test(tests, several_files_and_their_headers);
    tcase_add_test(tests, names_with_anything_in_them);
    tcase_add_test(tests, what_it_is_given_to_read);
    tcase_add_test(tests, what_cannot_be_tried);
    tcase_add_test(tests, what_is_not_seen_is_said);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
