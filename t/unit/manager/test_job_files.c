/* SPDX-License-Identifier: BSD-2-Clause */
/* What a mailbox says of its job's nodes, from the first start to the end. */
#include "stage.h"

#include <sys/stat.h>
#include <unistd.h>

#include "manager/job_files.h"

#define MAIL ".erm/mailbox/1/"

static void start_local(struct stage *stage)
{
    stage->options.launcher = "local";
    stage->options.shepherd_path = SHEPHERD_PATH;
    stage_start(stage);
}

static char *output_of(const char *command)
{
    char buf[512];
    FILE *pipe = popen(command, "r");
    size_t n = fread(buf, 1, sizeof(buf) - 1, pipe);

    buf[n] = '\0';
    assert_int_equal(pclose(pipe), 0);
    return strdup(buf);
}

static void assert_output(const char *command, const char *expected)
{
    char *text = output_of(command);

    assert_string_equal(text, expected);
    free(text);
}

static void test_a_job_finds_its_nodes_in_its_mailbox(void **state)
{
    struct stage *stage = *state;

    start_local(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"name\": \"it's mine\","
                        " \"min_nodes\": 2, \"slots_per_node\": 3}");
    stage_expect(stage, 1, JOB_RUNNING);
    assert_true(file_has(MAIL "nodes", "node1\nnode2\n"));
    assert_true(file_has(MAIL "hosts", "node1:3\nnode2:3\n"));
    assert_true(file_has(MAIL "cpus", "node1 "));
    assert_true(file_has(MAIL "cpus", "node2 "));
    assert_false(file_has(MAIL "cpus", "node3 "));
    assert_output(MAIL "discover", "node1:3\nnode2:3\n");
    assert_output(". " MAIL "env.sh; echo \"$ERM_JOB_NAME:$ERM_NODES:"
                  "$ERM_EPOCH:$ERM_PROTOCOL:$ERM_SLOTS_PER_NODE\"",
                  "it's mine:node1,node2:1:1:3\n");
}

static void test_it_lives_over_attempts_and_goes_with_the_job(void **state)
{
    struct stage *stage = *state;

    start_local(stage);
    stage_submit(stage, "{\"command\": \"echo $ERM_ATTEMPT $ERM_EPOCH"
                        " >>$ERM_JOB_DIR/mine; sleep 60\"}");
    stage_expect(stage, 1, JOB_RUNNING);
    stage_expect_file(stage, MAIL "mine", "1 1\n");
    stage_send(stage, EV_REQUEUE, 1);
    stage_expect_file(stage, MAIL "mine", "2 2\n");
    assert_true(file_has(MAIL "mine", "1 1\n"));
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
    assert_int_equal(access(".erm/mailbox/1", F_OK), -1);
}

static void test_one_that_was_left_behind_is_swept(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    stage_submit(stage, "{\"command\": \"true\"}");
    stage_expect(stage, 1, JOB_COMPLETED);
    stage_stop(stage);
    mkdir(".erm/mailbox/1", 0700);
    mkdir(".erm/mailbox/2", 0700); /* of nobody: not ours to remove */
    stage_start(stage);
    assert_int_equal(access(".erm/mailbox/1", F_OK), -1);
    assert_int_equal(access(".erm/mailbox/2", F_OK), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_a_job_finds_its_nodes_in_its_mailbox, stage_enter,
            stage_leave),
        cmocka_unit_test_setup_teardown(
            test_it_lives_over_attempts_and_goes_with_the_job, stage_enter,
            stage_leave),
        cmocka_unit_test_setup_teardown(test_one_that_was_left_behind_is_swept,
                                        stage_enter, stage_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
