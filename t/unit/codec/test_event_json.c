/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <jansson.h>

#include "codec/event_json.h"
#include "prop/world.h"

/* One record of every type with all of its fields. */
static const char *const records[] = {
    "{\"event\":\"submit\",\"time\":1,\"request\":{\"id\":1,\"kind\":\"rigid\","
    "\"resize\":\"policy\",\"on_deadline\":\"keep\",\"hold\":false,"
    "\"requeue\":false,\"min_nodes\":1,\"max_nodes\":1,\"pref_nodes\":0,"
    "\"priority\":0,\"walltime\":null,\"begin\":0,\"serial_fraction\":"
    "0.10000000000000001,\"accept_within\":0,\"done_within\":0,"
    "\"cooldown\":-1,\"on_node_loss\":\"restart\",\"resize_cost\":7,"
    "\"walltime_scales\":false,\"expected\":0,"
    "\"after\":[],\"runtimes\":[]}}",
    "{\"event\":\"update\",\"time\":2,\"job\":1,\"update\":{}}",
    "{\"event\":\"update\",\"time\":2,\"job\":1,\"update\":{\"priority\":5,"
    "\"walltime\":null,\"min_nodes\":1,\"max_nodes\":2,\"pref_nodes\":0,"
    "\"begin\":0}}",
    "{\"event\":\"update\",\"time\":2,\"job\":1,\"update\":{\"begin\":9}}",
    "{\"event\":\"hold\",\"time\":3,\"job\":1}",
    "{\"event\":\"release\",\"time\":3,\"job\":1}",
    "{\"event\":\"cancel\",\"time\":3,\"job\":1,\"duration\":5,"
    "\"is_dependency\":true}",
    "{\"event\":\"requeue\",\"time\":3,\"job\":1}",
    "{\"event\":\"started\",\"time\":3,\"job\":1,\"attempt\":2}",
    "{\"event\":\"start_failed\",\"time\":3,\"job\":1,\"attempt\":2,"
    "\"is_final\":true}",
    "{\"event\":\"exited\",\"time\":3,\"job\":1,\"attempt\":2,"
    "\"exit\":\"walltime\",\"code\":143,\"signal\":15}",
    "{\"event\":\"lost\",\"time\":3,\"job\":1,\"attempt\":2}",
    "{\"event\":\"node_up\",\"time\":3,\"nodes\":\"0-2\"}",
    "{\"event\":\"node_down\",\"time\":3,\"nodes\":\"\"}",
    "{\"event\":\"drain\",\"time\":3,\"nodes\":\"5\"}",
    "{\"event\":\"undrain\",\"time\":3,\"nodes\":\"5,7\"}",
    "{\"event\":\"pool_changed\",\"time\":3,\"nodes\":\"0-9999\"}",
    "{\"event\":\"resize_asked\",\"time\":3,\"job\":1,\"seq\":8,"
    "\"op\":\"shrink\",\"n\":2,\"nodes\":\"1-2\",\"asker\":\"job\","
    "\"duration\":60,\"n_min\":1,\"wait\":5}",
    "{\"event\":\"shown\",\"time\":3,\"job\":1,\"seq\":4}",
    "{\"event\":\"accepted\",\"time\":3,\"job\":1,\"seq\":4}",
    "{\"event\":\"refused\",\"time\":3,\"job\":1,\"seq\":4,\"duration\":null}",
    "{\"event\":\"progressed\",\"time\":3,\"job\":1,\"seq\":4}",
    "{\"event\":\"done\",\"time\":3,\"job\":1,\"seq\":4,\"nodes\":\"2\"}",
    "{\"event\":\"failed\",\"time\":3,\"job\":1,\"seq\":4}",
    "{\"event\":\"withdrawn\",\"time\":3,\"job\":1,\"seq\":4,"
    "\"is_found\":false}",
    "{\"event\":\"forced\",\"time\":3,\"job\":1,\"seq\":4}",
    "{\"event\":\"progress\",\"time\":3,\"job\":1,\"n\":500000}",
    "{\"event\":\"timer\",\"time\":3}",
    "{\"event\":\"start\",\"time\":3,\"job\":1,\"attempt\":1,"
    "\"nodes\":\"0-1\"}",
    "{\"event\":\"reserve\",\"time\":3,\"job\":1,\"nodes\":\"0-1\","
    "\"when\":99}",
    "{\"event\":\"unreserve\",\"time\":3}",
    "{\"event\":\"offer\",\"time\":3,\"job\":1,\"seq\":4,\"op\":\"expand\","
    "\"nodes\":\"4\",\"asker\":\"user\",\"for_job\":0,\"accept_by\":null,"
    "\"when\":99}",
    "{\"event\":\"withdraw\",\"time\":3,\"job\":1,\"seq\":4}",
    "{\"event\":\"force\",\"time\":3,\"job\":1,\"seq\":4}",
    "{\"event\":\"wish\",\"time\":3,\"job\":1,\"seq\":8,\"op\":\"expand\","
    "\"n\":4,\"when\":null,\"n_min\":2}",
    "{\"event\":\"wish_ended\",\"time\":3,\"job\":1,\"n\":2,"
    "\"answer\":\"partial\"}",
    "{\"event\":\"delay\",\"time\":3,\"job\":1,\"duration\":9}",
};

/* Keys that records of version 0.1 do not have. */
static const char *const later[][2] = {
    {"resize_asked", "seq"},
    {"resize_asked", "n_min"},
    {"resize_asked", "wait"},
    {"done", "nodes"},
};

static bool is_later(const json_t *record, const char *key)
{
    const char *name = json_string_value(json_object_get(record, "event"));

    for (size_t i = 0; i < N_OF(later); i++) {
        if (strcmp(later[i][0], name) == 0 && strcmp(later[i][1], key) == 0)
            return true;
    }
    return false;
}

static void test_every_type_comes_back(void **state)
{
    unsigned n_types = 0, seen[EV_DELAY + 1] = {0};

    (void)state;
    for (size_t i = 0; i < N_OF(records); i++) {
        struct event event;
        struct err err;
        char *text;
        if (event_from_text(records[i], &event, &err) < 0)
            fail_msg("%s: %s", records[i], err.text);
        n_types += !seen[event.type]++;
        text = event_to_text(&event);
        assert_string_equal(text, records[i]);
        free(text);
        event_release(&event);
    }
    assert_int_equal(n_types, EV_DELAY + 1);
}

static void test_the_values_are_the_right_ones(void **state)
{
    struct event event;

    (void)state;
    assert_int_equal(event_from_text(records[2], &event, NULL), 0);
    assert_int_equal(event.update.changes, CHANGE_PRIORITY | CHANGE_WALLTIME |
                                               CHANGE_NODES | CHANGE_BEGIN);
    assert_int_equal(event.update.walltime, TIME_NEVER);
    assert_int_equal(event.update.max_nodes, 2);
    event_release(&event);
    assert_int_equal(event_from_text(records[10], &event, NULL), 0);
    assert_int_equal(event.type, EV_EXITED);
    assert_int_equal(event.exit, EXITED_AT_WALLTIME);
    assert_int_equal(event.code, 143);
    assert_int_equal(event.signal, 15);
    event_release(&event);
}

/* A record without one of its keys is damaged. */
static void test_each_key_is_needed(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(records); i++) {
        json_t *whole = json_loads(records[i], 0, NULL);
        const char *key;
        json_t *value;
        json_object_foreach(whole, key, value)
        {
            json_t *part = json_copy(whole);
            struct event event;
            struct err err;
            char *text;
            json_object_del(part, key);
            text = json_dumps(part, JSON_COMPACT);
            if (is_later(whole, key)) {
                assert_int_equal(event_from_text(text, &event, &err), 0);
                event_release(&event);
            } else {
                assert_int_equal(event_from_text(text, &event, &err), -1);
                assert_int_equal(err.code, ERR_INPUT);
            }
            free(text);
            json_decref(part);
        }
        json_decref(whole);
    }
}

static void test_damaged_records(void **state)
{
    static const char *const wrong[][2] = {
        {"", "the file is empty"},
        {"{\"event\":\"started\",\"ti", "the file ends inside"},
        {"[]", "unknown event \"\""},
        {"{\"event\":\"explode\",\"time\":1}", "unknown event \"explode\""},
        {"{\"event\":\"timer\",\"time\":-1}", "bad \"time\""},
        {"{\"event\":\"timer\",\"time\":1.5}", "bad \"time\""},
        {"{\"event\":\"hold\",\"time\":1,\"job\":0}", "bad \"job\""},
        {"{\"event\":\"hold\",\"time\":1,\"job\":10000000}", "bad \"job\""},
        {"{\"event\":\"update\",\"time\":1,\"job\":1,\"update\":"
         "{\"min_nodes\":1}}",
         "no \"max_nodes\""},
        {"{\"event\":\"update\",\"time\":1,\"job\":1,\"update\":7}",
         "no \"update\""},
        {"{\"event\":\"drain\",\"time\":1,\"nodes\":\"5-4\"}", "bad \"nodes\""},
        {"{\"event\":\"drain\",\"time\":1,\"nodes\":\"4000000000\"}",
         "bad \"nodes\""},
    };
    struct event event;
    struct err err;

    (void)state;
    for (size_t i = 0; i < N_OF(wrong); i++) {
        assert_int_equal(event_from_text(wrong[i][0], &event, &err), -1);
        assert_contains(err.text, wrong[i][1]);
    }
}

static void test_other_keys_are_not_looked_at(void **state)
{
    struct event event;

    (void)state;
    assert_int_equal(event_from_text("{\"event\":\"hold\",\"time\":1,\"job\":1,"
                                     "\"new\":{}}",
                                     &event, NULL),
                     0);
    event_release(&event);
}

/* doc/journal.md is the contract: it must name every event and every key. */
static void test_the_document_names_everything(void **state)
{
    size_t len;
    char *text = read_source("doc/journal.md", &len), word[64];

    (void)state;
    for (size_t i = 0; i < N_OF(records); i++) {
        json_t *root = json_loads(records[i], 0, NULL);
        json_t *request = json_object_get(root, "request");
        const char *key;
        json_t *value;
        snprintf(word, sizeof(word), "`%s`",
                 json_string_value(json_object_get(root, "event")));
        assert_contains(text, word);
        json_object_update(root, request);
        json_object_foreach(root, key, value)
        {
            snprintf(word, sizeof(word), "`%s`", key);
            assert_contains(text, word);
        }
        json_decref(root);
    }
    free(text);
}

/* ---- values at their limits ---- */

static void expect_back(const struct event *event)
{
    char *text = event_to_text(event), *again;
    struct event copy;
    struct err err;

    if (event_from_text(text, &copy, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    again = event_to_text(&copy);
    assert_string_equal(again, text);
    assert_int_equal(copy.type, event->type);
    assert_int_equal(copy.now, event->now);
    free(text);
    free(again);
    event_release(&copy);
}

static void test_limits_come_back(void **state)
{
    struct event event;

    (void)state;
    event_init(&event, EV_OFFER, INT64_MAX);
    event.job = JOB_ID_MAX;
    event.seq = INT64_MAX;
    event.op = DIRECTIVE_SHRINK;
    event.asker = ASKED_BY_JOB;
    event.for_job = JOB_ID_MAX;
    event.accept_by = TIME_NEVER;
    event.when = INT64_MAX - 1;
    idset_add(&event.nodes, 0);
    idset_add(&event.nodes, 99999);
    expect_back(&event);
    event_release(&event);

    event_init(&event, EV_EXITED, 0);
    event.job = 1;
    event.attempt = UINT32_MAX;
    event.code = INT32_MIN;
    event.signal = INT32_MAX;
    event.exit = EXITED_ON_REQUEST;
    expect_back(&event);
    event_release(&event);
}

static void test_a_full_request_comes_back(void **state)
{
    struct event event, copy;
    char *text;

    (void)state;
    event_init(&event, EV_SUBMIT, 5);
    job_request_init(&event.request);
    event.request.id = 9;
    event.request.kind = JOB_EVOLVING;
    event.request.resize = RESIZE_WORKERS;
    event.request.on_deadline = DEADLINE_FORCE;
    event.request.hold = event.request.requeue = true;
    event.request.min_nodes = 2;
    event.request.max_nodes = UINT32_MAX;
    event.request.pref_nodes = 3;
    event.request.priority = INT32_MIN;
    event.request.walltime = 1;
    event.request.begin = INT64_MAX;
    event.request.serial_fraction = 1.0 / 3;
    event.request.accept_within = 7;
    event.request.done_within = TIME_NEVER;
    event.request.cooldown = 0;
    event.request.n_after = 2;
    event.request.after = calloc(2, sizeof(*event.request.after));
    event.request.after[0] = (struct job_dependency){1, AFTER_NOT_OK};
    event.request.after[1] = (struct job_dependency){2, AFTER_ANY};
    event.request.n_runtimes = 1;
    event.request.runtimes = calloc(1, sizeof(*event.request.runtimes));
    event.request.runtimes[0] = (struct job_runtime){4, 1000001};
    expect_back(&event);

    text = event_to_text(&event);
    assert_int_equal(event_from_text(text, &copy, NULL), 0);
    assert_true(copy.request.serial_fraction == 1.0 / 3);
    assert_int_equal(copy.request.after[0].kind, AFTER_NOT_OK);
    assert_int_equal(copy.request.runtimes[0].runtime, 1000001);
    assert_int_equal(copy.request.begin, TIME_NEVER);
    free(text);
    event_release(&event);
    event_release(&copy);
}

/* The journal of a busy day, through text, gives the same state. */
static void test_a_random_history_comes_back(void **state)
{
    struct sched_config config;
    struct world *world;
    struct sched *copy;

    (void)state;
    world_config(11, &config);
    world = world_create(11, &config);
    for (int i = 0; i < 3000; i++)
        world_turn(world);
    assert_string_equal(world->error, "");
    copy = sched_create(&config);
    for (size_t i = 0; i < world->n_records; i++) {
        char *text = event_to_text(&world->records[i]), *again;
        struct event event;
        struct err err;
        assert_null(strchr(text, '\n'));
        if (event_from_text(text, &event, &err) < 0 ||
            sched_replay(copy, &event, &err) < 0)
            fail_msg("%s: %s", text, err.text);
        again = event_to_text(&event);
        assert_string_equal(again, text);
        free(text);
        free(again);
        event_release(&event);
    }
    sched_destroy(copy);
    world_destroy(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_type_comes_back),
        cmocka_unit_test(test_the_values_are_the_right_ones),
        cmocka_unit_test(test_each_key_is_needed),
        cmocka_unit_test(test_damaged_records),
        cmocka_unit_test(test_other_keys_are_not_looked_at),
        cmocka_unit_test(test_the_document_names_everything),
        cmocka_unit_test(test_limits_come_back),
        cmocka_unit_test(test_a_full_request_comes_back),
        cmocka_unit_test(test_a_random_history_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
