/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mailbox.h"
#include "stage.h"

static void expect(const char *line, int status, const char *out)
{
    struct stage stage = {0};
    STAGE_RUN_ALONE(&stage, line);
    if (stage.status != status)
        fail_msg("%s: status %d: %s", line, stage.status, stage.err.text);
    assert_string_equal(stage.out, out);
    stage_release(&stage);
}

static void expect_error(const char *line, int status, const char *text)
{
    struct stage stage = {0};
    STAGE_RUN_ALONE(&stage, line);
    assert_int_equal(stage.status, status);
    assert_string_equal(stage.err.text, text);
    stage_release(&stage);
}

static void test_a_directive_is_printed(void **state)
{
    expect("app poll", 1, "");
    expect("app wait -t 0.01s", 124, "");
    mailbox_put(*state, "directive.json", GROW_7);
    expect("app poll", 0, "grow 7 n2,n3\n");
    expect("app wait", 0, "grow 7 n2,n3\n");
    expect("app poll --json", 0,
           "{\"schema\":1,\"seq\":7,\"op\":\"grow\",\"forced\":false,"
           "\"choice\":false,\"current\":[\"n1\"],\"delta\":[\"n2\",\"n3\"],"
           "\"target\":[\"n1\",\"n2\",\"n3\"],\"accept_by\":1763850000.5,"
           "\"done_by\":null,\"reason\":\"idle nodes\"}\n");
}

static void test_answers_are_for_the_open_directive(void **state)
{
    expect_error("app accept", 4, "no directive is open");
    mailbox_put(*state, "directive.json", GROW_7);
    expect_error("app accept --seq 6", 4, "directive 6 is not open");
    expect("app accept", 0, "");
    expect("app busy --seq 7", 0, "");
    expect("app refuse -r 2m -m 'in a checkpoint'", 0, "");
    assert_string_equal(mailbox_get(*state, "reply/7.json"),
                        "{\"seq\":7,\"status\":\"refused\",\"retry_after\":"
                        "120.000000,\"reason\":\"in a checkpoint\"}\n");
    /* it is answered, though the manager has not taken it yet */
    expect("app poll", 1, "");
    expect_error("app done", 4, "no directive is open");
    mailbox_put(*state, "directive.json", SHRINK_8);
    expect("app fail -m 'no room'", 0, "");
    assert_string_equal(
        mailbox_get(*state, "reply/8.json"),
        "{\"seq\":8,\"status\":\"failed\",\"reason\":\"no room\"}\n");
}

/* Closes the directive once it has been answered. */
struct closer {
    const char *dir, *reply, *nodes;
};

static void *close_directive(void *context)
{
    struct closer *closer = context;
    struct timespec span = {0, 1000 * 1000};
    for (int ms = 0; ms < 10000 && !mailbox_has(closer->dir, closer->reply);
         ms++)
        nanosleep(&span, NULL);
    mailbox_put(closer->dir, "nodes", closer->nodes);
    mailbox_remove(closer->dir, "directive.json");
    return NULL;
}

static void test_done_waits_until_it_is_so(void **state)
{
    pthread_t thread;
    struct closer closer = {*state, "reply/8.json", "n1\nn3\n"};
    mailbox_put(*state, "nodes", "n1\nn2\nn3\n");
    mailbox_put(*state, "directive.json", SHRINK_8);
    expect_error("app done n9", 2, "n9 is not to be given up");
    pthread_create(&thread, NULL, close_directive, &closer);
    expect("app done n2", 0, "");
    pthread_join(thread, NULL);
    expect("app nodes -d ,", 0, "n1,n3\n");
}

static void test_done_too_late_is_told(void **state)
{
    pthread_t thread;
    struct closer closer = {*state, "reply/7.json", "n1\n"};
    mailbox_put(*state, "directive.json", GROW_7);
    pthread_create(&thread, NULL, close_directive, &closer);
    expect_error("app done", 1, "it was too late: the job has not got n2");
    pthread_join(thread, NULL);
    mailbox_put(*state, "directive.json", SHRINK_8);
    expect_error("app done -t 0.01s", 124,
                 "the manager has not closed directive 8 yet");
}

/* Answers one wish. */
struct manager {
    const char *dir, *answer;
    char request[400];
};

static void *answer_once(void *context)
{
    struct manager *m = context;
    struct timespec span = {0, 1000 * 1000};
    char path[300], name[200] = "";
    for (int ms = 0; ms < 10000 && name[0] == '\0'; ms++) {
        nanosleep(&span, NULL);
        snprintf(name, sizeof(name), "%s", mailbox_only(m->dir, "request"));
    }
    snprintf(path, sizeof(path), "request/%s.json", name);
    snprintf(m->request, sizeof(m->request), "%s", mailbox_get(m->dir, path));
    mailbox_remove(m->dir, path);
    snprintf(path, sizeof(path), "answer/%s.json", name);
    mailbox_put(m->dir, path, m->answer);
    return NULL;
}

static void test_a_wish_is_asked_and_answered(void **state)
{
    pthread_t thread;
    struct manager granted = {*state, "{\"status\":\"partial\",\"granted\":2}",
                              ""};
    pthread_create(&thread, NULL, answer_once, &granted);
    expect("app grow 1,4 --wait 30s", 0, "2\n");
    pthread_join(thread, NULL);
    expect_part(granted.request, "\"min\":1,\"max\":4,\"wait\":30.000000");

    struct manager denied = {*state,
                             "{\"status\":\"denied\",\"reason\":\"job 4 "
                             "waits\",\"retry_after\":30}",
                             ""};
    pthread_create(&thread, NULL, answer_once, &denied);
    expect_error("app grow 1", 75, "job 4 waits");
    pthread_join(thread, NULL);
    expect_error("app grow 3,2", 2, "grow: 3 is not between 1 and 2");
    expect_error("app grow", 2, "how many nodes is missing");
    expect_error("app run --grace inf -- true", 2,
                 "--grace needs an end, not inf");
}

static void test_nodes_are_released_by_name_or_number(void **state)
{
    pthread_t thread;
    struct manager m = {*state, "{\"status\":\"granted\",\"granted\":1}", ""};
    mailbox_put(*state, "nodes", "n1\nn2\nn3\nn4\n");
    pthread_create(&thread, NULL, answer_once, &m);
    expect("app release n[2-3]", 0, "");
    pthread_join(thread, NULL);
    expect_part(m.request, "\"op\":\"release\",\"nodes\":[\"n2\",\"n3\"]");
    pthread_create(&thread, NULL, answer_once, &m);
    expect("app release -k 1", 0, "");
    pthread_join(thread, NULL);
    expect_part(m.request, "\"nodes\":[\"n2\",\"n3\",\"n4\"]");
    expect_error("app release -k 4", 2, "the job has 4 nodes only");
    expect_error("app release", 2, "release either NODEs or all but -k N");
}

static void test_what_the_job_has_is_printed(void **state)
{
    char text[300];
    mailbox_put(*state, "nodes", "n1\nn2\n");
    expect("app nodes", 0, "n1\nn2\n");
    expect("app nodes --json", 0, "{\"schema\":1,\"nodes\":[\"n1\",\"n2\"]}\n");
    snprintf(text, sizeof(text), "%s/hosts\n", (char *)*state);
    expect("app hostfile", 0, text);
    expect("app time-left", 0, "unlimited\n");
    expect("app offers", 1, "0\n");
    mailbox_put(*state, "offers.json", "{\"nodes\":3,\"until\":9763853600}");
    expect("app offers", 0, "3 9763853600\n");
    expect("app progress 0.25", 0, "");
    assert_string_equal(mailbox_get(*state, "progress"), "0.250000\n");
    expect_error("app progress 25%", 2, "progress is between 0 and 1, not 25%");
}

static void test_outside_of_a_job_there_is_nothing_to_say(void **state)
{
    (void)state;
    unsetenv("ERM_JOB_DIR");
    expect_error("app poll", 3,
                 "this is no job of erm: ERM_JOB_DIR names no folder");
    expect_error("app", 2, "erm app: which verb?");
    struct stage stage = {0};
    STAGE_RUN_ALONE(&stage, "app acept");
    assert_string_equal(stage.err.text, "erm app has no verb acept");
    assert_string_equal(stage.err.hint, "did you mean accept?");
    stage_release(&stage);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, mailbox_enter, mailbox_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_directive_is_printed),
        TEST(test_answers_are_for_the_open_directive),
        TEST(test_done_waits_until_it_is_so),
        TEST(test_done_too_late_is_told),
        TEST(test_a_wish_is_asked_and_answered),
        TEST(test_nodes_are_released_by_name_or_number),
        TEST(test_what_the_job_has_is_printed),
        TEST(test_outside_of_a_job_there_is_nothing_to_say),
    };
    return cmocka_run_group_tests_name("cli/cmd_app", tests, NULL, NULL);
}
