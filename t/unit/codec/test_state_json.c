/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "codec/state_json.h"
#include "core/invariants.h"
#include "core/sched_state.h"
#include "prop/world.h"

#define N_TURNS 1200
#define N_SEEDS 12

static struct sched *load_with(const char *text,
                               const struct sched_config *config)
{
    struct sched *sched;
    struct err err;

    sched = state_from_text(text, strlen(text), config, &err);
    if (!sched)
        fail_msg("%s: %.200s", err.text, text);
    return sched;
}

static struct sched *load(const char *text)
{
    struct sched_config config;

    sched_config_init(&config);
    return load_with(text, &config);
}

static void test_an_empty_scheduler(void **state)
{
    static const char empty[] =
        "{\"version\":2,\"recorded\":0,\"last_arrival\":0,\"last_seq\":0,"
        "\"members\":\"\",\"down\":\"\",\"drained\":\"\",\"last_wish_order\":0,"
        "\"reservation\":null,"
        "\"ended\":{},\"jobs\":[]}\n";
    struct sched_config config;
    struct sched *sched;
    char *text;

    (void)state;
    sched_config_init(&config);
    sched = sched_create(&config);
    text = state_to_text(sched);
    assert_string_equal(text, empty);
    sched_destroy(sched);
    sched = load(text);
    free(text);
    text = state_to_text(sched);
    assert_string_equal(text, empty);
    free(text);
    sched_destroy(sched);
}

/* Dump, load, dump: the same bytes, and a state in good order. */
static void check_round_trip(const struct world *world)
{
    char *text = state_to_text(world->sched), *again;
    struct sched *copy = load_with(text, sched_config(world->sched));
    struct err err;

    again = state_to_text(copy);
    assert_string_equal(again, text);
    if (!invariants_hold(copy, true, &err))
        fail_msg("%s", err.text);
    free(text);
    free(again);
    sched_destroy(copy);
}

static void test_random_states_come_back(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= N_SEEDS; seed++) {
        struct sched_config config;
        struct world *world;
        world_config(seed, &config);
        world = world_create(seed, &config);
        for (int i = 0; i < N_TURNS; i++) {
            world_turn(world);
            if (i % 60 == 0)
                check_round_trip(world);
        }
        assert_string_equal(world->error, "");
        world_destroy(world);
    }
}

/* A snapshot and the records after it are worth the whole journal. */
static void test_a_snapshot_goes_on_as_the_original(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= N_SEEDS; seed++) {
        struct sched_config config;
        struct world *world;
        struct sched *copy;
        size_t n_before;
        char *text, *again;
        world_config(seed, &config);
        world = world_create(seed, &config);
        for (int i = 0; i < N_TURNS / 2; i++)
            world_turn(world);
        text = state_to_text(world->sched);
        copy = load(text);
        free(text);
        n_before = world->n_records;
        for (int i = 0; i < N_TURNS / 2; i++)
            world_turn(world);
        for (size_t i = n_before; i < world->n_records; i++) {
            struct err err;
            if (sched_replay(copy, &world->records[i], &err) < 0)
                fail_msg("seed %d, record %zu: %s", (int)seed, i, err.text);
        }
        text = state_to_text(world->sched);
        again = state_to_text(copy);
        assert_string_equal(again, text);
        free(text);
        free(again);
        sched_destroy(copy);
        world_destroy(world);
    }
}

/* ---- damage ---- */

#define REQUEST(id)                                                           \
    "\"request\":{\"id\":" #id ",\"kind\":\"elastic\",\"resize\":\"policy\"," \
    "\"on_deadline\":\"keep\",\"hold\":false,\"requeue\":false,"              \
    "\"min_nodes\":1,\"max_nodes\":4,\"pref_nodes\":0,\"priority\":0,"        \
    "\"walltime\":60,\"begin\":0,\"serial_fraction\":0.5,"                    \
    "\"accept_within\":0,\"done_within\":0,\"cooldown\":-1,"                  \
    "\"on_node_loss\":\"end\",\"resize_cost\":0,"                             \
    "\"walltime_scales\":false,\"expected\":0,\"after\":[],\"runtimes\":[]}"
#define LATER                                                          \
    "\"n_short_attempts\":0,\"attempt_started\":1,\"seen_running\":1," \
    "\"resize_cost\":0,"                                               \
    "\"delayed\":0,\"progress\":0,\"progressed\":0,"                   \
    "\"progress_from\":0,\"progress_since\":0,\"wish\":null,"
#define JOB(id, job_state, nodes, directive)                             \
    "{\"state\":\"" job_state "\",\"ending\":\"not\",\"attempt\":1,"     \
    "\"n_start_failures\":0,\"arrival\":" #id ",\"submitted\":1,"        \
    "\"started\":1,\"planned_end\":61,\"no_resize_before\":0,\"nodes\":" \
    "\"" nodes "\"," LATER "\"directive\":" directive "," REQUEST(id) "}"
#define DIRECTIVE(op, delta)                                          \
    "{\"state\":\"offered\",\"op\":\"" op "\",\"asker\":\"user\","    \
    "\"shown\":true,\"seq\":1,\"delta\":\"" delta "\",\"offered\":1," \
    "\"accept_by\":5,\"done_by\":9,\"for_job\":0}"
#define STATE(reservation, ended, jobs)                                      \
    "{\"version\":2,\"recorded\":1,\"last_arrival\":9,\"last_seq\":1,"       \
    "\"members\":\"0-4\",\"down\":\"\",\"drained\":\"\","                    \
    "\"last_wish_order\":0,\"reservation\":" reservation ",\"ended\":" ended \
    ",\"jobs\":[" jobs "]}\n"

static void test_a_state_by_hand(void **state)
{
    static const char text[] =
        STATE("null", "{\"completed\":\"1-2\",\"lost\":\"4\"}",
              JOB(3, "running", "0-1", DIRECTIVE("expand", "2")) ",\n" JOB(
                  5, "pending", "", "null"));
    struct sched *sched = load(text);
    enum job_state outcome;
    char *again;

    (void)state;
    assert_int_equal(sched_node_job(sched, 2), 3);
    assert_true(sched_outcome(sched, 4, &outcome));
    assert_int_equal(outcome, JOB_LOST);
    again = state_to_text(sched);
    assert_string_equal(again, text);
    free(again);
    sched_destroy(sched);
}

static const char *const later_parts[] = {
    LATER,
    ",\"on_node_loss\":\"end\",\"resize_cost\":0,"
    "\"walltime_scales\":false,\"expected\":0",
    "\"last_wish_order\":0,"};

/* TEXT without what version 2 added, as an owned text. */
static char *as_version_1(const char *text)
{
    char *old = strdup(text);

    for (size_t i = 0; i < N_OF(later_parts); i++) {
        char *part;
        while ((part = strstr(old, later_parts[i])) != NULL) {
            const char *rest = part + strlen(later_parts[i]);
            memmove(part, rest, strlen(rest) + 1);
        }
    }
    *strstr(old, "2") = '1';
    return old;
}

static void test_a_snapshot_of_version_1_is_read(void **state)
{
    static const char text[] =
        STATE("null", "{}", JOB(3, "running", "0-1", "null"));
    char *old = as_version_1(text), *again;
    struct sched *sched = load(old);

    (void)state;
    assert_null(strstr(old, "wish"));
    again = state_to_text(sched);
    assert_string_equal(again, text);
    free(old);
    free(again);
    sched_destroy(sched);
}

static void test_damaged_states_are_refused(void **state)
{
    static const char *const wrong[][2] = {
        {"", "not JSON"},
        {"{", "not JSON"},
        {"[[[[[[[[[[]]]]]]]]]]", "not JSON"},
        {"{}", "version 0"},
        {"{\"version\":3}", "version 3"},
        {"{\"version\":1}", "no \"recorded\""},
        {STATE("null", "{\"running\":\"1\"}", ""), "ended"},
        {STATE("null", "{\"failed\":\"0\"}", ""), "ended"},
        {STATE("null", "{\"failed\":\"x\"}", ""), "ended"},
        {STATE("null", "{\"failed\":\"1\",\"lost\":\"1\"}", ""), "ended"},
        {STATE("null", "{\"failed\":\"3\"}", JOB(3, "pending", "", "null")),
         "an id is used twice"},
        {STATE("null", "{}",
               JOB(3, "pending", "", "null") "," JOB(3, "pending", "", "null")),
         "an id is used twice"},
        {STATE("null", "{}",
               JOB(3, "pending", "", "null") "," JOB(2, "pending", "", "null")),
         "an id is used twice"},
        {STATE("null", "{}", JOB(3, "failed", "", "null")),
         "an ended job is listed"},
        {STATE("null", "{}", JOB(3, "running", "", "null")),
         "no right to them"},
        {STATE("null", "{}", JOB(3, "pending", "1", "null")),
         "no right to them"},
        {STATE("null", "{}",
               JOB(3, "running", "0-1", "null") "," JOB(4, "running", "1-2",
                                                        "null")),
         "a node has two owners"},
        {STATE("null", "{}",
               JOB(3, "running", "0-1", DIRECTIVE("expand", "2")) "," JOB(
                   4, "running", "2", "null")),
         "a node has two owners"},
        {STATE("null", "{}",
               JOB(3, "running", "0-1", DIRECTIVE("expand", "1"))),
         "a node has two owners"},
        {STATE("null", "{}",
               JOB(3, "running", "0-1", DIRECTIVE("shrink", "2"))),
         "gives nodes it has not"},
        {STATE("null", "{}", JOB(3, "pending", "", DIRECTIVE("expand", "2"))),
         "a waiting job has a directive"},
        {STATE("null", "{}", "7"), "no \"id\""},
        {STATE("7", "{}", ""), "no \"job\""},
        {STATE("{\"job\":3,\"nodes\":\"1\",\"promised\":1}", "{}", ""),
         "reserved for no waiting job"},
        {STATE("{\"job\":3,\"nodes\":\"1\",\"promised\":1}", "{}",
               JOB(3, "running", "0-1", "null")),
         "reserved for no waiting job"},
    };
    struct sched_config config;
    struct err err;

    (void)state;
    sched_config_init(&config);
    for (size_t i = 0; i < N_OF(wrong); i++) {
        assert_null(
            state_from_text(wrong[i][0], strlen(wrong[i][0]), &config, &err));
        assert_int_equal(err.code, ERR_INPUT);
        assert_contains(err.text, wrong[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_scheduler),
        cmocka_unit_test(test_random_states_come_back),
        cmocka_unit_test(test_a_snapshot_goes_on_as_the_original),
        cmocka_unit_test(test_a_state_by_hand),
        cmocka_unit_test(test_a_snapshot_of_version_1_is_read),
        cmocka_unit_test(test_damaged_states_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
