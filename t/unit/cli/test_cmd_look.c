/* SPDX-License-Identifier: BSD-2-Clause */
/* show, why, wait, status, stop, reload, history, events, check. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "stage.h"
#include "temp_dir.h"

#define PHASES                                                                \
    "[{\"attempt\":1,\"phase\":1,\"start\":\"2026-11-23T10:40:00Z\","         \
    "\"end\":\"2026-11-23T10:40:10Z\",\"n_nodes\":1,\"nodelist\":\"n1\","     \
    "\"nodes\":[\"n1\"],\"why\":\"start\"},"                                  \
    "{\"attempt\":1,\"phase\":2,\"start\":\"2026-11-23T10:40:10Z\","          \
    "\"end\":\"2026-11-23T10:40:30Z\",\"n_nodes\":2,\"nodelist\":\"n[1-2]\"," \
    "\"nodes\":[\"n1\",\"n2\"],\"why\":\"grow\"}]"
#define JOB                                                                    \
    "{\"id\":6,\"name\":\"train\",\"kind\":\"elastic\",\"state\":\"growing\"," \
    "\"n_nodes\":2,\"min_nodes\":1,\"max_nodes\":2,\"nodelist\":\"n[1-2]\","   \
    "\"command\":\"./app\",\"walltime\":60,\"directive\":{\"seq\":4,"          \
    "\"op\":\"grow\",\"state\":\"offered\",\"asked_by\":\"user\","             \
    "\"nodelist\":\"n3\"}}"

static void test_all_about_a_job(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "show 6", FAKE_OK("{\"job\":" JOB ",\"phases\":" PHASES "}"));
    assert_int_equal(s.status, 0);
    expect_part(s.out, "job 6 (train) is growing\n");
    expect_part(s.out, "  command    ./app\n");
    expect_part(s.out, "  resize     grow n3: offered, asked by user, number "
                       "4\n");
    expect_part(s.out, "n2   |");
    expect_part(s.requests, "GET /v1/jobs/6 HTTP");
    stage_release(&s);
}

#define NO_JOB                                                       \
    "HTTP/1.0 404 No\r\n\r\n{\"error\":{\"code\":\"ERR_NOT_FOUND\"," \
    "\"text\":\"no job 9\",\"hint\":\"\"}}"

static void test_an_unknown_job_does_not_hide_others(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "show 9 6", NO_JOB, FAKE_OK("{\"job\":" JOB "}"));
    assert_int_equal(s.status, 4);
    assert_string_equal(s.told, "erm: no job 9\n");
    expect_part(s.out, "job 6 (train)");
    stage_release(&s);
}

static void test_why_is_the_managers_text(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "why 7",
              FAKE_OK("{\"id\":7,\"text\":\"job 7 is pending\\n  needs 2\"}"));
    assert_string_equal(s.out, "job 7 is pending\n  needs 2\n");
    expect_part(s.requests, "GET /v1/jobs/7/why HTTP");
    stage_release(&s);
}

static void test_waiting_for_several(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "wait 1-2", FAKE_OK("{\"done\":false,\"jobs\":[]}"),
              FAKE_OK("{\"done\":true,\"jobs\":[{\"id\":1,"
                      "\"state\":\"completed\",\"exit_code\":0},{\"id\":2,"
                      "\"state\":\"failed\",\"signal\":9}]}"));
    assert_int_equal(s.status, 137);
    assert_string_equal(s.out, "");
    expect_part(s.requests, "ids=1-2&any=0&timeout=50.000");
    stage_release(&s);
}

static void test_waiting_has_an_end(void **state)
{
    (void)state;
    struct stage s = {.is_tty = 1};
    STAGE_RUN(&s, "wait --any --timeout 0s 1",
              FAKE_OK("{\"done\":false,\"jobs\":[]}"));
    assert_int_equal(s.status, 124);
    assert_string_equal(s.told, "timed out\n");
    expect_part(s.requests, "any=1&timeout=0.000");
    stage_release(&s);
}

static void test_waiting_for_nothing(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "wait all", FAKE_OK("{\"jobs\":[]}"));
    assert_int_equal(s.status, 0);
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "wait");
    assert_int_equal(s.status, 2);
    stage_release(&s);
}

#define STATUS                                                            \
    FAKE_OK("{\"version\":\"0.1.0\",\"pid\":0,\"state_dir\":\"/x/.erm\"," \
            "\"jobs_file\":\"/x/jobs.json\",\"hostfile\":null,"           \
            "\"launcher\":\"local\",\"launcher_note\":\"5 slices\","      \
            "\"settings\":{\"start\":0,\"backfill\":\"easy\","            \
            "\"backfill_order\":\"sjf\","                                 \
            "\"mode\":\"elastic\",\"sizing\":\"preferred\","              \
            "\"expand\":\"fcfs\",\"shrink\":\"fcfs\","                    \
            "\"cooldown\":null},\"nodes\":{\"total\":5,\"idle\":1,"       \
            "\"allocated\":4,\"down\":0},\"jobs\":{\"pending\":2,"        \
            "\"running\":3},\"rejected\":[{\"text\":\"jobs.json:3:6: e\"}]}")

static void test_the_manager_at_a_glance(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "status", STATUS);
    assert_string_equal(
        s.out,
        "manager    running, version 0.1.0, pid 0\n"
        "state      /x/.erm\n"
        "jobs file  /x/jobs.json\n"
        "launcher   local: 5 slices\n"
        "settings   start at min_nodes, backfill easy shortest first, mode "
        "elastic, sizing preferred, expand fcfs, shrink fcfs, cool-down by "
        "rule\n"
        "nodes      5: 1 idle, 4 allocated\n"
        "jobs       2 pending, 3 running\n"
        "problems   jobs.json:3:6: e\n");
    stage_release(&s);
}

static void test_stopping_waits_for_the_end(void **state)
{
    (void)state;
    struct stage s = {.is_tty = 1};
    STAGE_RUN(&s, "stop", STATUS, FAKE_OK("{}"));
    assert_int_equal(s.status, 0);
    expect_part(s.requests, "{\"jobs\":\"keep\"}");
    expect_part(s.told, "3 running jobs go on");
    stage_release(&s);
    STAGE_RUN(&s, "stop --cancel-jobs", STATUS, FAKE_OK("{}"));
    expect_part(s.requests, "{\"jobs\":\"cancel\"}");
    stage_release(&s);
    STAGE_RUN(&s, "reload", FAKE_OK("{}"));
    assert_int_equal(s.status, 0);
    expect_part(s.requests, "POST /v1/reload");
    stage_release(&s);
}

#define HISTORY                                                                \
    FAKE_OK("{\"jobs\":[{\"id\":6,\"name\":\"train\",\"state\":\"completed\"," \
            "\"exit_code\":0,\"signal\":0,\"n_nodes\":2,\"wait\":1.0,"         \
            "\"run\":30.0,\"started\":\"2026-11-23T10:40:00Z\","               \
            "\"nodelist\":\"n[1-2]\",\"command\":\"./app\",\"phases\":" PHASES \
            "}],\"summary\":{\"jobs\":1,\"completed\":1,\"failed\":0,"         \
            "\"makespan\":31.0,\"utilisation\":0.87,\"mean_wait\":1.0,"        \
            "\"expands\":1,\"shrinks\":0}}")

static void test_history_as_a_table(void **state)
{
    (void)state;
    struct stage s = {.is_tty = 1};
    setenv("NO_COLOR", "1", 1);
    STAGE_RUN(&s, "history -o id,state,exit,run", HISTORY);
    assert_string_equal(
        s.out, "ID  STATE      EXIT    RUN\n"
               " 6  completed   0:0  00:30\n"
               "1 jobs: 1 completed, 0 failed · makespan 00:31 · utilisation "
               "87 % · mean wait 00:01 · 1 expands, 0 shrinks\n");
    stage_release(&s);
    unsetenv("NO_COLOR");
}

static void test_history_with_phases(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "acct --phases 6", HISTORY);
    expect_part(s.requests, "GET /v1/history?phases=1&ids=6 HTTP");
    expect_part(s.out, "ID  PHASE  START");
    expect_part(s.out, "n1   |aaaa");
    expect_part(s.out, "n2   |.....");
    expect_part(s.out, "AAAA|\n");
    expect_part(s.out, "aA job 6 (train)");
    stage_release(&s);
}

static void test_history_for_programs(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "history --csv --since 2026-11-23T00:00:00Z --limit 5",
              HISTORY);
    expect_part(s.requests, "&since=2026-11-23T00:00:00.000000Z&limit=5 HTTP");
    expect_part(s.out, "\r\n6,train,completed,");
    stage_release(&s);
    STAGE_RUN(&s, "history --joblog", HISTORY);
    expect_part(s.out, "6\tn[1-2]\t");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "history --since yesteryear");
    assert_int_equal(s.status, 2);
    stage_release(&s);
}

static void test_events_are_passed_on(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "events --since 5 -n 2 -f",
              FAKE_OK("{\"seq\":6}\n{\"seq\":7}\n"));
    assert_int_equal(s.status, 0);
    assert_string_equal(s.out, "{\"seq\":6}\n{\"seq\":7}\n");
    expect_part(s.requests, "GET /v1/events?follow=1&since=5&limit=2 HTTP");
    stage_release(&s);
}

static void test_checking_files(void **state)
{
    (void)state;
    struct stage s = {0};
    temp_file_write("good.json", "[{\"command\":\"a\"}]");
    temp_file_write("bad.json", "[{\"comand\":\"a\"}]");
    STAGE_RUN_ALONE(&s, "check good.json");
    assert_int_equal(s.status, 0);
    expect_part(s.out, "1 job usable");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "check bad.json good.json");
    assert_int_equal(s.status, 1);
    expect_part(s.out, "bad.json:1:");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "check -q bad.json");
    assert_int_equal(s.status, 1);
    assert_string_equal(s.out, "");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "check missing.json");
    assert_int_equal(s.status, 1);
    stage_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_about_a_job),
        cmocka_unit_test(test_an_unknown_job_does_not_hide_others),
        cmocka_unit_test(test_why_is_the_managers_text),
        cmocka_unit_test(test_waiting_for_several),
        cmocka_unit_test(test_waiting_has_an_end),
        cmocka_unit_test(test_waiting_for_nothing),
        cmocka_unit_test(test_the_manager_at_a_glance),
        cmocka_unit_test(test_stopping_waits_for_the_end),
        cmocka_unit_test(test_history_as_a_table),
        cmocka_unit_test(test_history_with_phases),
        cmocka_unit_test(test_history_for_programs),
        cmocka_unit_test(test_events_are_passed_on),
        cmocka_unit_test_setup_teardown(test_checking_files, temp_dir_enter,
                                        temp_dir_leave),
    };
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
