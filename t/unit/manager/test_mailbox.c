/* SPDX-License-Identifier: BSD-2-Clause */
/* The manager's side of a mailbox; the test is the job. */
#include "stage.h"

#include <sys/stat.h>
#include <unistd.h>

#include "manager/mailbox.h"

#define MAIL ".erm/mailbox/1/"
#define DIRECTIVE MAIL "directive.json"
#define EVENTS MAIL "events.jsonl"
#define APP                                                               \
    "{\"command\": \"sleep 60\", \"elastic\": true, \"resize\": \"app\"," \
    " \"min_nodes\": 1, \"max_nodes\": 3, \"walltime\": \"1:00:00\","     \
    " \"grace\": \"1s\"%s}"

static void start_local(struct stage *stage)
{
    stage->options.launcher = "local";
    stage->options.shepherd_path = SHEPHERD_PATH;
    stage_start(stage);
}

static int64_t submit(struct stage *stage, const char *more)
{
    char spec[600];

    snprintf(spec, sizeof(spec), APP, more);
    return stage_submit(stage, spec);
}

/* A job that was offered the two nodes that are idle; directive 1. */
static void start_with_offer(struct stage *stage)
{
    stage_start(stage);
    submit(stage, "");
    stage_expect_file(stage, DIRECTIVE, "\"seq\":1,");
}

static void reply(uint64_t seq, const char *text)
{
    char path[100];

    snprintf(path, sizeof(path), MAIL "reply/%llu.json",
             (unsigned long long)seq);
    file_replace(path, text);
}

static const struct job *job_of(const struct stage *stage)
{
    return sched_job(stage->manager->sched, 1);
}

static bool is_gone(void *context)
{
    (void)context;
    return access(DIRECTIVE, F_OK) != 0;
}

static void expect_gone(struct stage *stage)
{
    assert_true(stage_until(stage, is_gone, NULL, 10000));
}

static int count(const char *file, const char *text)
{
    char *content = file_get(file);
    int n = 0;

    for (char *p = content; p != NULL && (p = strstr(p, text)) != NULL; p++)
        n++;
    free(content);
    return n;
}

/* A user's shrink or growth by N. */
static void resize(struct stage *stage, enum directive_op op, uint32_t n,
                   enum asker asker)
{
    struct event event;
    struct err err;

    event_init(&event, EV_RESIZE_ASKED, manager_now(stage->manager));
    event.job = 1;
    event.op = op;
    event.n = n;
    event.asker = asker;
    err_clear(&err);
    if (manager_event(stage->manager, &event, &err) != 0)
        fail_msg("%s", err.text);
}

/* ---- what a job sees ---- */

static void test_a_directive_is_shown(void **state)
{
    struct stage *stage = *state;
    struct stat st;

    start_with_offer(stage);
    assert_true(job_of(stage)->directive.shown);
    assert_true(file_has(DIRECTIVE, "\"op\":\"grow\""));
    assert_true(file_has(DIRECTIVE, "\"state\":\"offered\""));
    assert_true(file_has(DIRECTIVE, "\"current\":[\"node1\"]"));
    assert_true(file_has(DIRECTIVE, "\"delta\":[\"node2\",\"node3\"]"));
    assert_true(file_has(DIRECTIVE, "\"target\":[\"node1\",\"node2\","
                                    "\"node3\"]"));
    assert_true(file_has(DIRECTIVE, "\"choice\":false"));
    assert_true(file_has(EVENTS, "\"event\":\"started\""));
    assert_true(file_has(EVENTS, "\"event\":\"offered\""));
    assert_int_equal(stat(MAIL "reply", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
}

static void test_accepted_and_done(void **state)
{
    struct stage *stage = *state;

    start_with_offer(stage);
    reply(1, "{\"seq\": 1, \"status\": \"accepted\"}");
    stage_expect_file(stage, DIRECTIVE, "\"state\":\"accepted\"");
    assert_int_equal(stage_size(stage, 1), 1);
    reply(1, "{\"status\": \"done\"}");
    expect_gone(stage);
    assert_int_equal(stage_size(stage, 1), 3);
    assert_true(file_has(MAIL "nodes", "node1\nnode2\nnode3\n"));
    assert_true(file_has(MAIL "env.sh", "export ERM_EPOCH='2'"));
    assert_true(file_has(MAIL "env.sh", "export ERM_NNODES='3'"));
    assert_int_equal(count(EVENTS, "\"event\":\"done\""), 1);
    assert_int_equal(count(EVENTS, "\"event\":\"ignored\""), 0);
    assert_int_not_equal(access(MAIL "reply/1.json", F_OK), 0);
    assert_int_not_equal(access(MAIL ".reply.1", F_OK), 0);
}

static void test_refused_with_a_time_to_ask_again(void **state)
{
    struct stage *stage = *state;
    time_us before;

    start_with_offer(stage);
    before = manager_now(stage->manager);
    reply(1, "{\"status\": \"refused\", \"retry_after\": 600,"
             " \"reason\": \"in a checkpoint\"}");
    expect_gone(stage);
    assert_int_equal(stage_size(stage, 1), 1);
    assert_true(job_of(stage)->no_resize_before >= before + 600 * USEC_PER_SEC);
    assert_int_equal(stage_count_log(stage, "in a checkpoint"), 1);
    assert_int_equal(count(EVENTS, "\"event\":\"refused\""), 1);
}

static void test_a_shrink_leaves_the_hosts_first(void **state)
{
    struct stage *stage = *state;

    start_with_offer(stage);
    reply(1, "{\"status\": \"done\"}");
    expect_gone(stage);
    resize(stage, DIRECTIVE_SHRINK, 1, ASKED_BY_USER);
    stage_expect_file(stage, DIRECTIVE, "\"op\":\"shrink\"");
    assert_true(file_has(DIRECTIVE, "\"delta\":[\"node3\"]"));
    assert_true(file_has(MAIL "hosts", "node3:"));
    reply(2, "{\"status\": \"accepted\"}");
    stage_expect_no(stage, MAIL "hosts", "node3:");
    assert_true(file_has(MAIL "nodes", "node3\n"));
    reply(2, "{\"status\": \"done\"}");
    expect_gone(stage);
    assert_false(file_has(MAIL "nodes", "node3\n"));
    assert_int_equal(stage_size(stage, 1), 2);
}

/* ---- what cannot be used ---- */

static void ignores(struct stage *stage, const char *why)
{
    stage_expect_file(stage, EVENTS, why);
    assert_int_equal(stage_count_log(stage, why), 1);
    assert_true(job_has_open_directive(job_of(stage)));
}

static void test_what_cannot_be_used_is_one_line_and_nothing_else(void **state)
{
    struct stage *stage = *state;

    start_with_offer(stage);
    reply(2, "{\"status\": \"done\"}");
    ignores(stage, "directive 2 is not open");
    file_replace(MAIL "reply/one.json", "{\"status\": \"done\"}");
    ignores(stage, "its name is not SEQ.json");
    reply(1, "{\"status\": \"dome\"}");
    ignores(stage, "found dome");
    reply(1, "{\"status\": \"done");
    ignores(stage, "1:17: ");
    reply(1, "{\"status\": \"accepted\"}");
    stage_expect_file(stage, DIRECTIVE, "\"state\":\"accepted\"");
    reply(1, "{\"status\": \"accepted\"}");
    ignores(stage, "it was accepted before");
    reply(1, "{\"status\": \"done\"}");
    expect_gone(stage);
    reply(1, "{\"status\": \"failed\"}");
    stage_expect_file(stage, EVENTS, "directive 1 is not open");
    assert_int_equal(stage_size(stage, 1), 3);
    assert_int_equal(count(EVENTS, "\"event\":\"ignored\""), 6);
}

static void test_a_job_cannot_stop_the_manager(void **state)
{
    struct stage *stage = *state;
    char *large = malloc(200000);

    start_with_offer(stage);
    memset(large, ' ', 199999);
    large[199999] = '\0';
    reply(1, large);
    ignores(stage, "more than 64 KiB");
    assert_int_equal(mkfifo(MAIL "reply/1.json", 0600), 0);
    mailbox_touch(stage->manager, 1);
    ignores(stage, "it is not a regular file");
    assert_int_equal(symlink("/etc/passwd", MAIL "reply/1.json"), 0);
    mailbox_touch(stage->manager, 1);
    assert_int_equal(mkdir(MAIL "reply/1.json", 0700), 0);
    file_put(MAIL "reply/1.json/x", "x");
    mailbox_touch(stage->manager, 1);
    assert_int_equal(count(EVENTS, "is not a regular file"), 3);
    assert_int_equal(unlink(EVENTS), 0);
    assert_int_equal(mkfifo(EVENTS, 0600), 0);
    assert_int_equal(unlink(DIRECTIVE), 0);
    assert_int_equal(mkdir(DIRECTIVE, 0700), 0);
    reply(1, "{\"status\": \"done\"}");
    expect_gone(stage);
    assert_int_equal(stage_size(stage, 1), 3);
    free(large);
}

/* Lines, not floods. */
static void test_many_senseless_files_are_told_seldom(void **state)
{
    struct stage *stage = *state;

    start_with_offer(stage);
    for (int i = 100; i < 300; i++)
        reply((uint64_t)i, "{}");
    reply(1, "{\"status\": \"done\"}");
    expect_gone(stage);
    assert_int_equal(count(EVENTS, "\"event\":\"ignored\""), 20);
}

/* By hand, without a rename: it has a second to become whole. */
static void test_a_file_that_is_being_written_is_waited_for(void **state)
{
    struct stage *stage = *state;

    start_with_offer(stage);
    file_put(MAIL "reply/1.json", "{\"status\": ");
    mailbox_touch(stage->manager, 1);
    assert_int_equal(access(MAIL "reply/1.json", F_OK), 0);
    file_put(MAIL "reply/1.json", "{\"status\": \"done\"}");
    expect_gone(stage);
    assert_int_equal(count(EVENTS, "\"event\":\"ignored\""), 0);
    assert_int_equal(stage_size(stage, 1), 3);
}

/* ---- choice ---- */

/* Of three nodes, one is to go for job 2. */
static void start_with_shrink(struct stage *stage)
{
    stage_start(stage);
    submit(stage, ", \"cooldown\": \"1s\", \"on_deadline\": \"force\"");
    stage_expect_file(stage, DIRECTIVE, "\"seq\":1,");
    reply(1, "{\"status\": \"done\"}");
    expect_gone(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_expect_file(stage, DIRECTIVE, "\"op\":\"shrink\"");
}

static void test_a_job_may_give_another_node(void **state)
{
    struct stage *stage = *state;

    start_with_shrink(stage);
    assert_true(file_has(DIRECTIVE, "\"choice\":true"));
    assert_true(file_has(DIRECTIVE, "\"forced\":true"));
    assert_true(file_has(DIRECTIVE, "job 2 waits for nodes"));
    reply(2, "{\"status\": \"done\", \"nodes\": [\"node4\"]}");
    ignores(stage, "nodes: node4 is not the job's");
    reply(2, "{\"status\": \"done\", \"nodes\": [\"node2\", \"node3\"]}");
    ignores(stage, "nodes: 1 are to be given, found 2");
    reply(2, "{\"status\": \"done\", \"nodes\": [\"node2\"]}");
    stage_expect(stage, 2, JOB_RUNNING);
    expect_gone(stage);
    assert_true(file_has(MAIL "nodes", "node1\nnode3\n"));
    assert_true(file_has(".erm/mailbox/2/nodes", "node2\n"));
}

static void test_a_user_who_asks_leaves_no_choice(void **state)
{
    struct stage *stage = *state;

    start_with_offer(stage);
    reply(1, "{\"status\": \"done\"}");
    expect_gone(stage);
    resize(stage, DIRECTIVE_SHRINK, 1, ASKED_BY_USER);
    stage_expect_file(stage, DIRECTIVE, "\"choice\":false");
    reply(2, "{\"status\": \"done\", \"nodes\": [\"node2\"]}");
    ignores(stage, "the job has no choice which to give");
    reply(2, "{\"status\": \"done\", \"nodes\": [\"node3\"]}");
    expect_gone(stage);
    assert_int_equal(stage_size(stage, 1), 2);
}

/* ---- deadlines ---- */

static void test_one_that_is_never_answered_is_taken_back(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    submit(stage, ", \"accept_within\": \"1s\", \"cooldown\": \"60s\"");
    stage_expect_file(stage, DIRECTIVE, "\"seq\":1,");
    expect_gone(stage);
    assert_int_equal(count(EVENTS, "\"event\":\"expired\""), 1);
    reply(1, "{\"status\": \"done\"}");
    stage_expect_file(stage, EVENTS, "directive 1 is not open");
    assert_int_equal(stage_size(stage, 1), 1);
}

static void test_one_that_is_not_done_in_time_is_taken_back(void **state)
{
    struct stage *stage = *state;

    stage_start(stage);
    submit(stage, ", \"done_within\": \"1s\", \"cooldown\": \"60s\"");
    stage_expect_file(stage, DIRECTIVE, "\"seq\":1,");
    reply(1, "{\"status\": \"accepted\"}");
    expect_gone(stage);
    assert_int_equal(count(EVENTS, "\"event\":\"accepted\""), 1);
    assert_int_equal(count(EVENTS, "\"event\":\"expired\""), 1);
    assert_int_equal(stage_size(stage, 1), 1);
}

/* ---- wishes ---- */

static bool has_progress(void *context)
{
    const struct job *job = job_of(context);

    return job != NULL && job->progress == 250000;
}

static bool has_bad_progress(void *context)
{
    (void)context;
    return file_has(EVENTS, "a number from 0 to 1 is expected");
}

#define EVOLVING                                                \
    "{\"command\": \"sleep 60\", \"type\": \"evolving\","       \
    " \"resize\": \"app\", \"min_nodes\": 1, \"max_nodes\": 3," \
    " \"walltime\": \"1:00:00\", \"cooldown\": \"1s\"}"
#define ANSWER MAIL "answer/more.json"

static void wish(const char *text)
{
    file_replace(MAIL "request/more.json", text);
}

static void start_evolving(struct stage *stage)
{
    stage_start(stage);
    stage_submit(stage, EVOLVING);
    stage_expect(stage, 1, JOB_RUNNING);
}

static void test_a_wish_is_granted(void **state)
{
    struct stage *stage = *state;

    start_evolving(stage);
    wish("{\"op\": \"grow\", \"max\": 2}");
    stage_expect_file(stage, ANSWER, "\"status\":\"granted\"");
    assert_true(file_has(ANSWER, "\"granted\":2,\"seq\":1"));
    stage_expect_file(stage, DIRECTIVE, "the job has asked for it");
    assert_int_not_equal(access(MAIL "request/more.json", F_OK), 0);
    reply(1, "{\"status\": \"done\"}");
    expect_gone(stage);
    assert_int_equal(stage_size(stage, 1), 3);
    assert_int_equal(count(EVENTS, "\"event\":\"answered\""), 1);
}

static void test_a_part_is_granted(void **state)
{
    struct stage *stage = *state;

    start_evolving(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\"}");
    stage_expect(stage, 2, JOB_RUNNING);
    wish("{\"op\": \"grow\", \"min\": 1, \"max\": 2}");
    stage_expect_file(stage, ANSWER, "\"status\":\"partial\",\"granted\":1");
}

static void test_one_that_cannot_be_is_denied_with_a_reason(void **state)
{
    struct stage *stage = *state;

    start_evolving(stage);
    wish("{\"op\": \"grow\", \"max\": 3}");
    stage_expect_file(stage, ANSWER, "job 1 has 1 nodes and max_nodes 3");
    assert_true(file_has(ANSWER, "\"retry_after\":null"));
    wish("{\"op\": \"grow\"}");
    stage_expect_file(stage, ANSWER, "max: grow needs a number of nodes");
    wish("{\"op\": \"grow\", \"nodes\": [\"node9\"]}");
    stage_expect_file(stage, ANSWER, "nodes: there is no node9");
    stage_submit(stage, "{\"command\": \"sleep 60\", \"min_nodes\": 2,"
                        " \"walltime\": \"10m\"}");
    stage_expect(stage, 2, JOB_RUNNING);
    wish("{\"op\": \"grow\", \"max\": 1}");
    stage_expect_file(stage, ANSWER, "1 nodes asked for, 0 idle");
    assert_true(file_has(ANSWER, "\"retry_after\":59"));
    assert_false(job_has_open_directive(job_of(stage)));
}

static void test_one_that_may_wait_is_queued_and_then_granted(void **state)
{
    struct stage *stage = *state;

    start_evolving(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"min_nodes\": 2}");
    stage_expect(stage, 2, JOB_RUNNING);
    wish("{\"op\": \"grow\", \"max\": 2, \"wait\": 600}");
    stage_expect_file(stage, ANSWER, "\"status\":\"queued\"");
    assert_true(file_has(ANSWER, "\"until\":"));
    stage_send(stage, EV_CANCEL, 2);
    stage_expect_file(stage, ANSWER, "\"status\":\"granted\",\"granted\":2");
    stage_expect_file(stage, DIRECTIVE, "\"op\":\"grow\"");
}

static void test_one_that_waits_too_long_is_denied(void **state)
{
    struct stage *stage = *state;

    start_evolving(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"min_nodes\": 2}");
    stage_expect(stage, 2, JOB_RUNNING);
    wish("{\"op\": \"grow\", \"max\": 1, \"wait\": 1}");
    stage_expect_file(stage, ANSWER, "\"status\":\"queued\"");
    stage_expect_file(stage, ANSWER, "it could not be granted in its time");
}

static void test_a_new_one_takes_the_place_of_one_that_waits(void **state)
{
    struct stage *stage = *state;

    start_evolving(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"min_nodes\": 2}");
    stage_expect(stage, 2, JOB_RUNNING);
    wish("{\"op\": \"grow\", \"max\": 2, \"wait\": 600}");
    stage_expect_file(stage, ANSWER, "\"status\":\"queued\"");
    file_replace(MAIL "request/other.json",
                 "{\"op\": \"grow\", \"max\": 1, \"wait\": 600}");
    stage_expect_file(stage, MAIL "answer/other.json", "queued");
    stage_expect_file(stage, ANSWER, "another wish has taken its place");
    stage_send(stage, EV_CANCEL, 2);
    stage_expect_file(stage, MAIL "answer/other.json", "granted");
}

static void test_nodes_that_were_left_are_released_at_once(void **state)
{
    struct stage *stage = *state;

    start_evolving(stage);
    resize(stage, DIRECTIVE_GROW, 2, ASKED_BY_USER);
    stage_expect_file(stage, DIRECTIVE, "\"seq\":1,");
    reply(1, "{\"status\": \"done\"}");
    expect_gone(stage);
    wish("{\"op\": \"release\", \"nodes\": [\"node2\"]}");
    stage_expect_file(stage, ANSWER, "\"status\":\"granted\",\"granted\":1");
    stage_expect_no(stage, MAIL "nodes", "node2\n");
    assert_int_equal(stage_size(stage, 1), 2);
    assert_int_not_equal(access(DIRECTIVE, F_OK), 0);
    wish("{\"op\": \"release\", \"max\": 1}");
    stage_expect_no(stage, MAIL "nodes", "node3\n");
    assert_int_equal(count(EVENTS, "\"event\":\"done\""), 3);
    wish("{\"op\": \"release\", \"nodes\": [\"node1\"]}");
    stage_expect_file(stage, ANSWER, "job 1 has 1 nodes and min_nodes 1");
}

static void test_a_size_can_be_set(void **state)
{
    struct stage *stage = *state;

    start_evolving(stage);
    wish("{\"op\": \"set\", \"max\": 1}");
    stage_expect_file(stage, ANSWER, "\"status\":\"granted\",\"granted\":0");
    wish("{\"op\": \"set\", \"max\": 3}");
    stage_expect_file(stage, ANSWER, "\"granted\":2,\"seq\":1");
    stage_expect_file(stage, DIRECTIVE, "\"op\":\"grow\"");
    reply(1, "{\"status\": \"done\"}");
    expect_gone(stage);
    wish("{\"op\": \"set\", \"max\": 2}");
    stage_expect_file(stage, DIRECTIVE, "\"op\":\"shrink\"");
    assert_true(file_has(ANSWER, "\"granted\":1,\"seq\":2"));
}

static void test_offers_are_told_and_progress_is_read(void **state)
{
    struct stage *stage = *state;

    start_evolving(stage);
    wish("{\"op\": \"offers\"}");
    stage_expect_file(stage, ANSWER, "\"granted\":2,\"until\":");
    file_replace(MAIL "progress", "0.25\n");
    assert_true(stage_until(stage, has_progress, stage, 20000));
    assert_true(file_has(MAIL "offers.json", "{\"nodes\":2,\"until\":"));
    file_replace(MAIL "progress", "a quarter\n");
    assert_true(stage_until(stage, has_bad_progress, NULL, 20000));
}

static void test_wishes_of_no_sense(void **state)
{
    struct stage *stage = *state;

    start_evolving(stage);
    file_replace(MAIL "request/two words.json", "{\"op\": \"offers\"}");
    stage_expect_file(stage, EVENTS, "its name is not NAME.json");
    assert_int_equal(mkfifo(MAIL "request/more.json", 0600), 0);
    mailbox_touch(stage->manager, 1);
    stage_expect_file(stage, ANSWER, "it is not a regular file");
    assert_int_equal(access(MAIL "request/two words.json", F_OK), -1);
}

/* ---- restarts of the manager ---- */

static void restart(struct stage *stage)
{
    stage_stop(stage);
    stage_start(stage);
}

static void start_local_with_offer(struct stage *stage)
{
    start_local(stage);
    submit(stage, "");
    stage_expect_file(stage, DIRECTIVE, "\"seq\":1,");
}

static void test_what_is_said_while_no_manager_runs_counts(void **state)
{
    struct stage *stage = *state;

    start_local_with_offer(stage);
    stage_stop(stage);
    assert_int_equal(access(DIRECTIVE, F_OK), 0);
    reply(1, "{\"status\": \"accepted\"}");
    stage_start(stage);
    stage_expect_file(stage, DIRECTIVE, "\"state\":\"accepted\"");
    stage_stop(stage);
    reply(1, "{\"status\": \"done\"}");
    stage_start(stage);
    expect_gone(stage);
    assert_int_equal(stage_size(stage, 1), 3);
    assert_true(file_has(MAIL "nodes", "node3\n"));
    assert_int_equal(count(EVENTS, "\"event\":\"ignored\""), 0);
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
}

/* A crash between the taking of a reply and its place in the journal. */
static void test_what_was_taken_and_not_done_counts(void **state)
{
    struct stage *stage = *state;

    start_local_with_offer(stage);
    stage_stop(stage);
    file_replace(MAIL ".reply.1", "{\"status\": \"done\"}");
    stage_start(stage);
    expect_gone(stage);
    assert_int_equal(stage_size(stage, 1), 3);
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
}

/* A crash between the journal and the files. */
static void test_files_that_are_old_are_renewed(void **state)
{
    struct stage *stage = *state;

    start_local_with_offer(stage);
    reply(1, "{\"status\": \"done\"}");
    expect_gone(stage);
    stage_stop(stage);
    file_replace(MAIL "nodes", "node1\n");
    file_replace(DIRECTIVE, "{\"seq\": 1}");
    file_replace(MAIL ".reply.1", "{\"status\": \"done\"}");
    stage_start(stage);
    assert_true(file_has(MAIL "nodes", "node1\nnode2\nnode3\n"));
    assert_int_not_equal(access(DIRECTIVE, F_OK), 0);
    assert_int_not_equal(access(MAIL ".reply.1", F_OK), 0);
    assert_int_equal(count(EVENTS, "\"event\":\"done\""), 1);
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
}

static void test_a_directive_that_was_lost_is_shown_again(void **state)
{
    struct stage *stage = *state;

    start_local_with_offer(stage);
    stage_stop(stage);
    assert_int_equal(unlink(DIRECTIVE), 0);
    stage_start(stage);
    stage_expect_file(stage, DIRECTIVE, "\"seq\":1,");
    restart(stage);
    assert_true(file_has(DIRECTIVE, "\"seq\":1,"));
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
}

static void start_with_wish(struct stage *stage)
{
    stage->options.launcher = "local";
    stage->options.shepherd_path = SHEPHERD_PATH;
    start_evolving(stage);
    stage_submit(stage, "{\"command\": \"sleep 60\", \"min_nodes\": 2}");
    stage_expect(stage, 2, JOB_RUNNING);
    wish("{\"op\": \"grow\", \"max\": 2, \"wait\": 600}");
    stage_expect_file(stage, ANSWER, "\"status\":\"queued\"");
}

static void end_both(struct stage *stage)
{
    for (int64_t job = 1; job <= 2; job++) {
        if (stage_state(stage, job) < JOB_COMPLETED)
            stage_send(stage, EV_CANCEL, job);
        stage_expect(stage, job, JOB_CANCELLED);
    }
}

static void test_a_wish_waits_over_a_restart(void **state)
{
    struct stage *stage = *state;

    start_with_wish(stage);
    stage_stop(stage);
    assert_int_equal(unlink(ANSWER), 0);
    stage_start(stage);
    stage_expect_file(stage, ANSWER, "\"status\":\"queued\"");
    stage_send(stage, EV_CANCEL, 2);
    stage_expect_file(stage, ANSWER, "\"status\":\"granted\",\"granted\":2");
    stage_expect_file(stage, DIRECTIVE, "\"op\":\"grow\"");
    end_both(stage);
}

/* A crash after the grant is in the journal and before the answer: the file is
 * there as it was taken. */
static void test_what_was_granted_is_not_granted_again(void **state)
{
    struct stage *stage = *state;

    start_with_wish(stage);
    stage_send(stage, EV_CANCEL, 2);
    stage_expect_file(stage, DIRECTIVE, "\"op\":\"grow\"");
    stage_stop(stage);
    file_replace(ANSWER, "{\"status\": \"queued\"}");
    file_replace(MAIL ".wish.5.0.more",
                 "{\"op\": \"grow\", \"max\": 2, \"wait\": 600}");
    stage_start(stage);
    stage_expect_file(stage, ANSWER, "\"granted\":2,\"seq\":1");
    assert_int_equal(job_of(stage)->directive.seq, 1);
    assert_int_equal(job_of(stage)->wish.n, 0);
    assert_int_not_equal(access(MAIL ".wish.5.0.more", F_OK), 0);
    end_both(stage);
}

static void test_what_was_wished_while_no_manager_runs_is_answered(void **state)
{
    struct stage *stage = *state;

    stage->options.launcher = "local";
    stage->options.shepherd_path = SHEPHERD_PATH;
    start_evolving(stage);
    stage_stop(stage);
    wish("{\"op\": \"grow\", \"max\": 1}");
    file_replace(MAIL ".wish.5.0.other", "{\"op\": \"offers\"}");
    stage_start(stage);
    stage_expect_file(stage, ANSWER, "\"granted\":1,\"seq\":1");
    stage_expect_file(stage, MAIL "answer/other.json", "granted");
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
}

static void test_a_job_can_be_woken_by_a_signal(void **state)
{
    struct stage *stage = *state;

    start_local(stage);
    stage_submit(stage,
                 "{\"command\": \"trap 'cp $ERM_JOB_DIR/directive.json seen'"
                 " USR2; touch ready; while :; do sleep 0.05; done\","
                 " \"type\": \"evolving\", \"resize\": \"app\","
                 " \"resize_signal\": \"USR2\", \"max_nodes\": 3}");
    stage_expect(stage, 1, JOB_RUNNING);
    stage_expect_file(stage, "ready", "");
    resize(stage, DIRECTIVE_GROW, 2, ASKED_BY_USER);
    stage_expect_file(stage, "seen", "\"seq\":1,");
    stage_send(stage, EV_CANCEL, 1);
    stage_expect(stage, 1, JOB_CANCELLED);
}

#define TEST(function) \
    cmocka_unit_test_setup_teardown(function, stage_enter, stage_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_directive_is_shown),
        TEST(test_accepted_and_done),
        TEST(test_refused_with_a_time_to_ask_again),
        TEST(test_a_shrink_leaves_the_hosts_first),
        TEST(test_what_cannot_be_used_is_one_line_and_nothing_else),
        TEST(test_a_job_cannot_stop_the_manager),
        TEST(test_many_senseless_files_are_told_seldom),
        TEST(test_a_file_that_is_being_written_is_waited_for),
        TEST(test_a_job_may_give_another_node),
        TEST(test_a_user_who_asks_leaves_no_choice),
        TEST(test_one_that_is_never_answered_is_taken_back),
        TEST(test_one_that_is_not_done_in_time_is_taken_back),
        TEST(test_what_is_said_while_no_manager_runs_counts),
        TEST(test_what_was_taken_and_not_done_counts),
        TEST(test_files_that_are_old_are_renewed),
        TEST(test_a_directive_that_was_lost_is_shown_again),
        TEST(test_a_wish_is_granted),
        TEST(test_a_part_is_granted),
        TEST(test_one_that_cannot_be_is_denied_with_a_reason),
        TEST(test_one_that_may_wait_is_queued_and_then_granted),
        TEST(test_one_that_waits_too_long_is_denied),
        TEST(test_a_new_one_takes_the_place_of_one_that_waits),
        TEST(test_nodes_that_were_left_are_released_at_once),
        TEST(test_a_size_can_be_set),
        TEST(test_offers_are_told_and_progress_is_read),
        TEST(test_wishes_of_no_sense),
        TEST(test_a_wish_waits_over_a_restart),
        TEST(test_what_was_granted_is_not_granted_again),
        TEST(test_what_was_wished_while_no_manager_runs_is_answered),
        TEST(test_a_job_can_be_woken_by_a_signal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
