/* SPDX-License-Identifier: BSD-2-Clause */
/* NODE and the numbers that sum up. The answers themselves: test_api_nodes.c,
 * test_api_manager.c. */
#include "api_scene.h"

#include "manager/views_pool.h"

static void node_counts_add_up(void **state)
{
    struct scene *scene = *state;
    struct views views;
    submit(scene, "{\"command\":\"a\",\"min_nodes\":2}");
    json_decref(ask_json(scene, 200, "POST", "/v1/nodes/drain",
                         "{\"nodes\":[\"n5\"]}"));
    views_init(&views, &scene->manager);
    json_t *counts = view_node_counts(&views);
    assert_int_equal(int_at(counts, "total"), 5);
    assert_int_equal(int_at(counts, "idle"), 2);
    assert_int_equal(int_at(counts, "allocated"), 2);
    assert_int_equal(int_at(counts, "drained"), 1);
    assert_int_equal(int_at(counts, "reserved"), 0);
    assert_int_equal(int_at(counts, "down"), 0);
    json_decref(counts);
    views_release(&views);
}

static void a_node_that_left_is_not_listed(void **state)
{
    struct scene *scene = *state;
    struct views views;
    json_decref(ask_json(scene, 200, "POST", "/v1/nodes/remove",
                         "{\"nodes\":[\"n2\"]}"));
    views_init(&views, &scene->manager);
    json_t *nodes = view_all_nodes(&views);
    assert_int_equal(json_array_size(nodes), 4);
    assert_string_equal(text_at(nodes, "1.name"), "n3");
    json_decref(nodes);
    json_t *node = view_node(&views, 99);
    assert_string_equal(text_at(node, "name"), "?");
    json_decref(node);
    views_release(&views);
}

static void settings_are_told_as_they_are(void **state)
{
    struct scene *scene = *state;
    struct sched_config config = *sched_config(scene->manager.sched);
    struct views views;
    config.start_at_max = true;
    config.backfill = BACKFILL_NONE;
    config.backfill_order = BACKFILL_SHORTEST;
    config.cooldown = 90 * USEC_PER_SEC;
    config.evolving_delay = 60 * USEC_PER_SEC;
    sched_set_config(scene->manager.sched, &config);
    views_init(&views, &scene->manager);
    json_t *status = view_status(&views);
    assert_int_equal(int_at(status, "settings.start"), 1);
    assert_string_equal(text_at(status, "settings.backfill"), "none");
    assert_string_equal(text_at(status, "settings.backfill_order"), "sjf");
    assert_int_equal(int_at(status, "settings.cooldown"), 90);
    assert_int_equal(int_at(status, "settings.evolving_delay"), 60);
    assert_string_equal(text_at(status, "launcher"), "silent");
    assert_false(is_null_at(status, "launcher_note"));
    assert_false(is_null_at(status, "started"));
    json_decref(status);
    views_release(&views);
}

static void the_source_and_its_end_are_told(void **state)
{
    struct scene *scene = *state;
    struct sched_config config = *sched_config(scene->manager.sched);
    json_t *status = ask_json(scene, 200, "GET", "/v1/status", NULL);
    assert_string_equal(text_at(status, "nodes_from.kind"), "hostfile");
    assert_string_equal(text_at(status, "nodes_from.text"),
                        "hosts: n[1-5], 2 slots each");
    assert_true(is_null_at(status, "nodes_from.allocation"));
    assert_true(is_null_at(status, "nodes_from.ends"));
    json_decref(status);
    config.ends = 1764079500 * USEC_PER_SEC;
    sched_set_config(scene->manager.sched, &config);
    status = ask_json(scene, 200, "GET", "/v1/status", NULL);
    assert_string_equal(text_at(status, "nodes_from.ends"),
                        "2025-11-25T14:05:00.000000Z");
    json_decref(status);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, scene_enter, scene_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(node_counts_add_up),
        TEST(a_node_that_left_is_not_listed),
        TEST(the_source_and_its_end_are_told),
        TEST(settings_are_told_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
