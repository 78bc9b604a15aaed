/*
 * check_timeline.c - what the chapters' runs look like on the timeline.
 *
 * Each run is made by the chapter's program, by a schedule, and opened
 * as the user would; see frames.h for the golden screens.
 */
#define _GNU_SOURCE /* open_memstream */
#include <errno.h>
#include <libgen.h>
#include <unistd.h>

#include "frames.h"

static const struct run {
    const char *name;
    const char *command; /* of $BUILD/bin */
    const char *keys;
    bool by_gcc; /* clang's code touches memory otherwise */
} runs[] = {
    {"ch01", "ch01 unlocked --seed 1", "v", false},
    {"ch02", "ch02 race --replay ~8ba12c4b.1f060", "v", false},
    {"ch03", "ch03 ktv --seed 1", "jjj....", false},
    {"ch04", "ch04 timeout --seed 1", "t]", false},
    {"ch05", "ch05 sentinel --seed 1", "j.....", false},
    {"ch06", "ch06 hang --seed 1", "v", false},
    {"ch07", "ch07 async --seed 1", "lllllllllt", true},
};
#define RUNS ((int)(sizeof runs / sizeof runs[0]))

static const struct {
    int columns, rows;
} sizes[] = {{80, 24}, {120, 40}, {200, 60}};

static struct trace *trace_of(const struct run *run)
{
    char self[4000], file[] = "/tmp/check_timeline.XXXXXX";
    char command[8000];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    struct trace *trace;
    int descriptor = mkstemp(file);

    ck_assert_int_gt(length, 0);
    self[length] = '\0';
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
    snprintf(command, sizeof command,
             "'%s'/../bin/%s --save %s >/dev/null 2>&1", dirname(self),
             run->command, file);
    /* A run that fails, as it may be meant to, has status 0 or 1. */
    ck_assert_int_le(system(command), 1 << 8);
    trace = trace_open(file);
    unlink(file);
    ck_assert_ptr_nonnull(trace);
    return trace;
}

static void check_frame(const struct run *run, const struct trace *trace,
                        int size, bool ascii)
{
    struct stage *stage = stage_new(trace, sizes[size].rows,
                                    sizes[size].columns, ascii);
    char name[64], *text;

    stage_keys(stage, run->keys);
    text = stage_text(stage);
    snprintf(name, sizeof name, "%s-%dx%d%s", run->name,
             sizes[size].columns, sizes[size].rows, ascii ? "-ascii" : "");
    check_kept(name, text);
    free(text);
    stage_free(stage);
}

START_TEST(frames_of_the_chapters)
{
    const struct run *run = runs + _i;
    struct trace *trace;

#ifdef __clang__
    if (run->by_gcc)
        return;
#endif
    trace = trace_of(run);
    for (int size = 0; size < 3; size++) {
        check_frame(run, trace, size, false);
        check_frame(run, trace, size, true);
    }
    trace_close(trace);
}
END_TEST

/* Whatever is typed, in whatever size, a frame is whole. */
START_TEST(no_keys_do_harm)
{
    static const char keys[] =
        "lh.,][vVgGkjadws+-fnNtpxXmcobrC? <>/A\n\b\033i";
    struct trace *trace = trace_of(runs + _i);
    unsigned random = 7;

    for (int rows = VIEW_LEAST_ROWS; rows < 70; rows += 11) {
        int columns = VIEW_LEAST_COLUMNS + rows * 3;
        struct stage *stage = stage_new(trace, rows, columns, false);

        for (int i = 0; i < 150; i++) {
            random = random * 1103515245u + 12345u;
            stage_keys(stage, (char[2]){keys[(random >> 16) %
                                             (sizeof keys - 1)]});
            view_mouse(&stage->view, stage->model,
                       (int)(random >> 8) % rows,
                       (int)(random >> 4) % columns,
                       (enum view_button)((random >> 20) % 5),
                       random >> 30 & 1);
            free(stage_text(stage));
        }
        stage_free(stage);
    }
    trace_close(trace);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timeline");
    TCase *tests = tcase_create("timeline");
    SRunner *runner = srunner_create(suite);
    int failures;

    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, frames_of_the_chapters, 0, RUNS);
    tcase_add_loop_test(tests, no_keys_do_harm, 0, RUNS);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures != 0;
}
