/* SPDX-License-Identifier: BSD-2-Clause */
/* hold, release, requeue, cancel, update, drain, resume, nodes. */
#include "support.h"

#include <string.h>

#include "stage.h"

#define OK_3 FAKE_OK("{\"results\":[{\"id\":3,\"ok\":true,\"text\":\"held\"}]}")

static void test_simple_changes(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "hold 3", OK_3);
    assert_int_equal(s.status, 0);
    assert_string_equal(s.out, "job 3: held\n");
    expect_part(s.requests, "POST /v1/jobs/hold HTTP");
    expect_part(s.requests, "{\"ids\":[3]}");
    stage_release(&s);
    STAGE_RUN(&s, "release -q 3-4", OK_3);
    assert_string_equal(s.out, "");
    expect_part(s.requests, "POST /v1/jobs/release HTTP");
    expect_part(s.requests, "{\"ids\":[3,4]}");
    stage_release(&s);
    STAGE_RUN(&s, "requeue all", OK_3);
    expect_part(s.requests, "{\"all\":true}");
    stage_release(&s);
}

static void test_the_last_job(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "hold last",
              FAKE_OK("{\"jobs\":[{\"id\":3},{\"id\":12},{\"id\":9}]}"), OK_3);
    expect_part(s.requests, "GET /v1/jobs?all=1");
    expect_part(s.requests, "{\"ids\":[12]}");
    stage_release(&s);
    STAGE_RUN(&s, "hold last", FAKE_OK("{\"jobs\":[]}"));
    assert_int_equal(s.status, 4);
    stage_release(&s);
}

static void test_failures_are_told_one_by_one(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "hold 3 9",
              FAKE_OK("{\"results\":[{\"id\":3,\"ok\":true,\"text\":\"held\"},"
                      "{\"id\":9,\"ok\":false,\"code\":\"ERR_NOT_FOUND\","
                      "\"text\":\"no job 9\",\"hint\":\"see erm queue\"}]}"));
    assert_int_equal(s.status, 4);
    assert_string_equal(s.out, "job 3: held\n");
    assert_string_equal(s.told, "erm: no job 9\nhint: see erm queue\n");
    stage_release(&s);
    STAGE_RUN(&s, "hold 9",
              FAKE_OK("{\"results\":[{\"id\":9,\"ok\":false,"
                      "\"code\":\"ERR_CONFLICT\",\"text\":\"it runs\"}]}"));
    assert_int_equal(s.status, 1);
    stage_release(&s);
}

static void test_cancelling(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "cancel 3 --grace 30 --reason 'too slow'", OK_3);
    expect_part(s.requests, "\"grace\":30.0,\"reason\":\"too slow\","
                            "\"ids\":[3]");
    stage_release(&s);
    STAGE_RUN(&s, "cancel --signal SIGUSR1 3", OK_3);
    expect_part(s.requests, "\"signal\":\"USR1\"");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "cancel");
    assert_int_equal(s.status, 2);
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "cancel x");
    assert_int_equal(s.status, 2);
    stage_release(&s);
}

static void test_updates(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "update 3 priority=-5 walltime=+10m", OK_3);
    expect_part(s.requests,
                "{\"priority\":-5,\"walltime_add\":600,\"ids\":[3]}");
    stage_release(&s);
    STAGE_RUN(&s, "update 3,5 walltime=1:00:00 nodes=2-4 begin=30", OK_3);
    expect_part(s.requests, "{\"walltime\":3600,\"min_nodes\":2,"
                            "\"max_nodes\":4,\"begin\":30,\"ids\":[3,5]}");
    stage_release(&s);
    STAGE_RUN(&s, "update 3 walltime=-5m min-nodes=2 max_nodes=3", OK_3);
    expect_part(s.requests, "{\"walltime_add\":-300,\"min_nodes\":2,"
                            "\"max_nodes\":3,");
    stage_release(&s);
}

static void test_updates_that_make_no_sense(void **state)
{
    (void)state;
    static const char *const bad[] = {"update 3",
                                      "update priority=5 x",
                                      "update 3 priorty=5",
                                      "update 3 walltime=5",
                                      "update 3 walltime=+inf",
                                      "update 3 nodes=x",
                                      "update 3 4",
                                      "update 3 begin=later"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct stage s = {0};
        STAGE_RUN_ALONE(&s, bad[i]);
        assert_int_equal(s.status, 2);
        stage_release(&s);
    }
}

#define NODE(name, state, slots, job, reason)                         \
    "{\"name\":\"" name "\",\"state\":\"" state "\",\"slots\":" slots \
    ",\"job\":" job ",\"since\":null,\"reason\":\"" reason "\"}"
static const char four_nodes[] = FAKE_OK("{\"nodes\":[") /* one per line */
    NODE("node01", "allocated", "64", "5",
         "") "," NODE("node02", "allocated", "64", "5",
                      "") "," NODE("node08", "idle", "64", "null",
                                   "") "," NODE("node09", "drained", "64",
                                                "null", "bad dimm") "]}";

static void test_nodes_that_are_alike_share_a_row(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "nodes", four_nodes);
    assert_int_equal(s.status, 0);
    assert_string_equal(
        s.out, "NODES        STATE      SLOTS  JOB  SINCE  REASON\n"
               "node[01-02]  allocated     64    5  -      -\n"
               "node08       idle          64    -  -      -\n"
               "node09       drained       64    -  -      bad dimm\n");
    stage_release(&s);
    STAGE_RUN(&s, "nodes -R -n", four_nodes);
    assert_string_equal(s.out, "node09  drained  64  -  -  bad dimm\n");
    stage_release(&s);
}

static void test_nodes_are_drained_and_resumed(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "drain 'n[1-2]' n9 --reason 'bad dimm'",
              FAKE_OK("{\"results\":[{\"node\":\"n1\",\"ok\":true,"
                      "\"text\":\"drained\"},{\"node\":\"n9\",\"ok\":false,"
                      "\"code\":\"ERR_NOT_FOUND\",\"text\":\"no node n9\"}]}"));
    assert_int_equal(s.status, 4);
    expect_part(s.requests, "{\"nodes\":[\"n1\",\"n2\",\"n9\"],"
                            "\"reason\":\"bad dimm\"}");
    assert_string_equal(s.out, "node n1: drained\n");
    assert_string_equal(s.told, "erm: no node n9\n");
    stage_release(&s);
    STAGE_RUN(&s, "resume n1", FAKE_OK("{\"results\":[]}"));
    expect_part(s.requests, "POST /v1/nodes/resume");
    stage_release(&s);
    STAGE_RUN(&s, "nodes add n7 'n[8-9]' slots=4 x",
              FAKE_OK("{\"results\":[]}"));
    expect_part(s.requests, "POST /v1/nodes/add");
    expect_part(s.requests, "{\"nodes\":[\"n7\",\"n[8-9] slots=4\",\"x\"]}");
    stage_release(&s);
    STAGE_RUN(&s, "nodes remove n7", FAKE_OK("{\"results\":[]}"));
    expect_part(s.requests, "POST /v1/nodes/remove");
    stage_release(&s);
}

static void test_nodes_need_names(void **state)
{
    (void)state;
    static const char *const bad[] = {"drain", "nodes add", "nodes delete n1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct stage s = {0};
        STAGE_RUN_ALONE(&s, bad[i]);
        assert_int_equal(s.status, 2);
        stage_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple_changes),
        cmocka_unit_test(test_the_last_job),
        cmocka_unit_test(test_failures_are_told_one_by_one),
        cmocka_unit_test(test_cancelling),
        cmocka_unit_test(test_updates),
        cmocka_unit_test(test_updates_that_make_no_sense),
        cmocka_unit_test(test_nodes_that_are_alike_share_a_row),
        cmocka_unit_test(test_nodes_are_drained_and_resumed),
        cmocka_unit_test(test_nodes_need_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
