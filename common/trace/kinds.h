/*
 * kinds.h - the one list of what an actor can be seen to do.
 *
 * Every view, the judge and the file format read this list and no
 * other.  A line is
 *
 *     KIND(NAME, glyph, ASCII glyph, how it reads, group)
 *
 * "How it reads" is the verb of a sentence whose subject is the actor
 * and whose object is the event's object.  The numbers are part of the
 * trace file format: add at the end, or raise TRACE_VERSION.
 */
#ifndef TRACE_KINDS_H
#define TRACE_KINDS_H

enum kind_group {
    GROUP_NONE,
    GROUP_LIFE,       /* births, ends, names, waiting for an end */
    GROUP_LOCK,       /* mutexes, read-write locks, spin locks, file locks */
    GROUP_CONDITION,  /* conditions and barriers and once */
    GROUP_SEMAPHORE,
    GROUP_DATA,       /* descriptors: pipes, sockets, files */
    GROUP_TIME,       /* sleeping and yielding */
    GROUP_SIGNAL,
    GROUP_SAY,        /* what the program prints, and assert */
    GROUP_MEMORY,     /* plain and atomic accesses */
    GROUP_CALL,       /* function entry and exit */
    GROUP_NOTE        /* for the harness itself; no actor did this */
};

/* clang-format off */
#define TRACE_KINDS(KIND)                                                \
    KIND(NONE,            "?", "?", "?",                  GROUP_NONE)      \
    KIND(FORK,            "├", "+", "forks",              GROUP_LIFE)      \
    KIND(SPAWN,           "├", "+", "spawns",             GROUP_LIFE)      \
    KIND(THREAD_CREATE,   "├", "+", "creates",            GROUP_LIFE)      \
    KIND(BEGIN,           "┌", "(", "begins",             GROUP_LIFE)      \
    KIND(EXEC,            "»", ">", "becomes",            GROUP_LIFE)      \
    KIND(EXIT,            "└", ")", "exits",              GROUP_LIFE)      \
    KIND(THREAD_END,      "└", ")", "ends",               GROUP_LIFE)      \
    KIND(KILLED,          "╳", "X", "is killed by",       GROUP_LIFE)      \
    KIND(REAP,            "┤", "-", "reaps",              GROUP_LIFE)      \
    KIND(JOIN,            "┤", "-", "joins",              GROUP_LIFE)      \
    KIND(DETACH,          "·", ".", "detaches",           GROUP_LIFE)      \
    KIND(SET_NAME,        "·", ".", "is now called",      GROUP_LIFE)      \
    KIND(WAIT,            "◌", "~", "waits for",          GROUP_NONE)      \
    KIND(LOCK_INIT,       "·", ".", "makes",              GROUP_LOCK)      \
    KIND(LOCK_DESTROY,    "·", ".", "destroys",           GROUP_LOCK)      \
    KIND(LOCK,            "●", "L", "locks",              GROUP_LOCK)      \
    KIND(READ_LOCK,       "◐", "R", "read-locks",         GROUP_LOCK)      \
    KIND(UNLOCK,          "○", "u", "unlocks",            GROUP_LOCK)      \
    KIND(CONDITION_INIT,  "·", ".", "makes",              GROUP_CONDITION) \
    KIND(CONDITION_DESTROY, "·", ".", "destroys",         GROUP_CONDITION) \
    KIND(CONDITION_WAIT,  "◌", "~", "waits on",           GROUP_CONDITION) \
    KIND(CONDITION_WAKE,  "◉", "!", "is back from",       GROUP_CONDITION) \
    KIND(SIGNAL,          "↯", "s", "signals",            GROUP_CONDITION) \
    KIND(BROADCAST,       "↯", "S", "broadcasts",         GROUP_CONDITION) \
    KIND(BARRIER_INIT,    "·", ".", "makes",              GROUP_CONDITION) \
    KIND(BARRIER_DESTROY, "·", ".", "destroys",           GROUP_CONDITION) \
    KIND(BARRIER_ARRIVE,  "▸", "b", "arrives at",         GROUP_CONDITION) \
    KIND(BARRIER_LEAVE,   "◂", "B", "leaves",             GROUP_CONDITION) \
    KIND(ONCE,            "①", "1", "passes once",        GROUP_CONDITION) \
    KIND(SEMAPHORE_INIT,  "·", ".", "makes",              GROUP_SEMAPHORE) \
    KIND(SEMAPHORE_DESTROY, "·", ".", "destroys",         GROUP_SEMAPHORE) \
    KIND(SEMAPHORE_WAIT,  "▼", "P", "takes",              GROUP_SEMAPHORE) \
    KIND(SEMAPHORE_POST,  "▲", "V", "posts",              GROUP_SEMAPHORE) \
    KIND(SEMAPHORE_VALUE, "·", ".", "looks at",           GROUP_SEMAPHORE) \
    KIND(PIPE,            "═", "=", "makes pipe",         GROUP_DATA)      \
    KIND(SOCKET_PAIR,     "═", "=", "makes socket pair",  GROUP_DATA)      \
    KIND(OPEN,            "═", "=", "opens",              GROUP_DATA)      \
    KIND(DUP,             "═", "=", "duplicates",         GROUP_DATA)      \
    KIND(CLOSE,           "╌", "c", "closes",             GROUP_DATA)      \
    KIND(READ,            "◀", "r", "reads from",         GROUP_DATA)      \
    KIND(WRITE,           "▶", "w", "writes to",          GROUP_DATA)      \
    KIND(POLL,            "◇", "p", "polls",              GROUP_DATA)      \
    KIND(MAP,             "▭", "m", "maps",               GROUP_DATA)      \
    KIND(UNMAP,           "▭", "m", "unmaps",             GROUP_DATA)      \
    KIND(SLEEP,           "z", "z", "sleeps",             GROUP_TIME)      \
    KIND(SLEEP_END,       "·", ".", "wakes up",           GROUP_TIME)      \
    KIND(YIELD,           "↷", "y", "yields",             GROUP_TIME)      \
    KIND(KILL,            "†", "k", "sends a signal to",  GROUP_SIGNAL)    \
    KIND(CRASH,           "╳", "X", "crashes with",       GROUP_SIGNAL)    \
    KIND(SAY,             "“", "\"", "says",              GROUP_SAY)       \
    KIND(ASSERT,          "╳", "X", "fails to assert",    GROUP_SAY)       \
    KIND(LOAD,            "r", "r", "reads",              GROUP_MEMORY)    \
    KIND(STORE,           "w", "w", "writes",             GROUP_MEMORY)    \
    KIND(ATOMIC_LOAD,     "r", "r", "atomically reads",   GROUP_MEMORY)    \
    KIND(ATOMIC_STORE,    "w", "w", "atomically writes",  GROUP_MEMORY)    \
    KIND(ATOMIC_CHANGE,   "x", "x", "atomically changes", GROUP_MEMORY)    \
    KIND(ENTER,           "{", "{", "enters",             GROUP_CALL)      \
    KIND(LEAVE,           "}", "}", "leaves",             GROUP_CALL)      \
    KIND(OBJECT_NAME,     "·", ".", "is named",           GROUP_NOTE)      \
    KIND(SEMAPHORE_OPEN,  "·", ".", "opens",              GROUP_SEMAPHORE) \
    KIND(SEMAPHORE_CLOSE, "·", ".", "closes",             GROUP_SEMAPHORE) \
    KIND(SEMAPHORE_UNLINK, "·", ".", "unlinks",           GROUP_SEMAPHORE)  \
    KIND(NEXT,            "→", ">", "is about to",        GROUP_NOTE)
/* clang-format on */

enum kind {
#define TRACE_KIND_NUMBER(name, glyph, ascii, reads, group) KIND_##name,
    TRACE_KINDS(TRACE_KIND_NUMBER)
#undef TRACE_KIND_NUMBER
        KIND_COUNT
};

struct kind_info {
    const char *name;  /* LOCK */
    const char *glyph; /* one column wide, UTF-8 */
    const char *ascii; /* one column wide, ASCII */
    const char *reads; /* "locks" */
    enum kind_group group;
};

/* Indexed by enum kind; KIND_COUNT entries. */
extern const struct kind_info kind_info[];

#endif
