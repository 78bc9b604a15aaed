/*
 * endless.c - a run that went on and came to nothing.  See case.h.
 *
 * Either all who were left only spun, or the run took more steps than
 * was allowed.  Then it is looked for what repeats: the shortest number
 * of steps p such that each of the last 2p events is the same as the one
 * p before it (who, what, to what, where), so that the same p steps were
 * made three times over.  Most candidates for p differ in their first
 * comparisons.
 */
#include <errno.h>
#include <stdlib.h>

#include "judge/case.h"
#include "judge/deadlock.h"
#include "trace/fail.h"

#define WINDOW 6000   /* events in which to look for what repeats */
#define DEEDS_MAX 8   /* the rest is left out */
#define NAMES_MAX 3   /* the rest is counted */
#define LOOK_BACK 200 /* events of one who spins, and of others */

/* ---- one deed, in words ---- */

static bool is_read(const struct event *event)
{
    return event_kind(event) == KIND_LOAD ||
           event_kind(event) == KIND_ATOMIC_LOAD;
}

static const char *verb(const struct event *event)
{
    enum kind kind = event_kind(event);

    if (event->flags & EVENT_TRY && event->error != 0)
        return kind == KIND_REAP || kind == KIND_JOIN
                   ? "looks for the end of"
                   : "tries";
    if (kind == KIND_REAP && event->error == EAGAIN)
        return "looks for the end of";
    return kind_info[kind].reads;
}

static void add_deed(const struct case_file *file, struct phrase *phrase,
                     const struct event *event, uint32_t index)
{
    phrase_add(phrase, "%s", verb(event));
    if (event->object != 0 && object_class(event->object) != OBJECT_TIME)
        phrase_add(phrase, " %s",
                   names_object(file->names, event->object, index));
}

/* ---- all who are left spin ---- */

/* What it does over and over: reads, if it does. */
static uint32_t spinning_at(const struct case_file *file, uint32_t number)
{
    uint32_t last = file->replay->actors[number].last;
    uint32_t first = last > LOOK_BACK ? last - LOOK_BACK : 0;

    for (uint32_t i = last + 1; last != TRACE_NONE && i-- > first;) {
        const struct event *event = trace_read(file->trace, i);

        if (event != NULL && event->actor == number && is_read(event))
            return i;
    }
    return last;
}

static void say_spinner(const struct case_file *file,
                        struct phrase *phrase, uint32_t number,
                        uint32_t index)
{
    const struct event *event = trace_read(file->trace, index);

    phrase_add(phrase, "%s ", trace_actor_name(file->trace, number));
    add_deed(file, phrase, event, index);
    phrase_add(phrase, " again and again");
    phrase_add_place(phrase, file->trace, event->pc);
    phrase_add(phrase, is_read(event) ? ", and nobody is left to write it"
                                      : ", and nothing changes any more");
}

uint32_t endless_say_spinning(const struct case_file *file,
                              struct phrase *phrase)
{
    uint32_t shown = 0, total = 0, first = TRACE_NONE;
    size_t before;

    for (uint32_t i = 0; i < file->replay->actor_count; i++) {
        uint32_t at = file->replay->actors[i].state == ACTOR_RUNNING
                          ? spinning_at(file, i)
                          : TRACE_NONE;

        if (at == TRACE_NONE || total++ >= NAMES_MAX)
            continue;
        if (shown++ == 0)
            first = at;
        else
            phrase_add(phrase, "; ");
        say_spinner(file, phrase, i, at);
    }
    if (total > shown)
        phrase_add(phrase, "; %u more spin", total - shown);
    if (!file->told || total == 0)
        return first;
    phrase_add(phrase, "; ");
    before = phrase->length;
    deadlock_describe(phrase, file->replay, file->names, file->stop);
    if (phrase->length == before && phrase->text[before] == '\0' &&
        before >= 2)
        phrase->text[phrase->length -= 2] = '\0';
    return first;
}

/* ---- more steps than allowed ---- */

struct recent {
    uint32_t index;
    uint64_t mark;
};

static uint64_t mark_of(const struct event *event)
{
    uint64_t mark = event->pc;

    mark = (mark ^ event->object) * UINT64_C(0x9e3779b97f4a7c15);
    mark ^= mark >> 31;
    mark ^= (uint64_t)event->actor << 32 |
            (uint64_t)event_kind(event) << 16 | event->error;
    return mark * UINT64_C(0xbf58476d1ce4e5b9);
}

/* The last events, in their order; returns how many. */
static size_t gather(const struct case_file *file, struct recent *recent)
{
    size_t at = WINDOW;

    for (uint32_t i = file->stop; i-- > 0 && at > 0;) {
        const struct event *event = trace_read(file->trace, i);
        enum kind_group group =
            event == NULL ? GROUP_NOTE : kind_info[event_kind(event)].group;

        if (group == GROUP_NOTE || group == GROUP_CALL)
            continue;
        at--;
        recent[at] = (struct recent){i, mark_of(event)};
    }
    for (size_t i = at; i < WINDOW; i++)
        recent[i - at] = recent[i];
    return WINDOW - at;
}

static bool repeats(const struct recent *end, size_t period)
{
    for (size_t i = 1; i <= 2 * period; i++)
        if (end[-(ptrdiff_t)i].mark != end[-(ptrdiff_t)(i + period)].mark)
            return false;
    return true;
}

static size_t shortest_period(const struct recent *recent, size_t count)
{
    for (size_t period = 1; 3 * period <= count; period++)
        if (repeats(recent + count, period))
            return period;
    return 0;
}

/* Where to begin what goes round and round: where somebody gets
 * something that he did not get before, or else where the first actor
 * comes in. */
static size_t beginning(const struct case_file *file,
                        const struct recent *turn, size_t period)
{
    size_t best = 0;
    uint32_t least = TRACE_NONE;

    for (size_t i = 0; i < period; i++) {
        const struct event *event = trace_read(file->trace, turn[i].index);
        enum kind kind = event_kind(event);
        bool takes = event->error == 0 &&
                     (kind == KIND_LOCK || kind == KIND_READ_LOCK ||
                      kind == KIND_SEMAPHORE_WAIT);
        uint32_t rank = event->actor + (takes ? 0 : TRACE_ACTORS_MAX);

        if (rank < least) {
            least = rank;
            best = i;
        }
    }
    return best;
}

/* "polite 1 and polite 2 repeat"; returns how many they are. */
static uint32_t say_who(const struct case_file *file,
                        struct phrase *phrase, const struct recent *turn,
                        size_t period)
{
    uint32_t count = file->replay->actor_count, total = 0, shown = 0;
    bool *takes_part = calloc(count + 1, sizeof *takes_part);

    if (takes_part == NULL)
        die("out of memory");
    for (size_t i = 0; i < period; i++)
        takes_part[trace_read(file->trace, turn[i].index)->actor] = true;
    for (uint32_t i = 0; i < count; i++)
        total += takes_part[i];
    for (uint32_t i = 0; i < count && shown < NAMES_MAX; i++)
        if (takes_part[i])
            phrase_add(phrase, "%s%s",
                       shown++ == 0      ? ""
                       : shown == total ? " and "
                                         : ", ",
                       trace_actor_name(file->trace, i));
    if (total > shown)
        phrase_add(phrase, " and %u more", total - shown);
    phrase_add(phrase, total == 1 ? " repeats" : " repeat");
    free(takes_part);
    return total;
}

static void say_turn(const struct case_file *file, struct phrase *phrase,
                     const struct recent *turn, size_t period)
{
    uint32_t who = say_who(file, phrase, turn, period);
    size_t first = beginning(file, turn, period);
    uint32_t before = TRACE_NONE;

    if (period > 1)
        phrase_add(phrase, " the same %zu steps: ", period);
    else
        phrase_add(phrase, " one step: ");
    for (size_t i = 0; i < period && i < DEEDS_MAX; i++) {
        uint32_t index = turn[(first + i) % period].index;
        const struct event *event = trace_read(file->trace, index);

        if (i > 0)
            phrase_add(phrase, event->actor == before ? ", " : "; ");
        if (who > 1 && event->actor != before)
            phrase_add(phrase, "%s ",
                       trace_actor_name(file->trace, event->actor));
        add_deed(file, phrase, event, index);
        before = event->actor;
    }
    if (period > DEEDS_MAX)
        phrase_add(phrase, ", ...");
}

bool endless_say_repeating(const struct case_file *file,
                           struct phrase *phrase)
{
    struct recent *recent;
    size_t count, period;

    if (!file->told || trace_lost(file->trace) > 0)
        return false;
    recent = malloc(WINDOW * sizeof *recent);
    if (recent == NULL)
        die("out of memory");
    count = gather(file, recent);
    period = shortest_period(recent, count);
    if (period > 0)
        say_turn(file, phrase, recent + count - period, period);
    free(recent);
    return period > 0;
}

/* ---- who was not let ---- */

static bool can_go_on(const struct replay_actor *actor)
{
    return actor->state == ACTOR_BORN || actor->state == ACTOR_RUNNING ||
           (replay_waits(actor) && actor->let_go != TRACE_NONE);
}

uint32_t endless_starved(const struct case_file *file)
{
    uint32_t count = file->replay->actor_count;
    uint32_t bound = STARVE_HELD_EACH * count;

    if (bound < STARVE_HELD)
        bound = STARVE_HELD;
    if (trace_lost(file->trace) > 0)
        return TRACE_NONE;
    for (uint32_t i = 0; i < count; i++) {
        const struct replay_actor *actor = file->replay->actors + i;
        uint32_t since = actor->let_go;

        if (!replay_waits(actor))
            since = actor->last != TRACE_NONE ? actor->last : actor->birth;
        if (can_go_on(actor) && since != TRACE_NONE &&
            file->stop - since > bound)
            return i;
    }
    return TRACE_NONE;
}
