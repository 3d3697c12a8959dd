/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "stage.h"

#define TWO_JOBS                                                               \
    FAKE_OK("{\"schema\":1,\"jobs\":[{\"id\":5,\"name\":\"md\","               \
            "\"state\":\"running\",\"n_nodes\":3,\"min_nodes\":2,"             \
            "\"max_nodes\":4,\"elapsed\":730,\"time_left\":1070,"              \
            "\"started\":\"2026-11-23T10:40:00Z\",\"walltime\":1800,"          \
            "\"nodelist\":\"node[01-03]\",\"priority\":1},"                    \
            "{\"id\":7,\"name\":\"blast\",\"state\":\"pending\","              \
            "\"n_nodes\":0,\"min_nodes\":2,\"max_nodes\":4,\"walltime\":1800," \
            "\"reason\":\"resources\",\"reason_text\":\"needs 2, 1 free\","    \
            "\"nodelist\":\"\",\"priority\":4}],"                              \
            "\"nodes\":{\"total\":8,\"idle\":1,\"allocated\":6,"               \
            "\"drained\":1},\"counts\":{\"running\":1,\"pending\":1,"          \
            "\"finished_hidden\":41}}")

static void test_a_table_for_programs_and_people(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "queue", TWO_JOBS);
    assert_int_equal(s.status, 0);
    assert_string_equal(
        s.out, "ID  NAME   ST  NODES  WANT   TIME   LEFT  NODELIST/REASON\n"
               " 5  md     R       3   2-4  12:10  17:50  node[01-03]\n"
               " 7  blast  PD      -   2-4      -  30:00  needs 2, 1 free\n");
    expect_part(s.requests, "GET /v1/jobs?all=0 HTTP");
    stage_release(&s);
}

static void test_a_terminal_gets_a_footer(void **state)
{
    (void)state;
    struct stage s = {.is_tty = 1};
    setenv("NO_COLOR", "1", 1);
    STAGE_RUN(&s, "jobs", TWO_JOBS,
              FAKE_OK("{\"rejected\":[{\"file\":\"jobs.json\",\"text\":"
                      "\"jobs.json:12:7: error: unknown key\"}]}"));
    expect_part(s.out, "8 nodes: 6 busy, 1 idle, 1 out of use · 1 running, 1 "
                       "pending · 41 finished hidden (-a)\n");
    expect_part(s.out, "rejected: jobs.json:12:7: error: unknown key\n");
    assert_null(strchr(s.out, '\033'));
    stage_release(&s);
    unsetenv("NO_COLOR");
    s.is_tty = 1;
    STAGE_RUN(&s, "squeue -n", TWO_JOBS);
    assert_null(strstr(s.out, "nodes:"));
    expect_part(s.out, "\033[32mR\033[0m");
    stage_release(&s);
}

static void test_ids_only(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "queue -q --sort -priority", TWO_JOBS);
    assert_string_equal(s.out, "7\n5\n");
    stage_release(&s);
}

static void test_what_is_asked_for(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "queue -a", TWO_JOBS);
    expect_part(s.requests, "GET /v1/jobs?all=1 HTTP");
    stage_release(&s);
    STAGE_RUN(&s, "queue -s PD,F", TWO_JOBS);
    expect_part(s.requests, "GET /v1/jobs?all=1&states=pending,failed HTTP");
    stage_release(&s);
    STAGE_RUN(&s, "queue 1-3 7", TWO_JOBS);
    expect_part(s.requests, "GET /v1/jobs?all=1&ids=1-3,7 HTTP");
    stage_release(&s);
}

static void test_formats(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "queue -n -o id,st", TWO_JOBS);
    assert_string_equal(s.out, "5  R\n7  PD\n");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "queue -o help");
    assert_int_equal(s.status, 0);
    expect_part(s.out, "nodelist");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "queue -o idd");
    assert_int_equal(s.status, 2);
    stage_release(&s);
}

static void test_json_as_it_is(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "queue --json", FAKE_OK("{\"schema\":1,\"jobs\":[]}"));
    assert_string_equal(s.out, "{\"schema\":1,\"jobs\":[]}\n");
    stage_release(&s);
}

static void test_watching_ends_with_the_manager(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "queue -q --watch=0.1", TWO_JOBS, TWO_JOBS);
    assert_int_equal(s.status, 3);
    assert_string_equal(s.out, "5\n7\n5\n7\n");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "queue --watch=0");
    assert_int_equal(s.status, 2);
    stage_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_table_for_programs_and_people),
        cmocka_unit_test(test_a_terminal_gets_a_footer),
        cmocka_unit_test(test_ids_only),
        cmocka_unit_test(test_what_is_asked_for),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_json_as_it_is),
        cmocka_unit_test(test_watching_ends_with_the_manager),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
