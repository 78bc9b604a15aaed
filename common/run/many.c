/*
 * many.c - see many.h.
 *
 * Most runs come to what another one has come to already.  So each is
 * judged without names first, and gets a mark from what was judged, from
 * who waited for what, and from the last words that were said; only a
 * run with a new mark is worth the debug information and a sentence.
 */
#define _GNU_SOURCE /* program_invocation_name, MAP_ANONYMOUS */
#include "run/many.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge/expect.h"
#include "judge/names.h"
#include "judge/replay.h"
#include "judge/verdict.h"
#include "run/leftover.h"
#include "run/session.h"
#include "show/places.h"
#include "trace/fail.h"

#define OUTCOMES_MAX 64
#define WORDED_MAX 36 /* beyond these, last words are no difference, */
#define PLACED_MAX 48 /* and beyond these, only the kind of verdict is */
#define ROWS_MAX 12   /* as many are shown, and one of each verdict */
#define WORDS_MAX 200
#define SCHEDULE_MAX 4096

struct outcome {
    uint64_t mark;
    uint64_t count;
    uint64_t seed; /* of the first */
    enum verdict_kind kind;
    char sentence[1024];
    char words[WORDS_MAX];
    bool any_words;           /* those are the first one's */
    char again[SCHEDULE_MAX]; /* options that give the first again */
};

/* The keeper's own; shared with who describes them. */
static struct outcome *outcomes;
static size_t outcome_count;
static uint64_t text_before;
static struct study plan;
static struct control control;

void many_begin(struct trace *trace, const struct study *study)
{
    plan = *study;
    outcomes = mmap(NULL, OUTCOMES_MAX * sizeof *outcomes,
                    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                    0);
    if (outcomes == MAP_FAILED)
        die("cannot make room for what comes out:");
    control.options = schedule_options(trace);
    text_before = trace->text_head;
    leftover_begin();
}

static uint64_t mix(uint64_t mark, uint64_t value)
{
    mark = (mark ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return mark ^ mark >> 29;
}

static uint64_t mix_text(uint64_t mark, const char *text)
{
    while (*text != '\0')
        mark = mix(mark, (unsigned char)*text++);
    return mark;
}

/* What the first actor said last: what the program makes of the run.
 * The others' last words only say who was the last. */
static const char *last_words(const struct trace *trace)
{
    for (uint32_t i = trace_count(trace); i-- > 0;) {
        const struct event *event = trace_read(trace, i);

        if (event != NULL && event_kind(event) == KIND_SAY &&
            event->actor == 0)
            return trace_text(trace, event->text);
    }
    return "";
}

static uint64_t mix_event(uint64_t mark, const struct event *event)
{
    return event == NULL ? mark
                         : mix(mix(mix(mark, event_kind(event)), event->pc),
                               event->actor);
}

/* What tells outcomes apart, except for the last words. */
static uint64_t mark_of(const struct trace *trace,
                        const struct verdict *verdict)
{
    uint64_t mark = mix(1, verdict->kind);
    uint32_t wait;

    mark = mix(mark, verdict->kind == VERDICT_EXIT ||
                             verdict->kind == VERDICT_CRASH
                         ? (uint64_t)trace->ending_value
                         : 0);
    if (verdict->event != TRACE_NONE)
        mark = mix_event(mark, trace_read(trace, verdict->event));
    if (trace->ending == ENDING_DEADLOCK)
        for (uint32_t i = 0; i < trace_actor_count(trace); i++) {
            wait = trace_actor(trace, i)->wait;
            if (trace_actor(trace, i)->state != ACTOR_ENDED)
                mark = mix_event(mark, trace_read(trace, wait));
        }
    return mark;
}

static struct outcome *find(uint64_t mark)
{
    for (size_t i = 0; i < outcome_count; i++)
        if (outcomes[i].mark == mark)
            return outcomes + i;
    return NULL;
}

static void describe(struct outcome *outcome, struct trace *trace)
{
    struct verdict verdict;

    snprintf(outcome->words, sizeof outcome->words, "%s",
             last_words(trace));
    control.options.seed = schedule_options(trace).seed;
    outcome->seed = control.options.seed;
    control_short(trace, &control, plan.variant, outcome->again,
                  sizeof outcome->again);
    session_finish(trace, plan.variant);
    verdict = judge(trace);
    outcome->kind = verdict.kind;
    snprintf(outcome->sentence, sizeof outcome->sentence, "%s",
             verdict.sentence);
}

/* By a process of its own: what is read for it would stay in the heap
 * of all later runs, which are to be as fast and as alike as the first. */
static void describe_apart(struct outcome *outcome, struct trace *trace)
{
    pid_t child = fork();

    if (child < 0)
        die("cannot make a process:");
    if (child == 0) {
        describe(outcome, trace);
        _exit(0);
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        ;
}

static struct outcome *add_outcome(struct trace *trace, uint64_t mark)
{
    struct outcome *outcome = outcomes + outcome_count++;

    ENSURE(outcome_count <= OUTCOMES_MAX);
    outcome->mark = mark;
    describe_apart(outcome, trace);
    return outcome;
}

/* A program may say something else each time.  It must not fill the
 * table with that: a verdict that comes late would find no room. */
static struct outcome *outcome_of(struct trace *trace,
                                  const struct verdict *verdict)
{
    uint64_t mark = mark_of(trace, verdict);
    uint64_t worded = mix_text(mix(mark, 1), last_words(trace));
    struct outcome *outcome = find(worded);

    if (outcome == NULL && outcome_count < WORDED_MAX)
        return add_outcome(trace, worded);
    if (outcome == NULL)
        outcome = find(mark);
    if (outcome == NULL && outcome_count >= PLACED_MAX)
        outcome = find(mark = mix(1, verdict->kind));
    if (outcome == NULL) {
        outcome = add_outcome(trace, mark);
        outcome->any_words = true;
    }
    return outcome;
}

/* Returns whether the run was ok. */
static bool count_run(struct trace *trace)
{
    struct verdict verdict = judge(trace);

    outcome_of(trace, &verdict)->count++;
    return verdict.kind == VERDICT_OK;
}

bool many_next(struct trace *trace)
{
    struct schedule_options options = schedule_options(trace);
    bool ok;

    leftover_end(trace);
    if (trace->ending == ENDING_INTERRUPTED)
        return false;
    ok = count_run(trace);
    trace->runs_done++;
    if (trace->runs_done == plan.runs || (!ok && plan.until_failure))
        return false;
    trace_reset(trace, text_before);
    options.seed++;
    schedule_prepare(trace, &options);
    return true;
}

/* ---- the table, as it travels from the keeper to the front ---- */

struct row {
    uint64_t count;
    uint64_t seed;
    uint32_t kind, sentence, words, again;
};

static int by_count(const void *one, const void *other)
{
    const struct outcome *a = one, *b = other;

    return a->count < b->count   ? 1
           : a->count > b->count ? -1
           : a->seed > b->seed   ? 1
                                 : -1;
}

static uint32_t add_text(struct trace *trace, const char *text)
{
    return trace_add_text(trace, text, strlen(text));
}

/* Rows are events of no actor: nobody else reads this trace any more. */
void many_end(struct trace *trace)
{
    uint32_t ending = trace->ending;
    int64_t value = trace->ending_value;

    qsort(outcomes, outcome_count, sizeof *outcomes, by_count);
    trace_reset(trace, text_before);
    for (size_t i = 0; i < outcome_count; i++) {
        struct outcome *each = outcomes + i;
        struct event event = {.kind = KIND_OBJECT_NAME,
                              .object = each->kind,
                              .value = (int64_t)each->count,
                              .pc = each->seed};

        event.text = add_text(trace, each->sentence);
        event.peer = add_text(trace, each->words);
        event.size = each->any_words;
        event.actor = 0;
        trace_append(trace, &event);
        event.text = add_text(trace, each->again);
        trace_append(trace, &event);
    }
    trace->ending = ending;
    trace->ending_value = value;
}

/* ---- the front's side ---- */

static void wrap(const char *text, int indent, int width)
{
    int column = indent;

    while (*text != '\0') {
        int length = (int)strcspn(text, " ");

        if (column > indent && column + 1 + length > width) {
            printf("\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            putchar(' ');
            column++;
        }
        printf("%.*s", length, text);
        column += length;
        text += length;
        while (*text == ' ')
            text++;
    }
    putchar('\n');
}

static void print_row(const struct trace *trace, uint32_t index,
                      const struct variant *variant, int width)
{
    const struct event *event = trace_event((struct trace *)trace, index);
    const char *words = trace_text(trace, event->peer);
    const char *again = trace_text(trace, event[1].text);
    char line[2048];

    printf("%8lld  ", (long long)event->value);
    wrap(trace_text(trace, event->text), 10, width);
    if (*words != '\0') {
        snprintf(line, sizeof line, "last words%s: \"%.*s\"",
                 event->size != 0 ? " of the first" : "",
                 (int)strcspn(words, "\n"), words);
        printf("%10s", "");
        wrap(line, 10, width);
    }
    printf("%10sfirst: %s %s %s\n", "", program_invocation_name,
           variant->name, again);
}

/* Rows of one verdict, of number `from` on: how many, and of how many
 * runs. */
struct sum {
    int rows;
    long long runs;
};

static const struct event *row_at(const struct trace *trace, uint32_t index)
{
    return trace_event((struct trace *)trace, index);
}

/* Is there no row of its verdict above? */
static bool is_first(const struct trace *trace, uint32_t index)
{
    for (uint32_t i = 0; i < index; i += 2)
        if (row_at(trace, i)->object == row_at(trace, index)->object)
            return false;
    return true;
}

/* The most frequent outcomes; and of each verdict at least one. */
static bool is_shown(const struct trace *trace, uint32_t index)
{
    return index < 2 * ROWS_MAX || is_first(trace, index);
}

static struct sum sum_of(const struct trace *trace, uint64_t kind,
                         bool of_all)
{
    struct sum sum = {0, 0};

    for (uint32_t i = 0; i < trace_count(trace); i += 2)
        if (row_at(trace, i)->object == kind &&
            (of_all || !is_shown(trace, i))) {
            sum.rows++;
            sum.runs += row_at(trace, i)->value;
        }
    return sum;
}

/* What is not shown; then, if it had to be added up, the whole. */
static void print_sums(const struct trace *trace)
{
    const char *before = "in all:   ";
    bool several = false;

    for (uint32_t i = 0; i < trace_count(trace); i += 2) {
        uint64_t kind = row_at(trace, i)->object;
        struct sum rest = sum_of(trace, kind, false);

        several = several || sum_of(trace, kind, true).rows > 1;
        if (is_first(trace, i) && rest.rows > 0)
            printf("%8lld  %s, in %d more way%s\n", rest.runs,
                   verdict_name((enum verdict_kind)kind), rest.rows,
                   rest.rows == 1 ? "" : "s");
    }
    putchar('\n');
    for (uint32_t i = 0; several && i < trace_count(trace); i += 2) {
        uint64_t kind = row_at(trace, i)->object;

        if (!is_first(trace, i))
            continue;
        printf("%s%lld %s", before, sum_of(trace, kind, true).runs,
               verdict_name((enum verdict_kind)kind));
        before = ", ";
    }
    if (several)
        putchar('\n');
}

/* Did the runs come to what was expected, taken together? */
static bool is_expected(const struct trace *trace,
                        const struct expect *expect)
{
    bool some = false;

    for (uint32_t i = 0; i < trace_count(trace); i += 2) {
        struct verdict verdict = {
            .kind = (enum verdict_kind)trace_event((struct trace *)trace, i)
                        ->object};

        if (!expect_met(expect, &verdict))
            return false;
        some = some || expect_names(expect, verdict.kind);
    }
    return expect->frequency != EXPECT_SOMETIMES || some;
}

static void print_table(const struct trace *trace,
                        const struct variant *variant,
                        const struct options *options)
{
    const struct schedule_options *schedule = &options->control.options;

    printf(
        "%" PRIu64 " schedule%s of %s (strategy %s, seeds %" PRIu64
        " to %" PRIu64 "):\n\n",
        trace->runs_done, trace->runs_done == 1 ? "" : "s", variant->name,
        control_strategy_name(schedule->strategy), schedule->seed,
        schedule->seed + trace->runs_done - (trace->runs_done > 0 ? 1 : 0));
    for (uint32_t i = 0; i < trace_count(trace); i += 2)
        if (is_shown(trace, i))
            print_row(trace, i, variant, options->width);
    print_sums(trace);
}

/* Did the keeper come to many_end?  If it was killed before, what is
 * there is a run: its first event is a BEGIN, or not there yet. */
static bool has_table(struct trace *trace)
{
    return trace_count(trace) == 0 ||
           event_kind(trace_event(trace, 0)) == KIND_OBJECT_NAME;
}

int many_run(const struct variant *variant, const struct options *options)
{
    struct trace *trace = session_begin(variant, options);
    struct study study = session_study(variant, options);
    struct expect expect = session_expect(trace);
    char text[64];
    int interrupted;
    bool good;

    study.runs = options->control.runs;
    study.until_failure = options->control.until_failure;
    interrupted = keeper_run(trace, &study);
    if (!has_table(trace))
        return 128 + interrupted; /* and that was told */
    print_table(trace, variant, options);
    good = is_expected(trace, &expect);
    expect_print(&expect, text, sizeof text);
    printf("expected: %s%s\n", text,
           good ? ", and so it is" : ", but it is not so");
    free(study.argv);
    trace_close(trace);
    return interrupted != 0 ? 128 + interrupted : good ? 0 : 1;
}
