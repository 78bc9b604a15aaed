/*
 * strategy.c - which of those who can go on goes on.
 *
 * walk: each with equal chance, at every step.
 *
 * pct: probabilistic concurrency testing (Burckhardt, Kothari,
 * Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic
 * guarantees of finding bugs", ASPLOS 2010, section 3).  Every actor has
 * a random priority, the highest goes; at depth - 1 random steps the
 * one that goes falls below all others.
 *
 * pos: partial order sampling (Yuan, Yang, Gu, "Partial order aware
 * concurrency sampling", CAV 2018, section 3).  Every pending step has a
 * random priority, the highest goes; steps that conflict with it draw
 * anew.
 *
 * pos is the default: it needs no depth, has found every failure from
 * every seed, and after the fewest schedules.  Medians of 20 seeds, over
 * known_*.c (tests/strategies.sh measures it again):
 *
 *                           walk  pct 2  pct 3  pct 4    pos
 *   ABA on a stack           206     15     28     35    139
 *   condition with if         13      -    111     74     21
 *   philosophers               6     45     29     10      4
 *   13 more, at the most      16     22     26     33     13
 *   sum of all 16            270      -    288    219    211
 *                                 (-: not within 10,000)
 *
 * A strategy sees the seats only; how turns pass is turn.c's business.
 */
#include "schedule/table.h"

/*
 * Where pct puts its change points.  The paper wants them anywhere in
 * the run with equal chance, but nobody knows how long a run will be.
 * So a length is drawn first, 4, 8, ... or 4096 real choices, the
 * shorter ones the more often, as most programs are short.  Steps at
 * which only one can go on are no place for a change.
 */
#define PCT_POWERS 11

uint64_t strategy_random(struct table *table, uint64_t bound)
{
    uint64_t z = (table->random += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return bound == 0 ? z : (uint64_t)((__extension__(unsigned __int128)z *
                                        bound) >> 64);
}

static void draw_changes(struct table *table)
{
    uint32_t room = sizeof table->change / sizeof table->change[0];
    uint32_t points = table->options.depth > 0 ? table->options.depth - 1
                                               : 0;
    uint64_t one = strategy_random(table, PCT_POWERS);
    uint64_t other = strategy_random(table, PCT_POWERS);
    uint64_t length = UINT64_C(4) << (one < other ? one : other);

    table->change_count = points < room ? points : room;
    for (uint32_t i = 0; i < table->change_count; i++)
        table->change[i] = strategy_random(table, length);
}

void strategy_begin(struct table *table)
{
    table->random = table->options.seed;
    table->eager = table->options.time == TIME_EAGER ||
                   (table->options.time == TIME_EITHER &&
                    strategy_random(table, 4) == 0);
    table->change_count = 0;
    if (table->options.strategy == STRATEGY_PCT)
        draw_changes(table);
}

/*
 * Who is lowered at a change point comes to be among the CHANGED; who
 * has gone on for PCT_LONGEST steps and still could, below all others: a
 * loop that only another one can end would never end, else.
 */
#define PCT_LONGEST 1000
#define CHANGED (UINT64_C(1) << 32)
#define DRAWN (CHANGED + 16)

static uint64_t draw(struct table *table)
{
    return DRAWN + strategy_random(table, UINT64_MAX - DRAWN);
}

void strategy_born(struct table *table, uint32_t actor)
{
    table->seats[actor].priority = draw(table);
}

static uint32_t highest(const struct table *table,
                        const uint16_t *candidates, uint32_t count)
{
    uint32_t best = candidates[0];

    for (uint32_t i = 1; i < count; i++)
        if (table->seats[candidates[i]].priority >
            table->seats[best].priority)
            best = candidates[i];
    return best;
}

static uint32_t choose_pct(struct table *table, const uint16_t *candidates,
                           uint32_t count)
{
    uint32_t best = highest(table, candidates, count);

    for (uint32_t i = 0; i < table->change_count; i++) {
        if (table->change[i] > table->choice_count)
            continue;
        table->seats[best].priority = CHANGED + i;
        table->change[i] = UINT64_MAX;
        best = highest(table, candidates, count);
    }
    table->row = best == table->row_of ? table->row + 1 : 0;
    table->row_of = best;
    if (table->row > PCT_LONGEST)
        table->seats[best].priority = CHANGED - ++table->lowered;
    return best;
}

static uint32_t choose_next(const uint16_t *candidates, uint32_t count,
                            uint32_t current)
{
    for (uint32_t i = 0; i < count; i++)
        if (candidates[i] > current)
            return candidates[i];
    return candidates[0];
}

static uint32_t choose_stay(const uint16_t *candidates, uint32_t count,
                            uint32_t current)
{
    for (uint32_t i = 0; i < count; i++)
        if (candidates[i] == current)
            return current;
    return candidates[0];
}

uint32_t strategy_choose(struct table *table, const uint16_t *candidates,
                         uint32_t count, uint32_t current)
{
    switch (table->options.strategy) {
    case STRATEGY_WALK:
        return candidates[strategy_random(table, count)];
    case STRATEGY_PCT:
        return choose_pct(table, candidates, count);
    case STRATEGY_POS:
        return highest(table, candidates, count);
    case STRATEGY_ROUND_ROBIN:
        return choose_next(candidates, count, current);
    case STRATEGY_KERNEL:
    case STRATEGY_STAY:
        break;
    }
    return choose_stay(candidates, count, current);
}

static bool only_looks(uint8_t kind)
{
    return kind == KIND_LOAD || kind == KIND_ATOMIC_LOAD;
}

void strategy_stepped(struct table *table, uint32_t actor)
{
    const struct seat *done = &table->seats[actor];

    if (table->options.strategy != STRATEGY_POS)
        return;
    for (uint32_t i = 0; i < table->seat_count; i++) {
        struct seat *seat = &table->seats[i];
        if (i != actor && seat->object == done->object &&
            !(only_looks(seat->kind) && only_looks(done->kind)))
            seat->priority = draw(table);
    }
    table->seats[actor].priority = draw(table);
}
