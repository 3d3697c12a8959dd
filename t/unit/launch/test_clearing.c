/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of a clearing: TERM, looks, KILL, two looks that find nothing. */
#include <signal.h>
#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "launch/clearing.h"

#define MS USEC_PER_MSEC

struct scene {
    struct event_base *loop;
    struct clearing *list;
    struct idset nodes, stay;
    int n_looks, n_terms, n_kills, n_done;
    uint32_t stays_for;   /* so many looks find something */
    bool is_stubborn;     /* until KILL */
    bool is_slow;         /* looks do not come back by themselves */
    struct clearing *out; /* a look that is out */
    uint64_t done_seq;
    dur_us patience;
    int64_t first_term, first_kill;
};

static void look(void *context, struct clearing *clearing, int signal)
{
    struct scene *scene = context;
    bool is_there = scene->stays_for > 0 || scene->is_stubborn;

    if (signal == SIGKILL && scene->n_kills++ == 0) {
        scene->first_kill = clock_boot_us();
        scene->is_stubborn = false;
    }
    scene->n_looks += signal == 0;
    scene->n_terms += signal == SIGTERM;
    if (signal == SIGTERM && scene->first_term == 0)
        scene->first_term = clock_boot_us();
    scene->stays_for -= scene->stays_for > 0;
    scene->out = clearing;
    if (!scene->is_slow)
        clearing_looked(clearing, is_there, 0);
}

static void done(void *context, const struct clearing *clearing)
{
    struct scene *scene = context;

    scene->n_done++;
    scene->done_seq = clearing->seq;
    assert_true(idset_has(&clearing->nodes, 1));
    assert_true(idset_has(&clearing->stay, 0));
}

static int enter(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    scene->loop = event_base_new();
    idset_add(&scene->nodes, 1);
    idset_add(&scene->stay, 0);
    *state = scene;
    return 0;
}

static int leave(void **state)
{
    struct scene *scene = *state;

    clearing_release(&scene->list);
    assert_null(scene->list);
    event_base_free(scene->loop);
    idset_release(&scene->nodes);
    idset_release(&scene->stay);
    free(scene);
    return 0;
}

static void begin(struct scene *scene, int64_t job, uint64_t seq, dur_us grace)
{
    struct launch_change change = {.key = {.job_id = job, .attempt = 1},
                                   .seq = seq,
                                   .nodes = &scene->nodes,
                                   .stay = &scene->stay,
                                   .patience = scene->patience,
                                   .grace = grace};

    clearing_begin(&scene->list, scene->loop, &change, look, done, scene);
}

/* Until nothing is left to be waited for. */
static void run(struct scene *scene)
{
    event_base_dispatch(scene->loop);
}

static void test_nothing_there(void **state)
{
    struct scene *scene = *state;

    begin(scene, 1, 7, 1000 * MS);
    assert_int_equal(scene->n_terms, 0); /* not from inside the call */
    run(scene);
    assert_int_equal(scene->n_terms, 2);
    assert_int_equal(scene->n_done, 1);
    assert_int_equal(scene->done_seq, 7);
    assert_null(scene->list);
}

/* What appears between two looks takes back the first one's nothing. */
static void test_until_two_looks_find_nothing(void **state)
{
    struct scene *scene = *state;

    scene->stays_for = 3;
    begin(scene, 1, 7, 60000 * MS);
    run(scene);
    assert_int_equal(scene->n_terms, 5);
    assert_int_equal(scene->n_kills, 0);
    assert_int_equal(scene->n_done, 1);
}

static void test_kill_when_the_grace_is_over(void **state)
{
    struct scene *scene = *state;
    int64_t begun = clock_boot_us();

    scene->is_stubborn = true;
    begin(scene, 1, 7, 100 * MS);
    run(scene);
    assert_true(scene->n_terms >= 2);
    assert_true(scene->n_kills >= 2);
    assert_true(scene->first_kill - begun >= 100 * MS);
    assert_int_equal(scene->n_done, 1);
}

static void test_what_ends_by_itself_gets_no_signal(void **state)
{
    struct scene *scene = *state;

    scene->patience = 60000 * MS;
    scene->stays_for = 3;
    begin(scene, 1, 7, 0);
    run(scene);
    assert_int_equal(scene->n_looks, 5);
    assert_int_equal(scene->n_terms + scene->n_kills, 0);
    assert_int_equal(scene->n_done, 1);
}

static void test_patience_has_an_end(void **state)
{
    struct scene *scene = *state;
    int64_t begun = clock_boot_us();

    scene->patience = 100 * MS;
    scene->is_stubborn = true;
    begin(scene, 1, 7, 100 * MS);
    run(scene);
    assert_true(scene->n_looks >= 2);
    assert_true(scene->first_term - begun >= 100 * MS);
    assert_true(scene->first_kill - scene->first_term >= 100 * MS);
    assert_int_equal(scene->n_done, 1);
}

static void test_without_a_grace(void **state)
{
    struct scene *scene = *state;

    scene->is_stubborn = true;
    begin(scene, 1, 7, 0);
    run(scene);
    assert_int_equal(scene->n_terms, 0);
    assert_int_equal(scene->n_done, 1);
}

static void test_one_for_each_directive(void **state)
{
    struct scene *scene = *state;

    begin(scene, 1, 7, MS);
    begin(scene, 1, 7, MS);
    begin(scene, 1, 8, MS);
    begin(scene, 2, 7, MS);
    run(scene);
    assert_int_equal(scene->n_done, 3);
}

static void test_a_job_that_ended_is_forgotten(void **state)
{
    struct scene *scene = *state;
    const struct launch_key key = {.job_id = 1, .attempt = 1};

    begin(scene, 1, 7, MS);
    begin(scene, 2, 8, MS);
    clearing_forget(&scene->list, &key);
    run(scene);
    assert_int_equal(scene->n_done, 1);
    assert_int_equal(scene->done_seq, 8);
}

static void test_a_look_comes_back_too_late(void **state)
{
    struct scene *scene = *state;
    const struct launch_key key = {.job_id = 1, .attempt = 1};

    scene->is_slow = true;
    begin(scene, 1, 7, MS);
    event_base_loop(scene->loop, EVLOOP_ONCE);
    assert_non_null(scene->out);
    clearing_forget(&scene->list, &key);
    clearing_forget(&scene->list, &key);
    clearing_looked(scene->out, 0, 0);
    assert_null(scene->list);
    run(scene);
    assert_int_equal(scene->n_done, 0);
}

static void test_the_same_again_after_it_was_forgotten(void **state)
{
    struct scene *scene = *state;
    const struct launch_key key = {.job_id = 1, .attempt = 1};

    scene->is_slow = true;
    begin(scene, 1, 7, MS);
    event_base_loop(scene->loop, EVLOOP_ONCE);
    clearing_forget(&scene->list, &key);
    scene->is_slow = false;
    begin(scene, 1, 7, MS);
    run(scene);
    assert_int_equal(scene->n_done, 1);
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        STORY(test_nothing_there),
        STORY(test_until_two_looks_find_nothing),
        STORY(test_kill_when_the_grace_is_over),
        STORY(test_what_ends_by_itself_gets_no_signal),
        STORY(test_patience_has_an_end),
        STORY(test_without_a_grace),
        STORY(test_one_for_each_directive),
        STORY(test_a_job_that_ended_is_forgotten),
        STORY(test_a_look_comes_back_too_late),
        STORY(test_the_same_again_after_it_was_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
