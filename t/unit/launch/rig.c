/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/alloc.h"
#include "rig.h"

static void on_report(void *context, const struct launch_report *report)
{
    struct rig *rig = context;
    assert_true(rig->n < RIG_REPORTS);
    struct launch_report *copy = &rig->reports[rig->n++];
    *copy = *report;
    copy->text = mem_strdup(report->text);
    const char *command = rig->then_start;
    rig->then_start = NULL;
    if (command)
        rig_start(rig, 100, command);
}

static void on_node_report(void *context,
                           const struct launch_node_report *report)
{
    struct rig *rig = context;
    if (report->is_up) {
        rig->n_up++;
        return;
    }
    rig->n_down++;
    rig->n_at_down = rig->n;
}

static bool job_nodes(void *context, int64_t job_id, struct idset *out)
{
    const struct rig *rig = context;
    (void)job_id;
    if (rig->present)
        idset_copy(out, rig->present);
    return rig->present != NULL;
}

static void set_env(struct rig *rig, int64_t id)
{
    char mark[SANDBOX_PATH];
    for (char **item = rig->env; item && *item; item++)
        free(*item);
    free(rig->env);
    rig->env = mem_alloc_array(5, sizeof(char *));
    assert_true(asprintf(&rig->env[0], "PATH=%s", getenv("PATH")) > 0);
    assert_true(asprintf(&rig->env[1], "ERM_JOB_ID=%lld", (long long)id) > 0);
    rig->env[2] = mem_strdup(sandbox_mark(&rig->box, mark));
    assert_true(asprintf(&rig->env[3], "FAKE=%s", rig->box.dir) > 0);
}

static void set_request(struct rig *rig)
{
    idset_init(&rig->nodes);
    idset_add(&rig->nodes, 0);
    sandbox_path(&rig->box, "out", rig->out);
    rig->request = (struct launch_request){.key = {.attempt = 1},
                                           .cwd = rig->box.dir,
                                           .stdout_path = rig->out,
                                           .stderr_path = rig->out,
                                           .nodes = &rig->nodes,
                                           .walltime = TIME_NEVER,
                                           .grace = 10 * USEC_PER_SEC};
}

static void create_launcher(struct rig *rig, rig_create_f *create)
{
    static const struct launch_node nodes[RIG_NODES] = {{"a", 0}, {"b", 7}};
    uint32_t slots[RIG_NODES];
    struct idset unready;
    struct err err;
    idset_init(&unready);
    rig->launcher = create(&rig->config, &err);
    assert_non_null(rig->launcher);
    assert_int_equal(rig->launcher->ops->set_nodes(rig->launcher, nodes,
                                                   RIG_NODES, slots, &unready,
                                                   &err),
                     0);
    assert_int_equal(idset_count(&unready),
                     strcmp(rig->launcher->ops->name, "prrte") ? 0 : RIG_NODES);
    idset_release(&unready);
    assert_true(slots[0] >= 1);
    assert_int_equal(slots[1], 7);
}

int rig_setup(void **state, rig_create_f *create)
{
    struct rig *rig = mem_alloc(sizeof(*rig));
    sandbox_init(&rig->box);
    rig->loop = event_base_new();
    rig->log.stream = NULL;
    rig->config = (struct launcher_config){.loop = rig->loop,
                                           .log = &rig->log,
                                           .jobs_fd = rig->box.jobs_fd,
                                           .jobs_dir = rig->box.jobs,
                                           .shepherd_path = SHEPHERD_PATH,
                                           .report = on_report,
                                           .node_report = on_node_report,
                                           .job_nodes = job_nodes,
                                           .context = rig};
    set_request(rig);
    create_launcher(rig, create);
    *state = rig;
    return 0;
}

int rig_teardown(void **state)
{
    struct rig *rig = *state;
    rig->launcher->ops->destroy(rig->launcher);
    event_base_free(rig->loop);
    sandbox_release(&rig->box);
    idset_release(&rig->nodes);
    for (size_t i = 0; i < rig->n; i++)
        free((char *)(uintptr_t)rig->reports[i].text);
    for (char **item = rig->env; item && *item; item++)
        free(*item);
    free(rig->env);
    free(rig);
    return 0;
}

void rig_restart(struct rig *rig, rig_create_f *create)
{
    rig->launcher->ops->destroy(rig->launcher);
    create_launcher(rig, create);
}

static void set_dvm(struct rig *rig)
{
    const struct launch_key *key = &rig->request.key;
    char claim[CLAIM_NAME_MAX], name[CLAIM_NAME_MAX + 8];
    claim_name(key->job_id, key->attempt, key->part, claim);
    snprintf(name, sizeof(name), "jobs/%s", claim);
    sandbox_path(&rig->box, name, rig->job_dir);
    snprintf(name, sizeof(name), "nodes.%s", claim);
    sandbox_path(&rig->box, name, rig->node_file);
    FILE *file = fopen(rig->node_file, "we");
    IDSET_EACH (&rig->nodes, node) {
        fprintf(file, "%c slots=1\n", 'a' + (char)node);
    }
    fclose(file);
    rig->dvm.node_file = rig->node_file;
    rig->dvm.job_dir = rig->job_dir;
    rig->request.dvm = &rig->dvm;
}

void rig_start(struct rig *rig, int64_t id, const char *command)
{
    struct err err = {.code = ERR_NONE};
    set_env(rig, id);
    rig->request.key.job_id = id;
    rig->request.command = command;
    rig->request.env = (const char *const *)rig->env;
    if (rig->has_dvm)
        set_dvm(rig);
    if (rig->launcher->ops->start(rig->launcher, &rig->request, &err))
        fail_msg("%s", err.text);
}

static time_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

void rig_turn(struct rig *rig)
{
    /* So that a loop with nothing to do comes back too. */
    struct timeval tick = {.tv_usec = 5000};
    event_base_loopexit(rig->loop, &tick);
    event_base_loop(rig->loop, EVLOOP_ONCE);
}

void rig_await(struct rig *rig, size_t n)
{
    time_t end = now() + SANDBOX_WAIT_MS / 1000;
    while (rig->n < n) {
        assert_true(now() < end);
        rig_turn(rig);
    }
}

void rig_await_output(struct rig *rig)
{
    time_t end = now() + SANDBOX_WAIT_MS / 1000;
    while (!sandbox_has(&rig->box, "out")) {
        assert_true(now() < end);
        rig_turn(rig);
    }
}

void rig_assert_signal(const struct rig *rig, const struct exit_record *exit,
                       int signal)
{
    assert_int_equal(exit->signal, rig->has_dvm ? 0 : signal);
    assert_int_equal(exit->code, rig->has_dvm ? 128 + signal : 0);
}

void rig_assert_report(const struct rig *rig, size_t i, int64_t id, int what)
{
    assert_true(i < rig->n);
    assert_int_equal(rig->reports[i].key.job_id, id);
    assert_int_equal(rig->reports[i].key.attempt, 1);
    assert_int_equal(rig->reports[i].what, what);
}

struct exit_record rig_run(struct rig *rig, int64_t id, const char *command)
{
    size_t before = rig->n;
    rig_start(rig, id, command);
    rig_await(rig, before + 2);
    assert_int_equal(rig->n, before + 2);
    rig_assert_report(rig, before, id, LAUNCH_STARTED);
    rig_assert_report(rig, before + 1, id, LAUNCH_ENDED);
    return rig->reports[before + 1].exit;
}

int rig_run_tests(const struct CMUnitTest *tests, size_t n,
                  int (*setup)(void **state), int (*teardown)(void **state))
{
    size_t total = n + n_contract_tests;
    struct CMUnitTest *all = mem_alloc_array(total, sizeof(*all));
    for (size_t i = 0; i < total; i++) {
        all[i] = i < n_contract_tests ? contract_tests[i]
                                      : tests[i - n_contract_tests];
        all[i].setup_func = setup;
        all[i].teardown_func = teardown;
    }
    int rc = _cmocka_run_group_tests("launcher", all, total, NULL, NULL);
    free(all);
    return rc;
}
