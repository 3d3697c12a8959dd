/* SPDX-License-Identifier: BSD-2-Clause */
/* erm status, reload, stop: the manager itself. */
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/duration.h"
#include "cli/commands.h"
#include "cli/job_view.h"
#include "cli/time_text.h"

#define STOP_PATIENCE_MS 30000

enum { KEY_JSON = OPTION_FIRST_KEY, KEY_CANCEL };

static const struct option_row rows[] = {
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {0, NULL, NULL, NULL},
};
static const struct option_row stop_rows[] = {
    {KEY_CANCEL, "cancel-jobs", NULL, "end the running jobs too"},
    {KEY_JSON, "json", NULL, "print the answer as JSON"},
    {0, NULL, NULL, NULL},
};

/* Nothing for an empty TEXT. */
static void print_line(const struct cli *cli, const char *name,
                       const char *text)
{
    if (*text != '\0')
        fprintf(cli->out, "%-10s %s\n", name, text);
}

/* Who answers, and since when. */
static void print_manager(const struct cli *cli, const json_t *status)
{
    char clock[TIME_TEXT_MAX], span[DURATION_TEXT_MAX];
    time_us started = 0, now = clock_wall_us();
    fprintf(cli->out, "%-10s running, version %s, pid %" PRId64, "manager",
            view_text(status, "version"), view_integer(status, "pid"));
    if (time_text_parse(view_text(status, "started"), &started) == 0)
        fprintf(cli->out, ", since %s (%s)",
                time_text_clock(started, now, clock),
                duration_human(now > started ? now - started : 0, span));
    fputc('\n', cli->out);
}

/* In words, in the order of the options of erm run. */
static void print_settings(const struct cli *cli, const json_t *settings)
{
    struct strbuf text;
    if (!json_is_object(settings))
        return;
    strbuf_init(&text);
    strbuf_add_fmt(
        &text,
        "start at %s, backfill %s%s, mode %s, sizing %s, "
        "expand %s, shrink %s, cool-down ",
        view_integer(settings, "start") == 0 ? "min_nodes" : "max_nodes",
        view_text(settings, "backfill"),
        strcmp(view_text(settings, "backfill_order"), "sjf") == 0
            ? " shortest first"
            : "",
        view_text(settings, "mode"), view_text(settings, "sizing"),
        view_text(settings, "expand"), view_text(settings, "shrink"));
    if (view_is_null(settings, "cooldown"))
        strbuf_add_str(&text, "by rule");
    else
        strbuf_add_fmt(&text, "%g s", view_number(settings, "cooldown"));
    if (view_number(settings, "evolving_delay") > 0)
        strbuf_add_fmt(&text, ", grants may delay others by %g s",
                       view_number(settings, "evolving_delay"));
    print_line(cli, "settings", text.text);
    strbuf_release(&text);
}

/* "5: 4 allocated, 1 idle"; only what there is. */
static void print_counts(const struct cli *cli, const char *name,
                         const json_t *counts)
{
    struct strbuf text;
    const char *key;
    json_t *value;
    const json_t *total = json_object_get(counts, "total");
    bool is_first = true;
    strbuf_init(&text);
    if (total != NULL)
        strbuf_add_fmt(&text, "%" JSON_INTEGER_FORMAT,
                       json_integer_value(total));
    /* jansson's iterator wants no const; nothing is changed */
    json_object_foreach((json_t *)(uintptr_t)counts, key, value)
    {
        if (value == total || json_integer_value(value) == 0)
            continue;
        strbuf_add_fmt(&text, "%s%" JSON_INTEGER_FORMAT " %s",
                       !is_first       ? ", "
                       : total != NULL ? ": "
                                       : "",
                       json_integer_value(value), key);
        is_first = false;
    }
    print_line(cli, name, text.len > 0 ? text.text : "none");
    strbuf_release(&text);
}

/* "Slurm allocation 4711: n[01-04], ends 14:05:00 (in 59 min)" */
static void print_source(const struct cli *cli, const json_t *source)
{
    char clock[TIME_TEXT_MAX], span[DURATION_TEXT_MAX];
    time_us ends = 0, now = clock_wall_us();
    struct strbuf text;
    strbuf_init(&text);
    strbuf_add_str(&text, view_text(source, "text"));
    if (time_text_parse(view_text(source, "ends"), &ends) == 0) {
        strbuf_add_fmt(&text, ", %s %s", ends > now ? "ends" : "ended",
                       time_text_clock(ends, now, clock));
        if (ends > now)
            strbuf_add_fmt(&text, " (in %s)", duration_human(ends - now, span));
    }
    print_line(cli, "nodes from", text.text);
    strbuf_release(&text);
}

/* One line for each thing a person may look for. */
static void print_status(const struct cli *cli, const json_t *status)
{
    struct strbuf launcher;
    size_t i;
    const json_t *bad;
    print_manager(cli, status);
    print_line(cli, "state", view_text(status, "state_dir"));
    print_line(cli, "jobs file", view_text(status, "jobs_file"));
    print_line(cli, "policy", view_text(status, "policy_file"));
    print_line(cli, "hostfile", view_text(status, "hostfile"));
    print_source(cli, json_object_get(status, "nodes_from"));
    strbuf_init(&launcher);
    strbuf_add_str(&launcher, view_text(status, "launcher"));
    if (*view_text(status, "launcher_note") != '\0')
        strbuf_add_fmt(&launcher, ": %s", view_text(status, "launcher_note"));
    print_line(cli, "launcher", launcher.text);
    strbuf_release(&launcher);
    print_settings(cli, json_object_get(status, "settings"));
    print_counts(cli, "nodes", json_object_get(status, "nodes"));
    print_counts(cli, "jobs", json_object_get(status, "jobs"));
    if (json_is_true(json_object_get(status, "read_only")))
        print_line(cli, "disk", "full: nothing new is taken, jobs go on");
    json_array_foreach(json_object_get(status, "rejected"), i, bad)
    {
        print_line(cli, i == 0 ? "problems" : "", view_text(bad, "text"));
    }
}

static int run_status(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    json_t *answer;
    if (options_read(&parsed, rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 0, 0, "", err) < 0 ||
        cli_get(cli, &answer, err, "/v1/status") < 0)
        return -1;
    if (parsed_has(&parsed, KEY_JSON))
        cli_print_json(cli, answer);
    else
        print_status(cli, answer);
    json_decref(answer);
    return 0;
}

static int run_reload(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    json_t *answer;
    if (options_read(&parsed, rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 0, 0, "", err) < 0 ||
        cli_request(cli, "POST", "/v1/reload", NULL, &answer, err) < 0)
        return -1;
    if (parsed_has(&parsed, KEY_JSON))
        cli_print_json(cli, answer);
    json_decref(answer);
    return 0;
}

/* Until the manager's process (PIDFD, -1: unknown) has ended, so that a new
 * one can be started at once. A pidfd also tells the end of one that its
 * parent has not waited for yet. */
static int wait_for_end(struct cli *cli, int pidfd, struct err *err)
{
    struct pollfd end = {.fd = pidfd, .events = POLLIN};
    if (pidfd >= 0 && poll(&end, 1, STOP_PATIENCE_MS) == 1)
        return 0;
    for (int ms = 0; pidfd < 0 && ms < STOP_PATIENCE_MS; ms += 10) {
        if (!client_is_answered(&cli->client))
            return 0;
        cli_sleep_ms(10);
    }
    err_set(err, ERR_REQUEST, "the manager has not ended yet");
    return err_hint(err, "it may wait for jobs to end; see erm status");
}

/* A pidfd of the manager that answers, and how many jobs it runs. -1 and ERR
 * when none answers. */
static int look_before_stop(struct cli *cli, int *pidfd, int64_t *running,
                            struct err *err)
{
    json_t *status;
    if (cli_get(cli, &status, err, "/v1/status") < 0)
        return -1;
    pid_t pid = (pid_t)view_integer(status, "pid");
    *pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    *running = view_integer(json_object_get(status, "jobs"), "running");
    json_decref(status);
    return 0;
}

static int run_stop(struct cli *cli, int argc, char **argv, struct err *err)
{
    struct parsed parsed;
    json_t *answer;
    int64_t running;
    int pidfd;
    if (options_read(&parsed, stop_rows, &cli->common, argc, argv, err) < 0 ||
        parsed_check_operands(&parsed, 0, 0, "", err) < 0 ||
        look_before_stop(cli, &pidfd, &running, err) < 0)
        return -1;
    bool is_cancel = parsed_has(&parsed, KEY_CANCEL);
    json_t *body = json_object();
    json_object_set_new(body, "jobs",
                        json_string(is_cancel ? "cancel" : "keep"));
    int rc = cli_request(cli, "POST", "/v1/stop", body, &answer, err);
    json_decref(body);
    if (rc == 0) {
        if (parsed_has(&parsed, KEY_JSON))
            cli_print_json(cli, answer);
        json_decref(answer);
        rc = wait_for_end(cli, pidfd, err);
    }
    if (pidfd >= 0)
        close(pidfd);
    if (rc == 0 && running > 0 && !is_cancel)
        cli_tell(cli,
                 "stopped; %" PRId64 " running jobs go on and are taken back "
                 "at the next start",
                 running);
    return rc;
}

const struct command command_status = {
    .name = "status",
    .group = GROUP_MANAGER,
    .usage = "",
    .help = "show the manager, its files and its problems",
    .options = rows,
    .run = run_status,
};

const struct command command_reload = {
    .name = "reload",
    .group = GROUP_MANAGER,
    .usage = "",
    .help = "read the hostfile, jobs and settings again",
    .options = rows,
    .run = run_reload,
};

const struct command command_stop = {
    .name = "stop",
    .group = GROUP_MANAGER,
    .usage = "[--cancel-jobs]",
    .help = "stop the manager; running jobs go on",
    .options = stop_rows,
    .run = run_stop,
};
