/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/phase_table.h"

#define NOW (1795430460 * USEC_PER_SEC) /* 2026-11-23T10:41:00Z */
#define PHASE(attempt, phase, start, end, nodes, why)                      \
    "{\"attempt\":" attempt ",\"phase\":" phase                            \
    ",\"start\":\"2026-11-23T10:40:" start "Z\",\"end\":" end              \
    ",\"n_nodes\":1,\"nodelist\":\"x\",\"nodes\":" nodes ",\"why\":\"" why \
    "\"}"
#define AT(seconds) "\"2026-11-23T10:40:" seconds "Z\""

/* The phases of job 6, printed; owned. */
static char *print(const char *list)
{
    struct phase_table phases;
    struct cli cli;
    char *out = NULL;
    size_t n;
    json_t *job = json_pack("{s:i,s:s}", "id", 6, "name", "train");
    json_t *array = json_loads(list, 0, NULL);
    assert_non_null(array);
    cli_init(&cli);
    cli.out = open_memstream(&out, &n);
    cli.width = 72;
    phase_table_init(&phases);
    phase_table_add(&phases, job, array, NOW);
    phase_table_print(&phases, &cli);
    phase_table_release(&phases);
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

static void test_a_job_that_grew(void **state)
{
    (void)state;
    char *out = print(
        "[" PHASE("1", "1", "00", AT("20"), "[\"n1\"]", "start") "," PHASE(
            "1", "2", "20", AT("40"), "[\"n1\",\"n2\"]", "grow") "]");
    assert_memory_equal(
        out,
        "ID  PHASE  START     END       NODES  NODELIST  WHY\n"
        " 6      1  10:40:00  10:40:20      1  x         start\n"
        " 6      2  10:40:20  10:40:40      1  x         grow\n\n"
        "n1   |aaa",
        169);
    assert_non_null(strstr(out, "n2   |..."));
    assert_non_null(strstr(out, ".AAA"));
    assert_non_null(strstr(out, "aA job 6 (train)\ncapitals: "));
    free(out);
}

static void test_what_has_not_ended_is_drawn_until_now(void **state)
{
    (void)state;
    char *out =
        print("[" PHASE("1", "1", "00", "null", "[\"n1\"]", "start") "]");
    assert_non_null(
        strstr(out, " 6      1  10:40:00  -        1  x         start"));
    assert_non_null(strstr(out, "10:41:00\n"));
    free(out);
}

static void test_a_new_attempt_has_not_grown(void **state)
{
    (void)state;
    char *out = print("[" PHASE("1", "1", "00", AT("10"), "[\"n1\"]",
                                "start") "," PHASE("2", "1", "10", AT("20"),
                                                   "[\"n2\"]", "start") "]");
    assert_non_null(strstr(out, "a  job 6 (train)\n"));
    assert_null(strstr(out, "capitals"));
    free(out);
}

static void test_nothing_prints_nothing(void **state)
{
    (void)state;
    expect("[]", "");
}

static void test_phases_without_a_start_are_listed_only(void **state)
{
    (void)state;
    char *out = print("[{\"attempt\":1,\"phase\":1,\"start\":null,"
                      "\"nodes\":[\"n1\"]}]");
    assert_non_null(strstr(out, "ID  PHASE"));
    assert_null(strchr(out, '|'));
    free(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_that_grew),
        cmocka_unit_test(test_what_has_not_ended_is_drawn_until_now),
        cmocka_unit_test(test_a_new_attempt_has_not_grown),
        cmocka_unit_test(test_nothing_prints_nothing),
        cmocka_unit_test(test_phases_without_a_start_are_listed_only),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
