/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stage.h"
#include "temp_dir.h"

#define QUEUED                                                         \
    FAKE_OK("{\"schema\":1,\"jobs\":[{\"id\":7,\"state\":\"pending\"," \
            "\"warning\":\"\",\"expected_start\":null,"                \
            "\"reason_text\":\"needs 2 nodes, 1 free\"}]}")

static void test_only_the_id_is_printed(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "submit -N 2-4 -e -t 30m -J blast -- ./app -x 'a b'", QUEUED);
    assert_int_equal(s.status, 0);
    assert_string_equal(s.out, "7\n");
    assert_string_equal(s.told, "");
    expect_part(s.requests, "POST /v1/jobs HTTP/1.0");
    expect_part(s.requests, "\"min_nodes\":2,\"max_nodes\":4,\"elastic\":true,"
                            "\"walltime\":\"1800s\",\"name\":\"blast\"");
    expect_part(s.requests, "\"command\":\"./app -x 'a b'\"");
    expect_part(s.requests, "\"dry_run\":false");
    stage_release(&s);
}

static void test_people_get_a_sentence_too(void **state)
{
    (void)state;
    struct stage s = {.is_tty = 1};
    STAGE_RUN(&s, "submit -- ./app", QUEUED);
    assert_string_equal(s.out, "7\n");
    assert_string_equal(s.told, "job 7 queued: needs 2 nodes, 1 free\n");
    stage_release(&s);
    s.is_tty = 1;
    STAGE_RUN(&s, "submit -q -- ./app", QUEUED);
    assert_string_equal(s.told, "");
    stage_release(&s);
}

static void test_a_warning_is_always_told(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "submit -q -N 9 -- ./app",
              FAKE_OK("{\"jobs\":[{\"id\":8,\"warning\":\"needs 9 nodes\"}]}"));
    assert_string_equal(s.out, "8\n");
    assert_string_equal(s.told, "warning: job 8: needs 9 nodes\n");
    stage_release(&s);
}

static void test_the_folder_is_the_callers(void **state)
{
    struct stage s = {0};
    char wanted[300];
    STAGE_RUN(&s, "submit -- ./app", QUEUED);
    snprintf(wanted, sizeof(wanted), "\"cwd\":\"%s\"", (char *)*state);
    expect_part(s.requests, wanted);
    stage_release(&s);
    STAGE_RUN(&s, "submit -D sub -- ./app", QUEUED);
    snprintf(wanted, sizeof(wanted), "\"cwd\":\"%s/sub\"", (char *)*state);
    expect_part(s.requests, wanted);
    stage_release(&s);
    STAGE_RUN(&s, "submit -D /work -- ./app", QUEUED);
    expect_part(s.requests, "\"cwd\":\"/work\"");
    stage_release(&s);
}

static void test_a_script_brings_its_options(void **state)
{
    struct stage s = {0};
    char wanted[400];
    temp_file_write("job.sh", "#!/bin/bash\n"
                              "#ERM -N 2-4 -J from-script -p 3\n"
                              "#SBATCH -t 30\n"
                              "echo\n");
    STAGE_RUN(&s, "submit -p 9 job.sh 'an arg' -N 5", QUEUED);
    assert_int_equal(s.status, 0);
    expect_part(s.requests, "\"min_nodes\":2,\"max_nodes\":4");
    expect_part(s.requests, "\"name\":\"from-script\"");
    expect_part(s.requests, "\"priority\":9");
    expect_part(s.requests, "\"walltime\":\"1800s\"");
    snprintf(wanted, sizeof(wanted),
             "\"command\":\"/bin/bash %s/job.sh 'an arg' -N 5\"",
             (char *)*state);
    expect_part(s.requests, wanted);
    stage_release(&s);
}

static void test_a_script_that_can_run_runs_itself(void **state)
{
    struct stage s = {0};
    char wanted[400];
    temp_file_write("run.sh", "#!/bin/sh\necho\n");
    chmod("run.sh", 0755);
    STAGE_RUN(&s, "submit run.sh", QUEUED);
    snprintf(wanted, sizeof(wanted), "\"command\":\"%s/run.sh\"",
             (char *)*state);
    expect_part(s.requests, wanted);
    expect_part(s.requests, "\"name\":\"run.sh\"");
    stage_release(&s);
}

static void test_what_a_script_asks_in_vain_is_told(void **state)
{
    (void)state;
    struct stage s = {0};
    temp_file_write("gpu.sh", "#SBATCH --gres=gpu:1\n");
    STAGE_RUN(&s, "submit gpu.sh", QUEUED);
    assert_int_equal(s.status, 0);
    expect_part(s.told, "gpu.sh:1: warning: ");
    stage_release(&s);
    temp_file_write("bad.sh", "#ERM --nodse 2\n");
    STAGE_RUN_ALONE(&s, "submit bad.sh");
    assert_int_equal(s.status, 2);
    expect_part(s.err.text, "--nodse");
    stage_release(&s);
    temp_file_write("stray.sh", "#ERM -N 2 stray\n");
    STAGE_RUN_ALONE(&s, "submit stray.sh");
    expect_part(s.err.text, "stray");
    stage_release(&s);
}

static void test_a_missing_script_is_perhaps_a_command(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN_ALONE(&s, "submit hostname");
    assert_int_equal(s.status, 2);
    expect_part(s.err.hint, "erm submit -- hostname");
    stage_release(&s);
    STAGE_RUN_ALONE(&s, "submit -N 2");
    assert_int_equal(s.status, 2);
    stage_release(&s);
}

static void test_entries_of_a_file(void **state)
{
    (void)state;
    struct stage s = {0};
    temp_file_write("two.json", "[{\"command\":\"./a\"},{\"command\":\"./b\","
                                "\"cwd\":\"/b\"}]");
    STAGE_RUN(&s, "submit two.json",
              FAKE_OK("{\"jobs\":[{\"id\":8,\"warning\":\"\"},"
                      "{\"id\":9,\"warning\":\"\"}]}"));
    assert_string_equal(s.out, "8\n9\n");
    expect_part(s.requests, "\"./a\"");
    expect_part(s.requests, "\"cwd\":\"/b\"");
    stage_release(&s);
}

static void test_waiting_gives_the_jobs_status(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "submit --wait -- ./app", QUEUED,
              FAKE_OK("{\"done\":true,\"jobs\":[{\"id\":7,"
                      "\"state\":\"failed\",\"exit_code\":3}]}"));
    assert_int_equal(s.status, 3);
    assert_string_equal(s.out, "7\n");
    expect_part(s.requests, "GET /v1/jobs/wait?ids=7&any=0&timeout=");
    stage_release(&s);
}

static void test_a_dry_run_shows_what_would_run(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "submit --dry-run --wait -- ./app NODES",
              FAKE_OK("{\"jobs\":[{\"id\":null,\"command\":\"./app n1,n2\","
                      "\"env\":[\"ERM_JOB_ID=1\",\"ERM_NNODES=2\"],"
                      "\"nodelist\":\"n[1-2]\",\"warning\":\"w\"}]}"));
    assert_int_equal(s.status, 0);
    expect_part(s.requests, "\"dry_run\":true");
    assert_string_equal(s.out, "would run: ./app n1,n2\n"
                               "  nodes    n[1-2]\n"
                               "  env      ERM_JOB_ID=1\n"
                               "           ERM_NNODES=2\n");
    assert_string_equal(s.told, "warning: w\n");
    stage_release(&s);
}

static void test_json_is_the_answer_as_it_is(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "submit --json -- ./app",
              FAKE_OK("{\"schema\":1,\"jobs\":[{\"id\":7,\"x\":12.1}]}"));
    assert_string_equal(s.out,
                        "{\"schema\":1,\"jobs\":[{\"id\":7,\"x\":12.1}]}\n");
    stage_release(&s);
}

static void test_a_refusal_of_the_manager(void **state)
{
    (void)state;
    struct stage s = {0};
    STAGE_RUN(&s, "submit --type square -- ./app",
              "HTTP/1.0 400 Bad\r\n\r\n{\"error\":{\"code\":\"ERR_INPUT\","
              "\"text\":\"type: square\",\"hint\":\"h\"}}");
    assert_int_equal(s.status, 1);
    assert_string_equal(s.out, "");
    assert_string_equal(s.err.text, "type: square");
    stage_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_the_id_is_printed),
        cmocka_unit_test(test_people_get_a_sentence_too),
        cmocka_unit_test(test_a_warning_is_always_told),
        cmocka_unit_test_setup_teardown(test_the_folder_is_the_callers,
                                        temp_dir_enter, temp_dir_leave),
        cmocka_unit_test_setup_teardown(test_a_script_brings_its_options,
                                        temp_dir_enter, temp_dir_leave),
        cmocka_unit_test_setup_teardown(test_a_script_that_can_run_runs_itself,
                                        temp_dir_enter, temp_dir_leave),
        cmocka_unit_test_setup_teardown(test_what_a_script_asks_in_vain_is_told,
                                        temp_dir_enter, temp_dir_leave),
        cmocka_unit_test(test_a_missing_script_is_perhaps_a_command),
        cmocka_unit_test_setup_teardown(test_entries_of_a_file, temp_dir_enter,
                                        temp_dir_leave),
        cmocka_unit_test(test_waiting_gives_the_jobs_status),
        cmocka_unit_test(test_a_dry_run_shows_what_would_run),
        cmocka_unit_test(test_json_is_the_answer_as_it_is),
        cmocka_unit_test(test_a_refusal_of_the_manager),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
