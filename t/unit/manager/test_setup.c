/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts come up in order, or not at all. */
#include "stage.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "manager/api.h"
#include "store/state_dir.h"

static void test_the_state_is_beside_the_jobs_file(void **state)
{
    struct stage *stage = *state;
    char expected[300];

    mkdir("work", 0700);
    file_put("work/jobs.json", "[]");
    stage->options.jobs_file = "work/jobs.json";
    stage_start(stage);
    snprintf(expected, sizeof(expected), "%s/work/.erm", stage->path);
    assert_string_equal(stage->manager->state_dir->path, expected);
    snprintf(expected, sizeof(expected), "%s/work", stage->path);
    assert_string_equal(stage->manager->home, expected);
}

static void test_the_state_is_where_it_was_wanted(void **state)
{
    struct stage *stage = *state;
    char expected[300];

    stage->options.state_dir = "elsewhere";
    stage_start(stage);
    snprintf(expected, sizeof(expected), "%s/elsewhere", stage->path);
    assert_string_equal(stage->manager->state_dir->path, expected);
    assert_string_equal(stage->manager->home, stage->path);
    assert_int_equal(access("elsewhere/erm.db", F_OK), 0);
    assert_int_equal(access(".erm", F_OK), -1);
}

static void test_a_state_that_others_can_write_is_refused(void **state)
{
    struct stage *stage = *state;

    mkdir(".erm", 0700);
    assert_int_equal(chmod(".erm", 0777), 0);
    assert_int_equal(stage_start_fails(stage).code, ERR_DENIED);
}

static void test_jobs_are_told_absolute_paths(void **state)
{
    struct stage *stage = *state;
    const struct manager_options *options;

    mkdir("sub", 0700);
    stage->options.policy_file = "sub/p.json";
    stage->options.requests_file = "sub/r.json";
    stage->options.output_dir = "out";
    stage_start(stage);
    options = &stage->manager->options;
    assert_int_equal(options->policy_file[0], '/');
    assert_int_equal(options->requests_file[0], '/');
    assert_int_equal(options->output_dir[0], '/');
    assert_int_equal(access("out", X_OK), 0);
    assert_int_equal(access("sub/p.json", F_OK), 0);
    assert_int_equal(access("sub/r.json", F_OK), 0);
}

static void test_the_socket_can_be_found_and_goes_away(void **state)
{
    struct stage *stage = *state;
    char *address;

    stage_start(stage);
    address = file_get(".erm/socket");
    assert_non_null(address);
    address[strcspn(address, "\n")] = '\0';
    assert_string_equal(address, api_socket_path(stage->manager->api));
    assert_int_equal(access(address, F_OK), 0);
    stage_stop(stage);
    assert_int_equal(access(address, F_OK), -1);
    assert_int_equal(access(".erm/socket", F_OK), -1);
    free(address);
}

static void test_the_first_start_is_remembered(void **state)
{
    struct stage *stage = *state;
    time_us first;

    stage_start(stage);
    first = stage->manager->first_started;
    assert_int_equal(first, stage->manager->started);
    stage_stop(stage);
    stage_start(stage);
    assert_int_equal(stage->manager->first_started, first);
    assert_true(stage->manager->started >= first);
}

static void test_two_cannot_have_the_same_state(void **state)
{
    struct stage *stage = *state;
    struct stage other = *stage;
    struct err err;

    stage_start(stage);
    other.manager = NULL;
    err = stage_start_fails(&other);
    assert_int_equal(err.code, ERR_BUSY);
    /* and the first one was not disturbed */
    stage_submit(stage, "{\"command\": \"true\"}");
    stage_expect(stage, 1, JOB_COMPLETED);
}

/* Each of these fails at another place; nothing is left behind (leaks are
 * found by the sanitizers) and the next start works. */
static void test_a_failed_start_leaves_nothing(void **state)
{
    struct stage *stage = *state;
    struct manager_options good = stage->options;

    stage->options.jobs_file = "no/such/folder/jobs.json";
    assert_int_equal(stage_start_fails(stage).code, ERR_SYSTEM);
    stage->options = good;
    stage->options.sched.expand = "nonsense";
    assert_int_equal(stage_start_fails(stage).code, ERR_USAGE);
    stage->options = good;
    stage->options.launcher = "nonsense";
    assert_int_equal(stage_start_fails(stage).code, ERR_USAGE);
    stage->options = good;
    stage->options.hostfile = "none";
    assert_int_equal(stage_start_fails(stage).code, ERR_NOT_FOUND);
    stage->options = good;
    stage->options.requests_file = "no/such/folder/requests.json";
    assert_int_equal(stage_start_fails(stage).code, ERR_SYSTEM);
    stage->options = good;
    stage_start(stage);
    assert_int_equal(access(".erm/socket", F_OK), 0);
}

static void test_a_database_that_is_none_is_refused(void **state)
{
    struct stage *stage = *state;
    struct err err;

    mkdir(".erm", 0700);
    file_put(".erm/erm.db", "this is not a database, it is a text of mine "
                            "that must not be lost");
    err = stage_start_fails(stage);
    assert_true(err.code == ERR_SYSTEM || err.code == ERR_INPUT);
    assert_true(file_has(".erm/erm.db", "must not be lost"));
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, stage_enter, stage_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_the_state_is_beside_the_jobs_file),
        STORY(test_the_state_is_where_it_was_wanted),
        STORY(test_a_state_that_others_can_write_is_refused),
        STORY(test_jobs_are_told_absolute_paths),
        STORY(test_the_socket_can_be_found_and_goes_away),
        STORY(test_the_first_start_is_remembered),
        STORY(test_two_cannot_have_the_same_state),
        STORY(test_a_failed_start_leaves_nothing),
        STORY(test_a_database_that_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
