/*
 * turn.c - the mechanism of a controlled run: one actor has the turn.
 *
 * An actor that reaches a step says in its seat what it is about to do.
 * Then the strategy chooses among all who can go on; if that is another
 * one, the turn is passed to it and this one sleeps until it comes back.
 * Nobody else runs meanwhile, so the table needs no lock and the run is
 * the same whenever the same choices are made.
 *
 * An actor that cannot go on is blocked on an object.  Whoever touches
 * that object makes it ready again; it then tries again, and may find
 * itself blocked once more.  When nobody is ready, virtual time jumps to
 * the next deadline; when there is none, that is a deadlock.
 *
 * An actor that does nothing but look, many steps in a row, spins: it
 * is not chosen again until somebody else has changed something.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "intercept/actor.h"
#include "intercept/handler.h"
#include "schedule/table.h"
#include "trace/fail.h"

#define IDLE_MAX 48
#define FRUITLESS_MAX 2000
#define SPURIOUS_MAX 3

static struct table *table;
static struct trace *trace_of_table;

/* A deadlock, say: the run is over, whoever has the turn says so and
 * ends the first process; its keeper sees to the rest.  No pause():
 * that one is wrapped, and would be this actor's next step. */
static _Noreturn void stop(enum schedule_stop why)
{
    table->stop = why;
    syscall(SYS_kill, (pid_t)table->first_pid, SIGKILL);
    for (;;)
        syscall(SYS_pause);
}

/* POSIX lets a wait on a condition end without a signal.  It does so,
 * if that was asked for, only while somebody else can go on: or else
 * there would be no deadlock; and a few times for each, or else some
 * would wait and wake for ever. */
static bool may_wake(const struct seat *seat)
{
    return table->options.spurious && seat->state == SEAT_BLOCKED &&
           seat->kind == KIND_CONDITION_WAIT &&
           seat->woken < SPURIOUS_MAX;
}

static uint32_t gather(uint16_t *candidates)
{
    uint32_t count = 0, able = 0;

    for (uint32_t i = 0; i < table->seat_count; i++) {
        able += seat_can_go(table, &table->seats[i]);
        if (seat_can_go(table, &table->seats[i]) || may_wake(&table->seats[i]))
            candidates[count++] = (uint16_t)i;
    }
    return able == 0 ? 0 : count;
}

static void wake_spinners(void)
{
    for (uint32_t i = 0; i < table->seat_count; i++) {
        if (table->seats[i].state == SEAT_SPINNING)
            table->seats[i].state = SEAT_READY;
    }
}

static void let_time_be(uint64_t now)
{
    if (now > trace_of_table->virtual_time)
        trace_of_table->virtual_time = now;
    table->fruitless = 0;
    wake_spinners();
    for (uint32_t i = 0; i < table->seat_count; i++) {
        struct seat *seat = &table->seats[i];
        if (seat->state == SEAT_BLOCKED &&
            seat->deadline <= trace_of_table->virtual_time) {
            seat->state = SEAT_READY;
            seat->answer = GATE_TIMEOUT;
        }
    }
}

/* Nobody can go on: let time pass to the next deadline. */
static bool pass_time(void)
{
    uint64_t next = GATE_NEVER;

    for (uint32_t i = 0; i < table->seat_count; i++) {
        const struct seat *seat = &table->seats[i];
        if (seat->state == SEAT_BLOCKED && seat->deadline < next)
            next = seat->deadline;
    }
    if (next == GATE_NEVER)
        return false;
    let_time_be(next);
    return true;
}

static uint32_t first_in(enum seat_state state)
{
    for (uint32_t i = 0; i < table->seat_count; i++) {
        if (table->seats[i].state == state)
            return i;
    }
    return TRACE_NONE;
}

static bool is_among(const uint16_t *candidates, uint32_t count,
                     uint32_t actor)
{
    for (uint32_t i = 0; i < count; i++)
        if (candidates[i] == actor)
            return true;
    return false;
}

/* A real choice: by the given ones as long as they last. */
static uint32_t choose(const uint16_t *candidates, uint32_t count)
{
    uint32_t at = table->choice_count;
    uint32_t chosen;

    if (at == SCHEDULE_CHOICES_MAX)
        stop(STOP_FULL);
    if (at < table->options.given_count) {
        chosen = table->given[at];
        if (!is_among(candidates, count, chosen)) {
            table->wanted = chosen;
            stop(STOP_MISFIT);
        }
    } else if (table->options.stop_after_given) {
        stop(STOP_CHOICE);
    } else {
        chosen = strategy_choose(table, candidates, count, table->holder);
    }
    table->choices[table->choice_count++] = (uint16_t)chosen;
    return chosen;
}

/* A blocked one was chosen: it is late, or wakes for no reason. */
static void wake_blocked(struct seat *seat)
{
    if (seat_can_go(table, seat))
        let_time_be(seat->deadline);
    else {
        seat->state = SEAT_READY;
        seat->woken++;
    }
}

/* Who goes on now; does not return if nobody ever can.  TRACE_NONE if
 * only the first process can, which takes no turns any more. */
static uint32_t pick(void)
{
    uint16_t *candidates = table->candidates;
    uint32_t count, chosen, outside;

    while ((count = gather(candidates)) == 0) {
        if (pass_time())
            continue;
        outside = first_in(SEAT_OUTSIDE);
        if (outside != TRACE_NONE) {
            table->seats[outside].state = SEAT_READY;
            table->seats[outside].answer = GATE_REALLY;
        } else if (first_in(SEAT_SPINNING) == TRACE_NONE) {
            if (table->first_is_away)
                return TRACE_NONE;
            stop(STOP_DEADLOCK);
        } else if (table->fruitless > FRUITLESS_MAX) {
            stop(STOP_LIVELOCK);
        } else {
            wake_spinners(); /* perhaps it only reads for long */
        }
    }
    chosen = count == 1 ? candidates[0] : choose(candidates, count);
    if (table->seats[chosen].state == SEAT_BLOCKED)
        wake_blocked(&table->seats[chosen]);
    return chosen;
}

static _Thread_local bool waits_for_turn;

/* Wait for the turn; on return this actor has it. */
static void wait_for_turn(void)
{
    waits_for_turn = true;
    carrier_wait(&table->seats[self.number]);
    if (table->departed != 0) {
        carrier_departed((int)table->departed);
        table->departed = 0;
    }
    if (table->departed_thread != 0) {
        carrier_thread_departed((int)table->departed_from,
                                (int)table->departed_thread);
        table->departed_thread = 0;
    }
    table->holder = self.number;
    waits_for_turn = false;
    handler_run();
}

static void pass_turn(uint32_t next)
{
    if (next == TRACE_NONE)
        table->is_free = true;
    else
        carrier_pass(&table->seats[next]);
}

/* A step may be a mere access to memory, which leaves errno alone. */
static void hand_over(uint32_t next)
{
    int kept = errno;

    if (next == self.number)
        return;
    waits_for_turn = true;
    pass_turn(next);
    wait_for_turn();
    errno = kept;
}

static void announce(struct seat *seat, enum kind kind, uint64_t object,
                     uint64_t pc)
{
    seat->kind = (uint8_t)kind;
    seat->object = object;
    seat->pc = pc;
}

/*
 * Did the last step of this actor change anything that a spinning one
 * may look at?  Known only once it was made, so asked at the next one.
 */
static void settle(struct seat *seat)
{
    if (seat->looked) {
        seat->idle++;
        table->fruitless++;
        return;
    }
    seat->idle = 0;
    table->fruitless = 0;
    wake_spinners();
}

static bool only_looks(enum kind kind)
{
    return kind == KIND_LOAD || kind == KIND_ATOMIC_LOAD ||
           kind == KIND_YIELD;
}

/* A place and object that were not among its last ones is no spinning. */
static bool is_news(struct seat *seat, uint64_t object, uint64_t pc)
{
    uint64_t mark = object * UINT64_C(0x9e3779b97f4a7c15) ^ pc;

    for (uint32_t i = 0; i < SEAT_SEEN; i++)
        if (seat->seen[i] == mark)
            return false;
    seat->seen[seat->seen_next++ % SEAT_SEEN] = mark;
    return true;
}

static void gate_step(enum kind kind, uint64_t object, uint64_t pc)
{
    struct seat *seat = &table->seats[self.number];

    settle(seat);
    announce(seat, kind, object, pc);
    if (++table->steps > table->options.steps)
        stop(STOP_STEPS);
    if (seat->idle > IDLE_MAX) {
        seat->idle = 0;
        seat->state = SEAT_SPINNING;
    }
    hand_over(pick());
    seat->looked = only_looks(kind) && !is_news(seat, object, pc);
    strategy_stepped(table, self.number);
}

static enum gate_answer gate_block(enum kind kind, uint64_t object,
                                   uint64_t pc, uint64_t deadline,
                                   bool outside)
{
    struct seat *seat = &table->seats[self.number];

    settle(seat);
    announce(seat, kind, object, pc);
    seat->deadline = deadline;
    seat->state = outside ? SEAT_OUTSIDE : SEAT_BLOCKED;
    seat->answer = GATE_TOUCHED;
    hand_over(pick());
    seat->state = SEAT_READY;
    seat->deadline = GATE_NEVER;
    return (enum gate_answer)seat->answer;
}

/* Who polls may wait for more than one, so any file may be it. */
static bool is_touched(const struct seat *seat, uint64_t object)
{
    return seat->object == object ||
           (seat->kind == KIND_POLL && object_class(object) == OBJECT_FILE);
}

static void gate_touch(uint64_t object)
{
    for (uint32_t i = 0; i < table->seat_count; i++) {
        struct seat *seat = &table->seats[i];
        if ((seat->state == SEAT_BLOCKED || seat->state == SEAT_OUTSIDE) &&
            is_touched(seat, object))
            seat->state = SEAT_READY;
    }
}

static bool gate_wake_one(uint64_t object)
{
    uint16_t *waiters = table->candidates;
    uint32_t count = 0, chosen;

    for (uint32_t i = 0; i < table->seat_count; i++) {
        if (table->seats[i].state == SEAT_BLOCKED &&
            table->seats[i].object == object)
            waiters[count++] = (uint16_t)i;
    }
    if (count == 0)
        return false;
    chosen = count == 1 ? waiters[0] : choose(waiters, count);
    table->seats[chosen].state = SEAT_READY;
    return true;
}

static void gate_idle(void)
{
    table->seats[self.number].looked = true;
}

static void gate_born(uint32_t actor)
{
    struct seat *seat = &table->seats[actor];

    memset(seat, 0, sizeof *seat);
    seat->deadline = GATE_NEVER;
    seat->kind = KIND_BEGIN;
    seat->state = SEAT_READY;
    seat->hears = actor > 0 && table->seats[self.process].hears;
    if (actor >= table->seat_count)
        table->seat_count = actor + 1;
    strategy_born(table, actor);
}

/* After an exec it still has the turn; so has the very first actor. */
static bool begins_with_turn(void)
{
    return trace_actor(self.trace, table->holder)->process == self.number;
}

static void gate_begin(void)
{
    if (!begins_with_turn()) {
        wait_for_turn();
        return;
    }
    for (uint32_t i = 0; i < trace_actor_count(self.trace); i++)
        if (trace_actor(self.trace, i)->process == self.number)
            table->seats[i].state = SEAT_GONE; /* exec has ended them */
    table->seats[self.number].state = SEAT_READY;
    table->seats[self.number].deadline = GATE_NEVER;
    table->seats[self.number].hears = false;
    table->holder = self.number;
}

static void gate_signalled(uint32_t process)
{
    struct seat *seat = &table->seats[process];

    if (seat->state != SEAT_BLOCKED && seat->state != SEAT_OUTSIDE)
        return;
    seat->state = SEAT_READY;
    seat->answer = GATE_SIGNAL;
}

/* A process ends: ends of pipes are closed and file locks given back,
 * nobody says which. */
static void touch_files(void)
{
    for (uint32_t i = 0; i < table->seat_count; i++) {
        struct seat *seat = &table->seats[i];
        if ((seat->state == SEAT_BLOCKED || seat->state == SEAT_OUTSIDE) &&
            (object_class(seat->object) == OBJECT_FILE ||
             seat->kind == KIND_POLL))
            seat->state = SEAT_READY;
    }
}

static void end_seats(uint32_t process)
{
    touch_files();
    for (uint32_t i = 0; i < table->seat_count; i++) {
        const struct actor *actor = trace_actor(self.trace, i);

        if (actor == NULL)
            break;
        if (actor->process == process)
            table->seats[i].state = SEAT_GONE;
    }
}

/* Whoever waits for a process or its end is told of it. */
static void tell_end(uint32_t process)
{
    uint32_t maker = trace_actor(self.trace, process)->parent;
    uint32_t parent = trace_actor(self.trace, maker)->process;

    gate_touch(object_key(OBJECT_ACTOR, process));
    gate_touch(object_key(OBJECT_ACTOR, OBJECT_ANY_CHILD));
    if (parent != process && table->seats[parent].hears)
        gate_signalled(parent);
}

static bool is_last_thread(void)
{
    for (uint32_t i = self.process; i < trace_actor_count(self.trace); i++)
        if (trace_actor(self.trace, i)->process == self.process &&
            table->seats[i].state != SEAT_GONE &&
            table->seats[i].state != SEAT_EMPTY)
            return false;
    return true;
}

static void gate_leave(bool whole_process)
{
    uint32_t pid = (uint32_t)syscall(SYS_getpid);

    settle(&table->seats[self.number]);
    table->seats[self.number].state = SEAT_GONE;
    gate_touch(object_key(OBJECT_ACTOR, self.number));
    if (whole_process || is_last_thread()) {
        end_seats(self.process);
        tell_end(self.process);
        if (pid == table->first_pid)
            return; /* the run is over */
        table->departed = pid;
    } else {
        table->departed_from = pid;
        table->departed_thread = (uint32_t)syscall(SYS_gettid);
    }
    pass_turn(pick());
}

static void gate_away(void)
{
    end_seats(self.process);
    tell_end(self.process);
    table->first_is_away = self.process == 0;
    pass_turn(pick());
}

static void gate_back(void)
{
    struct seat *seat = &table->seats[self.number];

    table->first_is_away = false;
    seat->state = SEAT_READY;
    if (table->is_free) {
        table->is_free = false;
        table->holder = self.number;
    } else {
        wait_for_turn();
    }
}

static void gate_killed(uint32_t process)
{
    int pid = trace_actor(self.trace, process)->pid;

    end_seats(process);
    tell_end(process);
    carrier_departed(pid);
}

static uint64_t gate_now(void)
{
    return trace_of_table->virtual_time;
}

static void gate_hears_children(bool does)
{
    table->seats[self.process].hears = does;
}

static bool gate_has_turn(void)
{
    return !waits_for_turn;
}

static void gate_spend(uint64_t nanoseconds)
{
    trace_of_table->virtual_time += nanoseconds;
}

static const struct gate controlled = {
    .step = gate_step,
    .block = gate_block,
    .touch = gate_touch,
    .wake_one = gate_wake_one,
    .idle = gate_idle,
    .born = gate_born,
    .begin = gate_begin,
    .leave = gate_leave,
    .away = gate_away,
    .back = gate_back,
    .killed = gate_killed,
    .signalled = gate_signalled,
    .hears_children = gate_hears_children,
    .has_turn = gate_has_turn,
    .now = gate_now,
    .spend = gate_spend,
};

void schedule_start(struct trace *trace)
{
    struct table *shared = table_of(trace);

    if (!schedule_is_controlled(trace))
        return;
    table = shared;
    trace_of_table = trace;
    gate = &controlled;
    if (table->first_pid == 0) {
        table->first_pid = (uint32_t)getpid();
        gate_born(0);
    }
}
