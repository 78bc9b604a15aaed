/*
 * verdict.c - see verdict.h.
 */
#include "judge/verdict.h"

#include <string.h>

#include "judge/case.h"
#include "judge/deadlock.h"

/* In the order of enum verdict_kind. */
static const char *const names_of_kinds[] = {
    "ok",       "assertion",  "crash",       "exit",       "deadlock",
    "timeout",  "misuse",     "interrupted", "incomplete", "lost-wakeup",
    "livelock", "starvation", "leak",        "stuck",      "misfit",
    "stopped"};

const char *verdict_name(enum verdict_kind kind)
{
    return names_of_kinds[kind];
}

void case_add_place(const struct case_file *file, struct phrase *phrase,
                    uint32_t index)
{
    const struct event *event = trace_read(file->trace, index);

    if (event != NULL)
        phrase_add_place(phrase, file->trace, event->pc);
}

static void look(struct case_file *file, uint32_t index)
{
    const struct event *event = trace_read(file->trace, index);
    enum kind kind = event_kind(event);
    bool first = file->misuses == 0;

    if (kind == KIND_ASSERT && file->assertion == TRACE_NONE)
        file->assertion = index;
    if (kind == KIND_CRASH && file->crash == TRACE_NONE)
        file->crash = index;
    if (kind == KIND_EXIT)
        leak_look(file, index, event);
    starve_look(file->starve, index, event);
    if (!misuse_check(file->replay, file->names,
                      first && file->told ? file->misuse_sentence : NULL))
        return;
    if (file->misuses++ == 0)
        file->misuse = index;
}

/* Those who were ended from outside are seen as they were before. */
static uint32_t stop_of(const struct trace *trace)
{
    uint32_t stop = trace_count(trace);

    if (trace->ending == ENDING_NONE || trace->ending == ENDING_EXIT ||
        trace->ending == ENDING_SIGNAL)
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
    struct phrase before = *phrase;

    verdict->kind = VERDICT_LOST_WAKEUP;
    phrase_add(phrase, "lost wake-up: ");
    if (trace_lost(file->trace) == 0)
        verdict->event = deadlock_lost_wakeup(phrase, file->replay,
                                              file->names, file->stop);
    if (verdict->event != TRACE_NONE)
        return;
    *phrase = before;
    verdict->kind = VERDICT_DEADLOCK;
    phrase_add(phrase, "deadlock: ");
    if (!file->told || trace_lost(file->trace) > 0 ||
        deadlock_describe(phrase, file->replay, file->names,
                          file->stop) == 0)
        phrase_add(phrase, "nobody can go on");
}

static void say_livelock(struct case_file *file, struct verdict *verdict,
                         struct phrase *phrase)
{
    verdict->kind = VERDICT_LIVELOCK;
    phrase_add(phrase, "livelock: ");
    if (trace_lost(file->trace) == 0)
        verdict->event = endless_say_spinning(file, phrase);
    if (verdict->event == TRACE_NONE)
        phrase_add(phrase, "steps go on, and nothing changes");
}

/* " after race.c:12" */
static void add_after(const struct case_file *file, struct phrase *phrase,
                      uint32_t number)
{
    const struct event *last = trace_read(
        file->trace, file->replay->actors[number].last);
    const struct place *place =
        last == NULL ? NULL : trace_place(file->trace, last->pc);

    if (place != NULL && place->line != 0)
        phrase_add(phrase, " after %.100s:%u",
                   phrase_base_name(trace_text(file->trace, place->file)),
                   place->line);
}

/* More steps than allowed: others were not let, or nobody gets on. */
static void say_steps(struct case_file *file, struct verdict *verdict,
                      struct phrase *phrase)
{
    long long steps = (long long)file->trace->ending_value;
    uint32_t starved = endless_starved(file);

    if (starved != TRACE_NONE) {
        verdict->kind = VERDICT_STARVATION;
        verdict->event = file->replay->actors[starved].last;
        phrase_add(phrase, "starvation: %s could go on",
                   trace_actor_name(file->trace, starved));
        add_after(file, phrase, starved);
        phrase_add(phrase,
                   " and was not let: in %lld steps others went on "
                   "without end", steps);
        return;
    }
    verdict->kind = VERDICT_LIVELOCK;
    phrase_add(phrase, "livelock: ");
    if (!endless_say_repeating(file, phrase))
        phrase_add(phrase, "no end after %lld steps", steps);
}

static void say_stuck(struct case_file *file, struct verdict *verdict,
                      struct phrase *phrase)
{
    const struct trace *trace = file->trace;
    uint32_t number = trace->ending_value >= 0 &&
                              trace->ending_value <
                                  file->replay->actor_count
                          ? (uint32_t)trace->ending_value
                          : 0;

    verdict->kind = VERDICT_STUCK;
    if (file->replay->actor_count > 0)
        verdict->event = file->replay->actors[number].last;
    phrase_add(phrase, "%s is asleep in %.60s",
               trace_actor_name(trace, number),
               trace_text(trace, trace->ending_text));
    if (file->replay->actor_count > 0)
        add_after(file, phrase, number);
    phrase_add(phrase, ", a call that takes no turns: nobody else can go "
                       "on. Run it without --seed");
}

static void say_misfit(struct case_file *file, struct verdict *verdict,
                       struct phrase *phrase)
{
    verdict->kind = VERDICT_MISFIT;
    phrase_add(phrase, "%s",
               trace_text(file->trace, file->trace->ending_text));
}

static void say_stopped(struct case_file *file, struct verdict *verdict,
                        struct phrase *phrase)
{
    (void)file;
    verdict->kind = VERDICT_STOPPED;
    phrase_add(phrase, "stopped where the given schedule ends");
}

static void say_starvation(struct case_file *file,
                           struct verdict *verdict, struct phrase *phrase)
{
    verdict->kind = VERDICT_STARVATION;
    verdict->event = starve_found(file->starve);
    phrase_add(phrase, "starvation: ");
    starve_say(file, phrase);
}

/* Returns whether anything was leaked. */
static bool say_leak(struct case_file *file, struct verdict *verdict,
                     struct phrase *phrase)
{
    struct phrase before = *phrase;

    phrase_add(phrase, "leak: ");
    verdict->event = leak_say(file, phrase);
    if (verdict->event != TRACE_NONE) {
        verdict->kind = VERDICT_LEAK;
        return true;
    }
    *phrase = before;
    phrase->text[phrase->length] = '\0';
    return false;
}

/* ", reading flag": for one who spins says what it looks at. */
static void add_reading(const struct case_file *file,
                        struct phrase *phrase, uint32_t index)
{
    const struct event *event = trace_read(file->trace, index);

    if (event_kind(event) == KIND_LOAD ||
        event_kind(event) == KIND_ATOMIC_LOAD)
        phrase_add(phrase, ", reading %s",
                   names_object(file->names, event->object, index));
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
        if (last == NULL)
            continue;
        phrase_add_place(phrase, file->trace, last->pc);
        add_reading(file, phrase, actor->last);
    }
    if (total > shown)
        phrase_add(phrase, "; %u more were running", total - shown);
}

/* Of later times nothing is known, least of all who waits for whom. */
static void add_state_when_full(struct case_file *file,
                                struct phrase *phrase)
{
    struct phrase before = *phrase;
    size_t length;

    phrase_add(phrase, ": when the trace was full, ");
    length = phrase->length;
    add_running(file, phrase);
    if (phrase->length > length)
        return;
    *phrase = before;
    if (file->told)
        phrase->text[phrase->length] = '\0';
}

/* How things stood, or did when the trace had room. */
static void add_state(struct case_file *file, struct phrase *phrase)
{
    size_t before;

    if (trace_lost(file->trace) > 0) {
        add_state_when_full(file, phrase);
        return;
    }
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

/* The deadlock is the misuse: it was told already. */
static bool is_told(const struct case_file *file,
                    const struct verdict *verdict)
{
    const struct event *event = trace_read(file->trace, file->misuse);

    return verdict->kind == VERDICT_DEADLOCK && file->misuses == 1 &&
           event != NULL && event_kind(event) == KIND_WAIT &&
           file->replay->actors[event->actor].wait_since == file->misuse;
}

static void add_also(struct case_file *file, struct verdict *verdict)
{
    struct phrase also = phrase_in(
        verdict->also, file->told ? sizeof verdict->also : 1);
    uint32_t left = file->trace->left_behind;

    if (file->misuses > 0 && verdict->kind != VERDICT_MISUSE &&
        !is_told(file, verdict))
        phrase_add(&also, "%s", file->misuse_sentence);
    if (trace_lost(file->trace) > 0 &&
        verdict->kind != VERDICT_INCOMPLETE) {
        phrase_add(&also, "%s", also.length > 0 ? "; " : "");
        add_lost(file, &also);
    }
    if (left > 0 && (file->trace->ending == ENDING_EXIT ||
                     file->trace->ending == ENDING_SIGNAL))
        phrase_add(&also,
                   "%s%u process%s outlived %s and had to be ended",
                   also.length > 0 ? "; " : "", left,
                   left == 1 ? "" : "es",
                   trace_actor_name(file->trace, 0));
}

/* What kept the run from its end; returns whether anything did. */
static bool decide_by_ending(struct case_file *file,
                             struct verdict *verdict,
                             struct phrase *phrase)
{
    switch (file->trace->ending) {
    case ENDING_SIGNAL:
        say_signal(file, verdict, phrase);
        return true;
    case ENDING_DEADLOCK:
        say_deadlock(file, verdict, phrase);
        return true;
    case ENDING_LIVELOCK:
        say_livelock(file, verdict, phrase);
        return true;
    case ENDING_STEPS:
        say_steps(file, verdict, phrase);
        return true;
    case ENDING_STUCK:
        say_stuck(file, verdict, phrase);
        return true;
    case ENDING_TIMEOUT:
        say_timeout(file, verdict, phrase);
        return true;
    case ENDING_INTERRUPTED:
        say_interrupted(file, verdict, phrase);
        return true;
    case ENDING_CHOICE:
        say_stopped(file, verdict, phrase);
        return true;
    default:
        return false;
    }
}

static void decide(struct case_file *file, struct verdict *verdict)
{
    struct phrase phrase = phrase_in(
        verdict->sentence, file->told ? sizeof verdict->sentence : 1);
    uint32_t failed = failed_process(file);

    if (file->trace->ending == ENDING_MISFIT)
        say_misfit(file, verdict, &phrase);
    else if (file->assertion != TRACE_NONE)
        say_assertion(file, verdict, &phrase);
    else if (file->crash != TRACE_NONE)
        say_crash(file, verdict, &phrase);
    else if (decide_by_ending(file, verdict, &phrase))
        return;
    else if (file->misuses > 0)
        say_misuse(file, verdict, &phrase);
    else if (starve_found(file->starve) != TRACE_NONE)
        say_starvation(file, verdict, &phrase);
    else if (failed != TRACE_NONE)
        say_exit(file, verdict, &phrase, failed);
    else if (say_leak(file, verdict, &phrase))
        return;
    else if (trace_lost(file->trace) > 0)
        say_incomplete(file, verdict, &phrase);
    else
        say_ok(file, verdict, &phrase);
}

struct verdict judge(const struct trace *trace)
{
    struct names *names = trace->sealed ? names_new(trace) : NULL;
    const struct names nameless = {.trace = trace};
    struct case_file file = {.trace = trace,
                             .names = names != NULL ? names : &nameless,
                             .replay = replay_new(trace),
                             .told = names != NULL,
                             .assertion = TRACE_NONE,
                             .crash = TRACE_NONE,
                             .misuse = TRACE_NONE,
                             .leaked_lock = TRACE_NONE};
    struct verdict verdict = {.event = TRACE_NONE};

    file.starve = starve_new(file.replay);
    investigate(&file);
    decide(&file, &verdict);
    verdict.misuses = file.misuses;
    add_also(&file, &verdict);
    starve_free(file.starve);
    replay_free(file.replay);
    names_free(names);
    return verdict;
}
