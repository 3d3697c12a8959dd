/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Connections to hosts, which are this machine by a script in the place of
 * erm-rsh (../dvm/bin/here-rsh), with spans that a test can wait
 * for; what a slow machine could need has more, but where a test waits for its
 * end.
 */
#include "../dvm/scene.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "launch/hosts.h"

#define MS USEC_PER_MSEC
#define REPORTS 64

static const struct hosts_spans quick = {
    .tick = 10 * MS,
    .beat = 60 * MS,
    .silence = 10 * USEC_PER_SEC,
    .connect = 10 * USEC_PER_SEC,
    .retry = 20 * MS,
    .retry_max = 80 * MS,
    .operation = 10 * USEC_PER_SEC,
    .flaky = 3600 * USEC_PER_SEC,
    .cooldown = 300 * MS,
    .cooldown_max = 900 * MS,
};

struct told {
    uint32_t node;
    bool is_up;
    char reason[200];
    uint32_t slots;
    int64_t when;
};

struct desk {
    struct scene *scene;
    struct event_base *loop;
    struct log log;
    char mark[20];
    struct engine engine;
    struct hosts *hosts;
    struct idset unready;
    struct told told[REPORTS];
    size_t n_told, n_seen; /* n_seen: by expect_told() */
    int n_done;
    uint32_t n_found;
    size_t n_told_when_done;
    int64_t live;        /* the job that runs */
    uint32_t given_back; /* a node that it does not have any more */
};

static void on_node_report(void *context,
                           const struct launch_node_report *report)
{
    struct desk *desk = context;
    struct told *told = &desk->told[desk->n_told++];

    assert_true(desk->n_told < REPORTS);
    told->node = report->node;
    told->is_up = report->is_up;
    told->slots = report->slots;
    told->when = clock_boot_us();
    snprintf(told->reason, sizeof(told->reason), "%s",
             report->reason ? report->reason : "");
}

static enum hosts_claim claim(void *context, const struct launch_key *key,
                              uint32_t node)
{
    const struct desk *desk = context;

    if (key->job_id != desk->live || key->attempt != 1)
        return HOSTS_OVER;
    return node == desk->given_back ? HOSTS_GIVEN_BACK : HOSTS_LIVE;
}

static void on_done(void *context)
{
    struct desk *desk = context;

    desk->n_done++;
    desk->n_told_when_done = desk->n_told;
}

static int enter_with(void **state, const struct hosts_spans *spans)
{
    static int n;
    struct desk *desk = mem_alloc(sizeof(*desk));
    struct hosts_config config = {.node_report = on_node_report,
                                  .report_context = desk,
                                  .claim = claim,
                                  .claim_context = desk,
                                  .spans = spans};
    void *scene;

    scene_enter(&scene);
    desk->scene = scene;
    desk->given_back = IDSET_NONE;
    desk->loop = event_base_new();
    snprintf(desk->mark, sizeof(desk->mark), "%x%04x", (unsigned)getpid(), ++n);
    desk->engine.mark = desk->mark;
    desk->engine.rsh = mem_strdup(FAKE_BIN "/here-rsh");
    desk->engine.rsh_how = mem_strdup("ssh");
    idset_init(&desk->unready);
    config.loop = desk->loop;
    config.log = &desk->log;
    config.engine = &desk->engine;
    desk->hosts = hosts_create(&config);
    *state = desk;
    return 0;
}

static int enter(void **state)
{
    return enter_with(state, &quick);
}

static int enter_with_short_connect(void **state)
{
    struct hosts_spans spans = quick;

    spans.connect = 300 * MS;
    return enter_with(state, &spans);
}

static int enter_with_short_silence(void **state)
{
    struct hosts_spans spans = quick;

    spans.silence = 600 * MS;
    return enter_with(state, &spans);
}

static int enter_with_short_operation(void **state)
{
    struct hosts_spans spans = quick;

    spans.operation = 500 * MS;
    return enter_with(state, &spans);
}

static int leave(void **state)
{
    struct desk *desk = *state;
    void *scene = desk->scene;

    hosts_destroy(desk->hosts);
    event_base_free(desk->loop);
    idset_release(&desk->unready);
    free(desk->engine.rsh);
    free(desk->engine.rsh_how);
    free(desk);
    return scene_leave(&scene);
}

static void turn(struct desk *desk)
{
    struct timeval tick = {.tv_usec = 2000};

    event_base_loopexit(desk->loop, &tick);
    event_base_loop(desk->loop, EVLOOP_ONCE);
}

#define TURN_UNTIL(desk, condition)                                \
    for (int turns_ = 0; !(condition); turns_++) {                 \
        if (turns_ > SANDBOX_WAIT_MS / 2)                          \
            fail_msg("%s:%d: %s", __FILE__, __LINE__, #condition); \
        turn(desk);                                                \
    }

/* The next report is about NODE; it is borrowed. */
static const struct told *expect_told(struct desk *desk, uint32_t node,
                                      bool is_up)
{
    const struct told *told;

    TURN_UNTIL(desk, desk->n_told > desk->n_seen);
    told = &desk->told[desk->n_seen++];
    assert_int_equal(told->node, node);
    if (told->is_up != is_up)
        fail_msg("node %u: %s", node, told->reason);
    return told;
}

/* The pool is these hosts from now on, N of them. */
static void set(struct desk *desk, const char *const *names, uint32_t n)
{
    struct launch_node nodes[8] = {{0}};

    for (uint32_t i = 0; i < n; i++)
        nodes[i].name = names[i];
    idset_clear(&desk->unready);
    hosts_set(desk->hosts, nodes, n, &desk->unready);
}

#define SET(desk, ...)                            \
    set(desk, (const char *const[]){__VA_ARGS__}, \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static void put_host(const struct desk *desk, const char *name,
                     const char *does)
{
    char file[40];

    snprintf(file, sizeof(file), "host.%s", name);
    scene_put(desk->scene, file, does);
}

static pid_t pid_of(const struct desk *desk, const char *name)
{
    char file[40];

    snprintf(file, sizeof(file), "pid.%s", name);
    return scene_pid(desk->scene, file);
}

/* A pool of one host, "a", that is up. */
static void set_one(struct desk *desk)
{
    SET(desk, "a");
    expect_told(desk, 0, true);
}

static char *key_of(const struct desk *desk, int64_t job,
                    char buf[ENGINE_KEY_MAX])
{
    return engine_key(&desk->engine, &(struct launch_key){job, 1, 0}, buf);
}

/* ---- up and down ---- */

static void test_hosts_that_answer(void **state)
{
    struct desk *desk = *state;
    const struct told *told;

    SET(desk, "a");
    assert_true(idset_has(&desk->unready, 0));
    assert_int_equal(desk->n_told, 0); /* not from inside the call */
    told = expect_told(desk, 0, true);
    assert_true(told->slots >= 1);
    assert_int_equal(hosts_cores(desk->hosts, 0), told->slots);
    SET(desk, "a", "b");
    assert_false(idset_has(&desk->unready, 0));
    assert_true(idset_has(&desk->unready, 1));
    expect_told(desk, 1, true);
    assert_int_equal(hosts_cores(desk->hosts, 9), 0);
    /* one connection each, and they stay */
    for (int64_t end = clock_boot_us() + 5 * quick.beat; clock_boot_us() < end;)
        turn(desk);
    assert_int_equal(desk->n_told, 2);
    assert_int_equal(scene_count_lines(desk->scene, "rsh.calls"), 2);
}

static void test_a_host_that_refuses(void **state)
{
    struct desk *desk = *state;
    const struct told *told;

    put_host(desk, "a", "refuse");
    SET(desk, "a");
    told = expect_told(desk, 0, false);
    assert_string_equal(told->reason,
                        "cannot be reached: ssh: connect to host a port 22: "
                        "Connection refused");
    put_host(desk, "a", "");
    TURN_UNTIL(desk, desk->told[desk->n_told - 1].is_up);
}

static void test_a_host_that_never_answers(void **state)
{
    struct desk *desk = *state;
    const struct told *told;
    int64_t begun = clock_boot_us();

    put_host(desk, "a", "silent");
    SET(desk, "a");
    told = expect_told(desk, 0, false);
    assert_string_equal(told->reason, "does not answer");
    assert_true(told->when - begun >= 300 * MS);
    AWAIT(!scene_is_alive(pid_of(desk, "a")));
}

/* Somebody killed ssh: no reason to end the jobs there. */
static void test_the_connection_ends(void **state)
{
    struct desk *desk = *state;
    struct idset nodes;
    char key[ENGINE_KEY_MAX];
    pid_t old;

    set_one(desk);
    old =
        scene_start_keyed(desk->scene, key_of(desk, 6, key), "exec sleep 100");
    kill(pid_of(desk, "a"), SIGKILL);
    TURN_UNTIL(desk, scene_count_lines(desk->scene, "rsh.calls") == 2);
    idset_init(&nodes);
    idset_add(&nodes, 0);
    hosts_probe(desk->hosts, &nodes, on_done, desk);
    TURN_UNTIL(desk, desk->n_done == 1);
    assert_int_equal(sandbox_wait(old), 128 + SIGKILL); /* before it answers */
    assert_int_equal(desk->n_told, 1);
    SET(desk, "a");
    assert_false(idset_has(&desk->unready, 0));
    idset_release(&nodes);
}

static void test_it_cannot_be_connected_to_again(void **state)
{
    struct desk *desk = *state;
    struct idset nodes;

    set_one(desk);
    put_host(desk, "a", "refuse");
    kill(pid_of(desk, "a"), SIGKILL);
    assert_non_null(
        strstr(expect_told(desk, 0, false)->reason, "cannot be reached: "));
    idset_init(&nodes);
    idset_add(&nodes, 0);
    hosts_probe(desk->hosts, &nodes, on_done, desk);
    TURN_UNTIL(desk, desk->n_done == 1); /* it is known to be down */
    put_host(desk, "a", "");
    TURN_UNTIL(desk, desk->told[desk->n_told - 1].is_up);
    idset_release(&nodes);
}

static int enter_with_long_beat(void **state)
{
    struct hosts_spans spans = quick;

    spans.beat = 10 * USEC_PER_SEC;
    return enter_with(state, &spans);
}

/* What ends again before it has lasted is no good. */
static void test_the_connection_ends_twice(void **state)
{
    struct desk *desk = *state;
    struct idset nodes;

    set_one(desk);
    idset_init(&nodes);
    idset_add(&nodes, 0);
    kill(pid_of(desk, "a"), SIGKILL);
    hosts_probe(desk->hosts, &nodes, on_done, desk);
    TURN_UNTIL(desk, desk->n_done == 1); /* it is connected to again */
    kill(pid_of(desk, "a"), SIGKILL);
    assert_string_equal(expect_told(desk, 0, false)->reason,
                        "the connection ended");
    expect_told(desk, 0, true);
    idset_release(&nodes);
}

static void test_a_host_falls_silent(void **state)
{
    struct desk *desk = *state;
    const struct told *told;
    int64_t begun;
    pid_t pid;

    set_one(desk);
    pid = pid_of(desk, "a");
    begun = clock_boot_us();
    kill(pid, SIGSTOP);
    told = expect_told(desk, 0, false);
    assert_string_equal(told->reason, "does not answer");
    assert_true(told->when - begun >= 600 * MS - quick.beat - 2 * quick.tick);
    TURN_UNTIL(desk, !scene_is_alive(pid));
}

static void test_a_host_that_leaves_the_pool(void **state)
{
    struct desk *desk = *state;
    pid_t pid;

    set_one(desk);
    pid = pid_of(desk, "a");
    set(desk, (const char *const[]){NULL}, 1);
    TURN_UNTIL(desk, !scene_is_alive(pid));
    assert_true(idset_count(&desk->unready) == 0);
    SET(desk, "b"); /* another one with its number */
    assert_true(idset_has(&desk->unready, 0));
    expect_told(desk, 0, true);
    set(desk, NULL, 0);
    TURN_UNTIL(desk, !scene_is_alive(pid_of(desk, "b")));
}

static void test_retries_get_rarer(void **state)
{
    struct desk *desk = *state;

    put_host(desk, "a", "refuse");
    SET(desk, "a");
    TURN_UNTIL(desk, desk->n_told == 6);
    for (size_t i = 1; i < 6; i++) { /* 20, 40, 80, 80, 80 ms */
        int64_t span = i < 3 ? quick.retry << (i - 1) : quick.retry_max;
        assert_true(desk->told[i].when - desk->told[i - 1].when >= span);
    }
}

#define MANY 40

static int enter_with_long_tick(void **state)
{
    struct hosts_spans spans = quick;

    spans.tick = 60 * USEC_PER_SEC;
    return enter_with(state, &spans);
}

/* More than are connected to at once: the next begins when one is done. */
static void test_many_hosts(void **state)
{
    struct desk *desk = *state;
    struct launch_node nodes[MANY];
    char names[MANY][8];

    for (uint32_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof(names[i]), "h%u", i);
        nodes[i] = (struct launch_node){.name = names[i]};
    }
    hosts_set(desk->hosts, nodes, MANY, &desk->unready);
    TURN_UNTIL(desk, desk->n_told == MANY);
    for (uint32_t i = 0; i < MANY; i++)
        assert_true(desk->told[i].is_up);
}

/* ---- hosts that fail again and again ---- */

static void fail_once(struct desk *desk)
{
    TURN_UNTIL(desk, desk->told[desk->n_told - 1].is_up);
    put_host(desk, "a", "refuse");
    kill(pid_of(desk, "a"), SIGKILL);
    TURN_UNTIL(desk, !desk->told[desk->n_told - 1].is_up);
    put_host(desk, "a", "");
}

static void test_a_flaky_host_cools_down(void **state)
{
    static const dur_us spans[] = {0, 300 * MS, 600 * MS, 900 * MS, 900 * MS};
    struct desk *desk = *state;

    SET(desk, "a");
    TURN_UNTIL(desk, desk->n_told == 1);
    for (size_t i = 0; i < 5; i++) {
        size_t before = desk->n_told;
        fail_once(desk);
        TURN_UNTIL(desk, desk->told[desk->n_told - 1].is_up);
        assert_true(desk->told[desk->n_told - 1].when -
                        desk->told[before].when >=
                    spans[i] - 5 * MS);
        assert_int_equal(desk->n_told - before, i == 0 ? 2 : 3);
    }
    assert_non_null(strstr(desk->told[desk->n_told - 2].reason,
                           "answers again, but failed 5 times: not used for "));
}

static void test_resume_ends_the_cool_down(void **state)
{
    struct desk *desk = *state;
    int64_t begun;
    size_t before;

    SET(desk, "a");
    TURN_UNTIL(desk, desk->n_told == 1);
    for (int i = 0; i < 4; i++)
        fail_once(desk);
    TURN_UNTIL(desk, strstr(desk->told[desk->n_told - 1].reason, "4 times"));
    begun = clock_boot_us();
    before = desk->n_told;
    hosts_resume(desk->hosts, 0);
    assert_int_equal(desk->n_told, before);
    TURN_UNTIL(desk, desk->told[desk->n_told - 1].is_up);
    assert_true(clock_boot_us() - begun < 600 * MS);
    before = desk->n_told;
    fail_once(desk); /* and it counts from one again */
    TURN_UNTIL(desk, desk->told[desk->n_told - 1].is_up);
    assert_int_equal(desk->n_told - before, 2);
    hosts_resume(desk->hosts, 7); /* there is none */
}

/* ---- left-overs ---- */

static void test_left_overs_go_before_it_is_up(void **state)
{
    struct desk *desk = *state;
    char key[ENGINE_KEY_MAX];
    pid_t old, live, other, pool;

    desk->live = 7;
    old =
        scene_start_keyed(desk->scene, key_of(desk, 6, key), "exec sleep 100");
    live =
        scene_start_keyed(desk->scene, key_of(desk, 7, key), "exec sleep 100");
    pool =
        scene_start_keyed(desk->scene, key_of(desk, 0, key), "exec sleep 100");
    other = scene_start_keyed(desk->scene, "fedcba98.6.1", "exec sleep 100");
    SET(desk, "a");
    while (desk->n_told == 0) {
        turn(desk);
        if (desk->n_told == 0)
            waitpid(-1, NULL, WNOHANG);
    }
    assert_true(desk->told[0].is_up);
    assert_false(scene_is_alive(old));
    assert_true(scene_is_alive(live));
    assert_true(scene_is_alive(other));
    assert_true(scene_is_alive(pool));
}

static void test_sweep(void **state)
{
    struct desk *desk = *state;
    char key[ENGINE_KEY_MAX];
    struct idset nodes;
    pid_t job, other;

    SET(desk, "a", "b");
    TURN_UNTIL(desk, desk->n_told == 2);
    other =
        scene_start_keyed(desk->scene, key_of(desk, 8, key), "exec sleep 100");
    job = scene_start_keyed(desk->scene, key_of(desk, 7, key),
                            "trap '' TERM; exec sleep 100");
    idset_init(&nodes);
    idset_add_range(&nodes, 0, 5); /* some of them are no hosts */
    hosts_sweep(desk->hosts, &nodes, key, true, on_done, desk);
    assert_int_equal(desk->n_done, 0); /* always later */
    TURN_UNTIL(desk, desk->n_done == 1);
    assert_int_equal(sandbox_wait(job), 128 + SIGKILL);
    assert_true(scene_is_alive(other));
    idset_release(&nodes);
}

static void test_sweep_where_nobody_answers(void **state)
{
    struct desk *desk = *state;
    int64_t begun = clock_boot_us();
    struct idset nodes;

    put_host(desk, "a", "silent");
    SET(desk, "a");
    idset_init(&nodes);
    hosts_sweep(desk->hosts, &nodes, "k", true, on_done, desk);
    idset_add(&nodes, 0);
    hosts_sweep(desk->hosts, &nodes, "k", true, on_done, desk);
    assert_int_equal(desk->n_done, 0);
    TURN_UNTIL(desk, desk->n_done == 2);
    assert_true(clock_boot_us() - begun < quick.operation);
    idset_release(&nodes);
}

/* It will be swept when it is back: the end of a job does not wait for it. */
static void test_a_host_stands_still_during_a_sweep(void **state)
{
    struct desk *desk = *state;
    struct idset nodes;

    SET(desk, "a", "b");
    TURN_UNTIL(desk, desk->n_told == 2);
    kill(pid_of(desk, "b"), SIGSTOP);
    idset_init(&nodes);
    idset_add_range(&nodes, 0, 1);
    hosts_sweep(desk->hosts, &nodes, "k", false, on_done, desk);
    TURN_UNTIL(desk, desk->n_done == 1);
    idset_release(&nodes);
}

static void test_a_host_dies_during_a_sweep(void **state)
{
    struct desk *desk = *state;
    struct idset nodes;

    set_one(desk);
    kill(pid_of(desk, "a"), SIGSTOP);
    idset_init(&nodes);
    idset_add(&nodes, 0);
    hosts_sweep(desk->hosts, &nodes, "k", false, on_done, desk);
    kill(pid_of(desk, "a"), SIGKILL);
    TURN_UNTIL(desk, desk->n_done == 1);
    assert_int_equal(desk->n_done, 1);
    idset_release(&nodes);
}

/* ---- signals ---- */

static void on_found(void *context, uint32_t n)
{
    struct desk *desk = context;

    desk->n_done++;
    desk->n_found = n;
}

static uint32_t signal_all(struct desk *desk, int signal, const char *key)
{
    int n_done = desk->n_done;
    struct idset nodes = {.count = 0};

    idset_add_range(&nodes, 0, 5);
    hosts_signal(desk->hosts, &nodes, signal, key, on_found, desk);
    assert_int_equal(desk->n_done, n_done); /* always later */
    TURN_UNTIL(desk, desk->n_done == n_done + 1);
    idset_release(&nodes);
    return desk->n_found;
}

static void test_a_signal_and_how_many_it_reached(void **state)
{
    struct desk *desk = *state;
    char key[ENGINE_KEY_MAX], other_key[ENGINE_KEY_MAX];
    pid_t job, other;

    set_one(desk);
    other = scene_start_keyed(desk->scene, key_of(desk, 8, other_key),
                              "exec sleep 100");
    job =
        scene_start_keyed(desk->scene, key_of(desk, 7, key), "exec sleep 100");
    assert_int_equal(signal_all(desk, 0, key), 1);
    assert_true(scene_is_alive(job));
    assert_int_equal(signal_all(desk, SIGTERM, key), 1);
    assert_int_equal(sandbox_wait(job), 128 + SIGTERM);
    assert_int_equal(signal_all(desk, 0, key), 0);
    assert_true(scene_is_alive(other));
    assert_int_equal(signal_all(desk, SIGKILL, other_key), 1);
    assert_int_equal(sandbox_wait(other), 128 + SIGKILL);
}

static void test_a_host_that_does_not_answer_may_have_something(void **state)
{
    struct desk *desk = *state;

    set_one(desk);
    kill(pid_of(desk, "a"), SIGSTOP);
    assert_int_equal(signal_all(desk, 0, "k"), 1);
    put_host(desk, "a", "refuse");
    kill(pid_of(desk, "a"), SIGKILL);
    TURN_UNTIL(desk, desk->n_told == 2 && !desk->told[1].is_up);
    assert_int_equal(signal_all(desk, 0, "k"), 0);
}

/* ---- probes ---- */

static void test_probe_of_hosts_that_are_well(void **state)
{
    struct desk *desk = *state;
    struct idset nodes;

    SET(desk, "a", "b");
    TURN_UNTIL(desk, desk->n_told == 2);
    idset_init(&nodes);
    idset_add_range(&nodes, 0, 1);
    hosts_probe(desk->hosts, &nodes, on_done, desk);
    TURN_UNTIL(desk, desk->n_done == 1);
    assert_int_equal(desk->n_told, 2);
    idset_release(&nodes);
}

static void test_probe_of_a_host_that_is_silent(void **state)
{
    struct desk *desk = *state;
    struct idset nodes;

    SET(desk, "a", "b");
    TURN_UNTIL(desk, desk->n_told == 2);
    kill(pid_of(desk, "b"), SIGSTOP);
    idset_init(&nodes);
    idset_add_range(&nodes, 0, 1);
    hosts_probe(desk->hosts, &nodes, on_done, desk);
    TURN_UNTIL(desk, desk->n_done == 1);
    assert_int_equal(desk->n_told_when_done, 3); /* it was told before */
    assert_int_equal(desk->told[2].node, 1);
    assert_false(desk->told[2].is_up);
    idset_release(&nodes);
}

static void test_the_end_with_an_operation_under_way(void **state)
{
    struct desk *desk = *state;
    struct idset nodes;

    set_one(desk);
    idset_init(&nodes);
    idset_add(&nodes, 0);
    hosts_probe(desk->hosts, &nodes, on_done, desk);
    idset_release(&nodes);
    /* leave() destroys it: nobody is called any more */
}

int main(void)
{
#define AT_DESK(f) cmocka_unit_test_setup_teardown(f, enter, leave)
    const struct CMUnitTest tests[] = {
        AT_DESK(test_hosts_that_answer),
        AT_DESK(test_a_host_that_refuses),
        cmocka_unit_test_setup_teardown(test_a_host_that_never_answers,
                                        enter_with_short_connect, leave),
        AT_DESK(test_the_connection_ends),
        AT_DESK(test_it_cannot_be_connected_to_again),
        cmocka_unit_test_setup_teardown(test_the_connection_ends_twice,
                                        enter_with_long_beat, leave),
        cmocka_unit_test_setup_teardown(test_a_host_falls_silent,
                                        enter_with_short_silence, leave),
        AT_DESK(test_a_host_that_leaves_the_pool),
        AT_DESK(test_retries_get_rarer),
        cmocka_unit_test_setup_teardown(test_many_hosts, enter_with_long_tick,
                                        leave),
        AT_DESK(test_a_flaky_host_cools_down),
        AT_DESK(test_resume_ends_the_cool_down),
        AT_DESK(test_left_overs_go_before_it_is_up),
        AT_DESK(test_sweep),
        AT_DESK(test_sweep_where_nobody_answers),
        cmocka_unit_test_setup_teardown(test_a_host_stands_still_during_a_sweep,
                                        enter_with_short_operation, leave),
        AT_DESK(test_a_host_dies_during_a_sweep),
        AT_DESK(test_a_signal_and_how_many_it_reached),
        cmocka_unit_test_setup_teardown(
            test_a_host_that_does_not_answer_may_have_something,
            enter_with_short_operation, leave),
        AT_DESK(test_probe_of_hosts_that_are_well),
        cmocka_unit_test_setup_teardown(test_probe_of_a_host_that_is_silent,
                                        enter_with_short_operation, leave),
        AT_DESK(test_the_end_with_an_operation_under_way),
    };

    signal(SIGPIPE, SIG_IGN); /* as the manager has it */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
