/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include "stage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/resize_table.h"

#define NOW (1795430460 * USEC_PER_SEC) /* 2026-11-23T10:41:00Z */
#define RESIZE(op, asker, for_job, state, took, retry, note)               \
    "{\"seq\":4,\"op\":\"" op "\",\"asked_by\":\"" asker                   \
    "\",\"for_job\":" for_job                                              \
    ",\"n_nodes\":2,\"nodelist\":\"n[3-4]\",\"state\":\"" state            \
    "\",\"offered\":\"2026-11-23T10:40:07Z\",\"accepted\":null,\"ended\":" \
    "null,\"took\":" took ",\"retry_after\":" retry ",\"note\":\"" note "\"}"

/* The resizes of job 6, printed; owned. */
static char *print(const char *list)
{
    struct table table;
    struct cli cli;
    char *out = NULL;
    size_t n;
    json_t *job = json_pack("{s:i}", "id", 6);
    json_t *array = json_loads(list, 0, NULL);
    assert_non_null(array);
    cli_init(&cli);
    cli.out = open_memstream(&out, &n);
    cli.width = 0;
    resize_table_init(&table);
    resize_table_add(&table, job, array, NOW);
    resize_table_print(&table, &cli);
    table_release(&table);
    fclose(cli.out);
    json_decref(array);
    json_decref(job);
    return out;
}

static void expect(const char *list, const char *wanted)
{
    char *out = print(list);
    assert_string_equal(out, wanted);
    free(out);
}

static void test_one_that_was_done(void **state)
{
    (void)state;
    expect("[" RESIZE("shrink", "scheduler", "9", "done", "0.35", "null",
                      "2 processes had to be ended") "]",
           "\n"
           "ID  RESIZE  AT        BY  NODELIST  ASKED BY             ANSWER"
           "    TOOK  NOTE\n"
           " 6  shrink  10:40:07  -2  n[3-4]    scheduler for job 9  done  "
           "  350 ms  2 processes had to be ended\n");
}

static void test_one_that_was_refused(void **state)
{
    (void)state;
    char *out = print("[" RESIZE("grow", "user", "null", "refused", "1.0", "60",
                                 "in a checkpoint") "]");
    expect_part(out,
                " 6  grow    10:40:07  +2  n[3-4]    user      refused for "
                "1 min");
    expect_part(out, "  1.0 s  in a checkpoint\n");
    free(out);
}

static void test_a_lost_node(void **state)
{
    (void)state;
    char *out = print("[" RESIZE("shrink", "node_loss", "null", "forced", "0",
                                 "null", "") "]");
    expect_part(out, "node loss  forced");
    free(out);
}

static void test_one_that_is_open(void **state)
{
    (void)state;
    char *out = print(
        "[" RESIZE("grow", "job", "null", "accepted", "null", "null", "") "]");
    expect_part(out, "job       accepted     -  -\n");
    free(out);
}

static void test_a_job_that_was_never_asked(void **state)
{
    (void)state;
    expect("[]", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_that_was_done),
        cmocka_unit_test(test_one_that_was_refused),
        cmocka_unit_test(test_a_lost_node),
        cmocka_unit_test(test_one_that_is_open),
        cmocka_unit_test(test_a_job_that_was_never_asked),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
