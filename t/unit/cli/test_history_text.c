/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <string.h>

#include "cli/history_text.h"

static json_t *jobs(void)
{
    json_t *list = json_loads(
        "[{\"id\":6,\"name\":\"a,b\",\"state\":\"failed\",\"kind\":\"elastic\","
        "\"exit_code\":3,\"signal\":0,"
        "\"submitted\":\"2026-11-23T10:40:00.000000Z\","
        "\"started\":\"2026-11-23T10:40:01.500000Z\","
        "\"ended\":\"2026-11-23T10:40:03.000000Z\",\"wait\":1.5,\"run\":1.5,"
        "\"min_nodes\":1,\"max_nodes\":2,\"n_nodes\":2,\"node_seconds\":3.0,"
        "\"nodelist\":\"n[1-2]\",\"command\":\"echo \\\"x\\\"\\n\\tdone\"},"
        "{\"id\":7,\"name\":\"b\",\"state\":\"failed\",\"started\":null,"
        "\"command\":\"true\"}]",
        0, NULL);
    assert_non_null(list);
    return list;
}

static void test_csv_quotes_what_needs_it(void **state)
{
    (void)state;
    struct strbuf out;
    json_t *list = jobs();
    strbuf_init(&out);
    history_text_csv(list, &out);
    assert_string_equal(
        out.text,
        "id,name,state,kind,exit_code,signal,submitted,started,ended,wait,run,"
        "min_nodes,max_nodes,n_nodes,node_seconds,nodelist,command\r\n"
        "6,\"a,b\",failed,elastic,3,0,2026-11-23T10:40:00.000000Z,"
        "2026-11-23T10:40:01.500000Z,2026-11-23T10:40:03.000000Z,1.500000,"
        "1.500000,1,2,2,3.000000,n[1-2],\"echo \"\"x\"\"\n\tdone\"\r\n"
        "7,b,failed,,,,,,,,,,,,,,true\r\n");
    strbuf_release(&out);
    json_decref(list);
}

static void test_a_joblog_has_a_line_per_job(void **state)
{
    (void)state;
    struct strbuf out;
    json_t *list = jobs();
    strbuf_init(&out);
    history_text_joblog(list, &out);
    assert_string_equal(
        out.text, "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\t"
                  "Signal\tCommand\n"
                  "6\tn[1-2]\t1795430401.500\t1.500\t0\t0\t3\t0\t"
                  "echo \"x\"  done\n"
                  "7\t\t0.000\t0.000\t0\t0\t126\t0\ttrue\n");
    strbuf_release(&out);
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_quotes_what_needs_it),
        cmocka_unit_test(test_a_joblog_has_a_line_per_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
