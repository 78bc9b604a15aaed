/*
 * expect.c - see expect.h.
 */
#include "judge/expect.h"

#include <string.h>

#include "judge/phrase.h"

static const char *const frequencies[] = {"always", "sometimes", "never"};

/* The outcomes that may be expected. */
static const enum verdict_kind outcomes[] = {
    VERDICT_OK,       VERDICT_ASSERTION,   VERDICT_CRASH,
    VERDICT_EXIT,     VERDICT_DEADLOCK,    VERDICT_LOST_WAKEUP,
    VERDICT_LIVELOCK, VERDICT_STARVATION,  VERDICT_LEAK,
    VERDICT_MISUSE,   VERDICT_TIMEOUT,     VERDICT_STUCK};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t\r\n");
}

static bool is_word(const char *text, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(text, word, length) == 0;
}

static bool read_frequency(const char *text, size_t length,
                           enum frequency *frequency)
{
    for (size_t i = 0; i < COUNT(frequencies); i++)
        if (is_word(text, length, frequencies[i])) {
            *frequency = (enum frequency)i;
            return true;
        }
    return false;
}

static bool read_outcome(const char *text, size_t length,
                         enum verdict_kind *outcome)
{
    for (size_t i = 0; i < COUNT(outcomes); i++)
        if (is_word(text, length, verdict_name(outcomes[i]))) {
            *outcome = outcomes[i];
            return true;
        }
    return false;
}

static bool refuse(char *problem, size_t size, const char *what,
                   const char *word, size_t length)
{
    struct phrase phrase = phrase_in(problem, size);

    if (length > 60)
        length = 60;
    if (length == 0)
        phrase_add(&phrase, "Expect: has no %s", what);
    else
        phrase_add(&phrase, "Expect: \"%.*s\" is no %s", (int)length, word,
                   what);
    phrase_add(&phrase, "; write for example "
                        "\"Expect: sometimes deadlock: why\" "
                        "(always, sometimes, never; ");
    for (size_t i = 0; i < COUNT(outcomes); i++)
        phrase_add(&phrase, "%s%s", i == 0 ? "" : ", ",
                   verdict_name(outcomes[i]));
    phrase_add(&phrase, ")");
    return false;
}

static bool parse(const char *text, struct expect *expect, char *problem,
                  size_t size)
{
    size_t length = strcspn(text, " \t\r\n:");

    if (!read_frequency(text, length, &expect->frequency))
        return refuse(problem, size, "frequency", text, length);
    text = skip_blanks(text + length);
    length = strcspn(text, " \t\r\n:");
    if (!read_outcome(text, length, &expect->outcome))
        return refuse(problem, size, "outcome", text, length);
    if (expect->frequency == EXPECT_SOMETIMES &&
        expect->outcome == VERDICT_OK) {
        struct phrase phrase = phrase_in(problem, size);

        phrase_add(&phrase, "Expect: \"sometimes ok\" does not say what "
                            "happens at other times; name that instead");
        return false;
    }
    text = skip_blanks(text + length);
    if (*text != ':' && *text != '\0')
        return refuse(problem, size, "colon after the outcome", text,
                      strcspn(text, " \t\r\n"));
    expect->sentence = skip_blanks(*text == ':' ? text + 1 : text);
    return true;
}

bool expect_parse(const char *text, struct expect *expect, char *problem,
                  size_t size)
{
    const struct expect usual = {.frequency = EXPECT_ALWAYS,
                                 .outcome = VERDICT_OK,
                                 .sentence = ""};

    *expect = usual;
    problem[0] = '\0';
    text = text == NULL ? "" : skip_blanks(text);
    if (*text == '\0' || parse(text, expect, problem, size))
        return true;
    *expect = usual;
    return false;
}

bool expect_names(const struct expect *expect, enum verdict_kind kind)
{
    return kind == expect->outcome ||
           (kind == VERDICT_LOST_WAKEUP &&
            expect->outcome == VERDICT_DEADLOCK);
}

/* Runs that say nothing about the program. */
static bool says_nothing(enum verdict_kind kind)
{
    return kind == VERDICT_INTERRUPTED || kind == VERDICT_INCOMPLETE ||
           kind == VERDICT_MISFIT || kind == VERDICT_STOPPED;
}

bool expect_met(const struct expect *expect,
                const struct verdict *verdict)
{
    bool is_outcome = expect_names(expect, verdict->kind);
    bool is_ok = verdict->kind == VERDICT_OK;

    if (says_nothing(verdict->kind))
        return false;
    switch (expect->frequency) {
    case EXPECT_ALWAYS:
        return is_outcome;
    case EXPECT_SOMETIMES:
        return is_outcome || is_ok;
    default:
        return expect->outcome == VERDICT_OK ? !is_ok : is_ok;
    }
}

void expect_print(const struct expect *expect, char *out, size_t size)
{
    struct phrase phrase = phrase_in(out, size);

    phrase_add(&phrase, "%s %s", frequencies[expect->frequency],
               verdict_name(expect->outcome));
}
