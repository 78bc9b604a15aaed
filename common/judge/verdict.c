/*
 * verdict.c - see verdict.h.
 */
#include "judge/verdict.h"

#include <string.h>

#include "judge/deadlock.h"
#include "judge/misuse.h"
#include "judge/names.h"
#include "judge/phrase.h"
#include "judge/replay.h"

static const char *const names_of_kinds[] = {
    "ok",       "assertion", "crash",  "exit",       "deadlock",
    "timeout",  "misuse",    "interrupted", "incomplete"};

const char *verdict_name(enum verdict_kind kind)
{
    return names_of_kinds[kind];
}

/* What is found on the way through the trace. */
struct case_file {
    const struct trace *trace;
    struct names *names;
    struct replay *replay;
    uint32_t assertion, crash; /* the first of each; or TRACE_NONE */
    uint32_t misuse, misuses;
    char misuse_sentence[MISUSE_SENTENCE];
    uint32_t stop; /* how things stood there is what matters */
};

static void look(struct case_file *file, uint32_t index)
{
    enum kind kind = event_kind(trace_read(file->trace, index));
    char sentence[MISUSE_SENTENCE];

    if (kind == KIND_ASSERT && file->assertion == TRACE_NONE)
        file->assertion = index;
    if (kind == KIND_CRASH && file->crash == TRACE_NONE)
        file->crash = index;
    if (!misuse_check(file->replay, file->names, sentence))
        return;
    if (file->misuses++ > 0)
        return;
    file->misuse = index;
    memcpy(file->misuse_sentence, sentence, sizeof sentence);
}

/* Those who were ended from outside are seen as they were before. */
static uint32_t stop_of(const struct trace *trace)
{
    uint32_t stop = trace_count(trace);

    if (trace->ending != ENDING_DEADLOCK &&
        trace->ending != ENDING_TIMEOUT &&
        trace->ending != ENDING_INTERRUPTED)
        return stop;
    while (stop > 0) {
        const struct event *event = trace_read(trace, stop - 1);

        if (event != NULL && event_kind(event) != KIND_KILLED &&
            kind_info[event_kind(event)].group != GROUP_NOTE)
            break;
        stop--;
    }
    return stop;
}

static void investigate(struct case_file *file)
{
    uint32_t index;

    file->stop = stop_of(file->trace);
    while ((index = replay_next(file->replay)) < file->stop) {
        look(file, index);
        replay_step(file->replay);
    }
}

/* ---- the sentences ---- */

static void say_assertion(struct case_file *file, struct verdict *verdict,
                          struct phrase *phrase)
{
    const struct event *event = trace_read(file->trace, file->assertion);

    verdict->kind = VERDICT_ASSERTION;
    verdict->event = file->assertion;
    phrase_add(phrase, "assertion `%.300s` failed in %s",
               trace_text(file->trace, event->text),
               trace_actor_name(file->trace, event->actor));
    phrase_add_place(phrase, file->trace, event->pc);
}

static void say_crash(struct case_file *file, struct verdict *verdict,
                      struct phrase *phrase)
{
    const struct event *event = trace_read(file->trace, file->crash);

    verdict->kind = VERDICT_CRASH;
    verdict->event = file->crash;
    phrase_add(phrase, "%s crashed with ",
               trace_actor_name(file->trace, event->actor));
    phrase_add_signal(phrase, event->value);
    phrase_add_place(phrase, file->trace, event->pc);
}

static void say_signal(struct case_file *file, struct verdict *verdict,
                       struct phrase *phrase)
{
    verdict->kind = VERDICT_CRASH;
    phrase_add(phrase, "%s was killed by ",
               trace_actor_name(file->trace, 0));
    phrase_add_signal(phrase, file->trace->ending_value);
}

static void add_lost(struct case_file *file, struct phrase *phrase)
{
    phrase_add(phrase,
               "the trace was full, %llu events are missing (make it "
               "larger with --events)",
               (unsigned long long)trace_lost(file->trace));
}

static void say_incomplete(struct case_file *file,
                           struct verdict *verdict, struct phrase *phrase)
{
    verdict->kind = VERDICT_INCOMPLETE;
    phrase_add(phrase, "nothing can be said: ");
    add_lost(file, phrase);
}

static void say_deadlock(struct case_file *file, struct verdict *verdict,
                         struct phrase *phrase)
{
    verdict->kind = VERDICT_DEADLOCK;
    phrase_add(phrase, "deadlock: ");
    if (trace_lost(file->trace) > 0 ||
        deadlock_describe(phrase, file->replay, file->names,
                          file->stop) == 0)
        phrase_add(phrase, "nobody can go on");
}

/* Who still ran, where it was seen last. */
static void add_running(struct case_file *file, struct phrase *phrase)
{
    uint32_t shown = 0, total = 0;

    for (uint32_t i = 0; i < file->replay->actor_count; i++) {
        const struct replay_actor *actor = file->replay->actors + i;
        const struct event *last = trace_read(file->trace, actor->last);

        if (actor->state != ACTOR_RUNNING || total++ >= 3)
            continue;
        phrase_add(phrase, "%s%s was running", shown++ == 0 ? "" : "; ",
                   trace_actor_name(file->trace, i));
        if (last != NULL)
            phrase_add_place(phrase, file->trace, last->pc);
    }
    if (total > shown)
        phrase_add(phrase, "; %u more were running", total - shown);
}

/* How things stood, unless the end of the trace is missing. */
static void add_state(struct case_file *file, struct phrase *phrase)
{
    size_t before;

    if (trace_lost(file->trace) > 0)
        return;
    phrase_add(phrase, ": ");
    before = phrase->length;
    add_running(file, phrase);
    if (phrase->length > before)
        phrase_add(phrase, "; ");
    if (deadlock_describe(phrase, file->replay, file->names,
                          file->stop) == 0 &&
        phrase->length > before + 2)
        phrase->text[phrase->length -= 2] = '\0';
}

static void say_timeout(struct case_file *file, struct verdict *verdict,
                        struct phrase *phrase)
{
    verdict->kind = VERDICT_TIMEOUT;
    phrase_add(phrase, "timeout: not at its end after %g s",
               (double)file->trace->ending_value / 1000);
    add_state(file, phrase);
}

static void say_interrupted(struct case_file *file,
                            struct verdict *verdict,
                            struct phrase *phrase)
{
    verdict->kind = VERDICT_INTERRUPTED;
    phrase_add(phrase, "interrupted by ");
    phrase_add_signal(phrase, file->trace->ending_value);
    add_state(file, phrase);
}

static void say_misuse(struct case_file *file, struct verdict *verdict,
                       struct phrase *phrase)
{
    verdict->kind = VERDICT_MISUSE;
    verdict->event = file->misuse;
    phrase_add(phrase, "misuse: %s", file->misuse_sentence);
    if (file->misuses > 1)
        phrase_add(phrase, " (and %u more)", file->misuses - 1);
}

/* ---- exit statuses ---- */

static int64_t exit_code(const struct case_file *file, uint32_t number)
{
    const struct event *end =
        trace_read(file->trace, file->replay->actors[number].end);

    return end != NULL && event_kind(end) == KIND_EXIT ? end->value : 0;
}

/* A process whose nonzero status matters; TRACE_NONE if there is none. */
static uint32_t failed_process(const struct case_file *file)
{
    if (file->trace->ending == ENDING_EXIT &&
        file->trace->ending_value != 0)
        return 0;
    for (uint32_t i = 0; i < file->replay->actor_count; i++)
        if (replay_process(file->replay, i) == i &&
            exit_code(file, i) != 0 &&
            (i == 0 || (file->replay->actors[i].taken == TRACE_NONE &&
                        trace_lost(file->trace) == 0)))
            return i;
    return TRACE_NONE;
}

static void say_exit(struct case_file *file, struct verdict *verdict,
                     struct phrase *phrase, uint32_t process)
{
    int64_t code = process == 0 && file->trace->ending == ENDING_EXIT
                       ? file->trace->ending_value
                       : exit_code(file, process);

    verdict->kind = VERDICT_EXIT;
    verdict->event = file->replay->actors[process].end;
    phrase_add(phrase, "%s exited with status %lld",
               trace_actor_name(file->trace, process), (long long)code);
    if (process != 0)
        phrase_add(phrase, ", and nobody looked at it");
}

static void say_ok(struct case_file *file, struct verdict *verdict,
                   struct phrase *phrase)
{
    uint32_t count = trace_actor_count(file->trace);

    verdict->kind = VERDICT_OK;
    if (count > 1)
        phrase_add(phrase, "ok: all %u came to their end", count);
    else
        phrase_add(phrase, "ok: it came to its end");
}

static void add_also(struct case_file *file, struct verdict *verdict)
{
    struct phrase also = phrase_in(verdict->also, sizeof verdict->also);
    uint32_t left = file->trace->left_behind;

    if (file->misuses > 0 && verdict->kind != VERDICT_MISUSE)
        phrase_add(&also, "%s", file->misuse_sentence);
    if (trace_lost(file->trace) > 0 &&
        verdict->kind != VERDICT_INCOMPLETE) {
        phrase_add(&also, "%s", also.length > 0 ? "; " : "");
        add_lost(file, &also);
    }
    if (left > 0 && file->trace->ending != ENDING_DEADLOCK)
        phrase_add(&also,
                   "%s%u process%s outlived %s and had to be ended",
                   also.length > 0 ? "; " : "", left,
                   left == 1 ? "" : "es",
                   trace_actor_name(file->trace, 0));
}

static void decide(struct case_file *file, struct verdict *verdict)
{
    struct phrase phrase =
        phrase_in(verdict->sentence, sizeof verdict->sentence);
    uint32_t ending = file->trace->ending;
    uint32_t failed = failed_process(file);

    if (file->assertion != TRACE_NONE)
        say_assertion(file, verdict, &phrase);
    else if (file->crash != TRACE_NONE)
        say_crash(file, verdict, &phrase);
    else if (ending == ENDING_SIGNAL)
        say_signal(file, verdict, &phrase);
    else if (ending == ENDING_DEADLOCK)
        say_deadlock(file, verdict, &phrase);
    else if (ending == ENDING_TIMEOUT)
        say_timeout(file, verdict, &phrase);
    else if (ending == ENDING_INTERRUPTED)
        say_interrupted(file, verdict, &phrase);
    else if (file->misuses > 0)
        say_misuse(file, verdict, &phrase);
    else if (failed != TRACE_NONE)
        say_exit(file, verdict, &phrase, failed);
    else if (trace_lost(file->trace) > 0)
        say_incomplete(file, verdict, &phrase);
    else
        say_ok(file, verdict, &phrase);
}

struct verdict judge(const struct trace *trace)
{
    struct verdict verdict = {.event = TRACE_NONE};
    struct case_file file = {.trace = trace,
                             .names = names_new(trace),
                             .replay = replay_new(trace),
                             .assertion = TRACE_NONE,
                             .crash = TRACE_NONE,
                             .misuse = TRACE_NONE};

    investigate(&file);
    decide(&file, &verdict);
    verdict.misuses = file.misuses;
    add_also(&file, &verdict);
    replay_free(file.replay);
    names_free(file.names);
    return verdict;
}
