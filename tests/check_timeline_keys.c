/*
 * check_timeline_keys.c - what each key and the mouse do to a view.
 *
 * The trace is made by hand, of two processes of which one has threads;
 * the frames after each key are one golden file, see frames.h.
 */
#define _GNU_SOURCE /* open_memstream */
#include "build_trace.h"
#include "frames.h"

static const char source[] = "int counter;\n"
                             "static void *add(void *nothing)\n"
                             "{\n"
                             "    pthread_mutex_lock(&lock);\n"
                             "    counter++;\n"
                             "    pthread_mutex_unlock(&lock);\n"
                             "}\n"
                             "int main(void)\n"
                             "{\n"
                             "    start();\n"
                             "    join();\n"
                             "}\n";

static void add_places(void)
{
    placed(40, "add", "chapters/ch00-x/1_race.c", 4, false);
    placed(50, "add", "chapters/ch00-x/1_race.c", 5, false);
    placed(60, "add", "chapters/ch00-x/1_race.c", 6, false);
    placed(70, "main", "chapters/ch00-x/1_race.c", 10, false);
    placed(80, "main", "chapters/ch00-x/1_race.c", 11, false);
    trace_add_source(built, "chapters/ch00-x/1_race.c", source,
                     sizeof source - 1);
    called(thing(A), "counter");
    called(thing(B), "lock");
}

static struct event *at(struct event *event, uint64_t pc, unsigned flags)
{
    event->pc = pc;
    event->flags = (uint16_t)flags;
    event->size = 4;
    return event;
}

static void touch(uint32_t actor, enum kind kind, int64_t value)
{
    at(did(actor, kind, thing(A), value), 50, EVENT_VALUE);
}

/* One loses what the other wrote; then they wait for a lock. */
static void race(void)
{
    uint32_t one, two, other;

    add_places();
    one = spun(0, "adder");
    two = spun(0, "adder");
    other = forked(0, "太白");
    did(other, KIND_SLEEP, object_key(OBJECT_TIME, 0), 2000000);
    touch(one, KIND_LOAD, 0);
    touch(two, KIND_LOAD, 0);
    touch(two, KIND_STORE, 1);
    touch(one, KIND_STORE, 1);
    at(did(one, KIND_LOCK, thing(B), 0), 40, 0);
    at(did(two, KIND_WAIT, thing(B), KIND_LOCK), 40, 0);
    touch(one, KIND_LOAD, 1);
    touch(one, KIND_STORE, 2);
    did(other, KIND_SLEEP_END, object_key(OBJECT_TIME, 0), 0);
    at(did(one, KIND_UNLOCK, thing(B), 0), 60, 0);
    did(other, KIND_EXIT, 3, 0);
    at(did(two, KIND_LOCK, thing(B), 0), 40, EVENT_WAITED);
    at(did(two, KIND_UNLOCK, thing(B), 0), 60, 0);
    at(did(0, KIND_WAIT, child(one), KIND_JOIN), 80, 0);
    did(one, KIND_THREAD_END, 0, 0);
    at(did(0, KIND_JOIN, child(one), 0), 80, EVENT_WAITED);
    did(two, KIND_THREAD_END, 0, 0);
    did(0, KIND_EXIT, 0, 0);
    built_done();
}

static struct stage *stage;

static void set_up(void)
{
    built_setup();
    race();
    stage = stage_new(built, 20, 72, false);
}

static void tear_down(void)
{
    stage_free(stage);
    built_stop();
}

/* ---- the frame after each key ---- */

START_TEST(frames_after_each_key)
{
    static const char *const script[] = {
        "",  "l", "l", "h", "G", "g", "v", "V", "j",  "j",   ".", ".",
        ",", "]", "[", "w", "w", "d", "a", "s", "f",  "+",   "-", "m",
        "l", "m", "t", "t", "c", "o", "p", "p", "x",  "X",   "c", "o",
        "i", "i", "r", "\n", "r", "A", "A", "C", "C", "?",   "l", "/",
        "unlock", "\n", "n", "N", "\033", "b", "b", ">", "<", "z"};
    char *all = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&all, &size);

    for (size_t i = 0; i < sizeof script / sizeof script[0]; i++) {
        char *text;

        stage_keys(stage, script[i]);
        text = stage_text(stage);
        fprintf(out, "==== %s\n%s",
                strcmp(script[i], "\n") == 0     ? "Enter"
                : strcmp(script[i], "\033") == 0 ? "Escape"
                                                 : script[i],
                text);
        free(text);
    }
    fclose(out);
    check_kept("keys", all);
    free(all);
}
END_TEST

/* ---- some of them, one by one ---- */

/* Position of the only event of that kind by that actor. */
static uint32_t position_of(uint32_t actor, enum kind kind)
{
    for (uint32_t i = 0; i < stage->model->count; i++)
        if (model_event(stage->model, i)->actor == actor &&
            event_kind(model_event(stage->model, i)) == kind)
            return i;
    ck_abort_msg("there is no such event");
}

START_TEST(hand_offs_are_followed_both_ways)
{
    uint32_t unlock = position_of(1, KIND_UNLOCK);
    uint32_t lock = position_of(2, KIND_LOCK);

    view_go(&stage->view, stage->model, unlock);
    stage_keys(stage, "]");
    ck_assert_uint_eq(stage->view.cursor, lock);
    ck_assert_uint_eq(stage->view.actor, 2);
    stage_keys(stage, "[");
    ck_assert_uint_eq(stage->view.cursor, unlock);
    ck_assert_uint_eq(stage->view.actor, 1);
}
END_TEST

START_TEST(a_lost_update_is_a_conflict)
{
    const struct model_conflict *conflict;

    stage_keys(stage, "v");
    conflict = model_conflict(stage->model, stage->view.cursor);
    ck_assert_ptr_nonnull(conflict);
    ck_assert_uint_eq(stage->model->conflict_count, 1);
    ck_assert_uint_eq(conflict->position, position_of(1, KIND_STORE));
    ck_assert_uint_eq(conflict->lost,
                      stage->model->events[position_of(2, KIND_STORE)]);
    ck_assert_uint_eq(conflict->seen,
                      stage->model->events[position_of(1, KIND_LOAD)]);
}
END_TEST

START_TEST(space_plays_at_the_speed_that_is_set)
{
    stage_keys(stage, " ");
    ck_assert(stage->view.playing);
    ck_assert(!view_tick(&stage->view, stage->model, 0.2));
    ck_assert(view_tick(&stage->view, stage->model, 0.1));
    ck_assert_uint_eq(stage->view.cursor, 1);
    stage_keys(stage, ">");
    ck_assert(view_tick(&stage->view, stage->model, 1.0));
    ck_assert_uint_eq(stage->view.cursor, 9);
    ck_assert(view_tick(&stage->view, stage->model, 100.0));
    ck_assert_uint_eq(stage->view.cursor, stage->model->count - 1);
    ck_assert(!stage->view.playing);
}
END_TEST

START_TEST(a_click_chooses_and_a_wheel_pans)
{
    struct view *view = &stage->view;
    uint32_t lock = position_of(2, KIND_LOCK);
    int column = view->layout.left + (int)lock;

    view_mouse(view, stage->model, view->layout.top + 2, column,
               BUTTON_PRESS, false);
    ck_assert_uint_eq(view->cursor, lock);
    ck_assert_uint_eq(view->actor, 2);
    view_mouse(view, stage->model, view->layout.top + 1, 2, BUTTON_PRESS,
               false);
    ck_assert_uint_eq(view->cursor, lock);
    ck_assert_uint_eq(view->actor, 1);
    view->columns = 60;
    stage_keys(stage, "ww");
    view_mouse(view, stage->model, 5, 30, BUTTON_WHEEL_DOWN, false);
    view_mouse(view, stage->model, 5, 30, BUTTON_WHEEL_DOWN, true);
    ck_assert_uint_eq(view->cell[AXIS_ORDER], VIEW_UNITS / 2);
}
END_TEST

START_TEST(dragging_moves_the_lanes)
{
    struct view *view = &stage->view;
    uint64_t before;

    stage_keys(stage, "wwwd");
    before = view->left[AXIS_ORDER];
    view_mouse(view, stage->model, 4, 40, BUTTON_PRESS, false);
    view_mouse(view, stage->model, 4, 35, BUTTON_DRAG, false);
    ck_assert_uint_eq(view->left[AXIS_ORDER], before + 5);
    view_mouse(view, stage->model, 4, 33, BUTTON_RELEASE, false);
    ck_assert_uint_eq(view->left[AXIS_ORDER], before + 7);
    view_mouse(view, stage->model, 4, 20, BUTTON_DRAG, false);
    ck_assert_uint_eq(view->left[AXIS_ORDER], before + 7);
}
END_TEST

static const struct cell *cell_of(uint32_t row, uint32_t position)
{
    const struct view_layout *layout = &stage->view.layout;

    return grid_cell(&stage->grid, layout->top + (int)row,
                     layout->left + (int)position);
}

START_TEST(states_have_their_styles)
{
    uint32_t wait = position_of(2, KIND_WAIT);

    stage_draw(stage);
    ck_assert_int_eq(cell_of(2, wait + 1)->style, STYLE_WAITS);
    ck_assert_int_eq(cell_of(1, wait)->style, STYLE_HOLDS);
    ck_assert_int_eq(cell_of(0, wait)->style, STYLE_RUNS);
    ck_assert_int_eq(cell_of(3, wait)->style, STYLE_SLEEPS);
    ck_assert_int_eq(cell_of(2, position_of(1, KIND_UNLOCK) + 1)->style,
                     STYLE_READY);
    ck_assert_int_eq(cell_of(1, position_of(1, KIND_STORE))->style,
                     STYLE_ALARM);
    ck_assert_int_eq(cell_of(0, 0)->marks & CELL_HERE, CELL_HERE);
    ck_assert_int_eq(cell_of(1, 0)->marks & CELL_HERE, 0);
    ck_assert_int_eq(cell_of(1, 0)->marks & CELL_CURSOR, CELL_CURSOR);
}
END_TEST

/* Zoomed out, as many events are merged as there are. */
START_TEST(nothing_is_dropped_when_zoomed_out)
{
    for (int zoom = 0; zoom < 8; zoom++) {
        const struct view *view = &stage->view;
        uint32_t before = 0;

        for (uint64_t column = 0; column < 100; column++) {
            uint32_t first = view_first(view, stage->model, column);

            ck_assert_uint_ge(first, before);
            for (uint32_t i = before; column > 0 && i < first; i++)
                ck_assert_uint_eq(view_column(view, stage->model, i),
                                  column - 1);
            before = first;
        }
        ck_assert_uint_eq(before, stage->model->count);
        stage_keys(stage, "s");
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("timeline_keys");
    TCase *tests = tcase_create("keys");

    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, frames_after_each_key);
    tcase_add_test(tests, hand_offs_are_followed_both_ways);
    tcase_add_test(tests, a_lost_update_is_a_conflict);
    tcase_add_test(tests, space_plays_at_the_speed_that_is_set);
    tcase_add_test(tests, a_click_chooses_and_a_wheel_pans);
    tcase_add_test(tests, dragging_moves_the_lanes);
    tcase_add_test(tests, states_have_their_styles);
    tcase_add_test(tests, nothing_is_dropped_when_zoomed_out);
    suite_add_tcase(suite, tests);
    return built_run(suite);
}
