/* SPDX-License-Identifier: BSD-2-Clause */
/* See simulate_load.h. */
#include "cli/simulate_load.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "cli/file_text.h"
#include "cli/job_view.h"
#include "cli/observe.h"
#include "cli/time_text.h"
#include "sim/predictor.h"
#include "sim/trace_file.h"

void simulate_load_release(struct simulate_load *load)
{
    for (size_t i = 0; i < load->n_files; i++)
        jobs_file_release(&load->files[i]);
    free(load->files);
    workload_release(&load->workload);
}

/* ---- jobs.json ---- */

/* As the manager will: by the file, else by its turn. */
static int64_t id_of(const struct job_spec *spec, size_t turn)
{
    return spec->request.id != 0 ? spec->request.id : (int64_t)turn;
}

/* The number of the job whose name or id ON is, of an earlier entry; 0 for
 * none. */
static int64_t find_dependency(const struct jobs_file *file, size_t before,
                               const char *on, size_t offset)
{
    for (size_t i = before; i-- > 0;) {
        const struct job_spec *spec = &file->items[i].spec;

        if (strcmp(spec->name, on) == 0 ||
            (spec->label != NULL && strcmp(spec->label, on) == 0) ||
            id_of(spec, offset + i + 1) == atoll(on))
            return (int64_t)(offset + i + 1);
    }
    return 0;
}

static void set_dependencies(struct jobs_file *file, size_t i, size_t offset)
{
    struct job_spec *spec = &file->items[i].spec;
    struct job_request *request = &spec->request;

    request->after = mem_alloc_array(spec->n_after, sizeof(*request->after));
    for (size_t k = 0; k < spec->n_after; k++) {
        int64_t id = find_dependency(file, i, spec->after[k].on, offset);
        if (id > 0)
            request->after[request->n_after++] =
                (struct job_dependency){id, spec->after[k].kind};
    }
}

/* How long it runs at its preferred size: by its run times, else all of its
 * walltime; 0 = nobody knows. */
static dur_us run_time_of(const struct job_request *request, uint32_t size)
{
    const struct job_runtime *known = request->runtimes;

    if (request->n_runtimes == 0)
        return request->walltime == TIME_NEVER ? 0 : request->walltime;
    return (dur_us)((double)known->runtime * job_relative_time(request, size) /
                    job_relative_time(request, known->nodes));
}

/* As a manager does that is started with the file: all are there at once, some
 * not to begin before some time. */
static int add_spec(struct simulate_load *load, const struct job_spec *spec,
                    const char *path, struct err *err)
{
    const struct job_request *request = &spec->request;
    uint32_t size = job_preferred_size(request);
    struct sim_job job = {
        .id = id_of(spec, load->workload.n + 1),
        .like = predictor_kind(spec->name),
        .requested = request->walltime,
        .walltime = request->walltime,
        .min = request->min_nodes,
        .pref = size,
        .max = request->max_nodes,
        .kind = request->kind,
        .priority = request->priority,
        .serial_fraction = request->serial_fraction,
        .n_runtimes = request->n_runtimes,
        .runtimes = request->runtimes,
        .run = run_time_of(request, size),
        .request = request,
    };

    if (job.run > 0) {
        workload_add(&load->workload, &job);
        return 0;
    }
    err_set(err, ERR_INPUT,
            "%.200s: job %" PRId64 " has neither runtimes nor a walltime: how "
            "long it runs is not known",
            path, job.id);
    return err_hint(err, "give it \"runtimes\": {\"1\": SECONDS}");
}

static int add_jobs(struct cli *cli, struct simulate_load *load,
                    const char *path, const struct strbuf *text,
                    struct err *err)
{
    struct jobs_file *file = &load->files[load->n_files++];
    size_t offset = load->workload.n;
    struct strbuf problems;
    struct diags diags;
    int rc;

    jobs_file_init(file);
    diags_init(&diags);
    strbuf_init(&problems);
    rc = jobs_file_parse(text->text, text->len, file, &diags);
    diags_format(&diags, path, text->text, &problems);
    fputs(problems.text, cli->err);
    if (rc < 0)
        err_set(err, ERR_INPUT, "%.200s: nothing was simulated", path);
    for (size_t i = 0; rc == 0 && i < file->n; i++) {
        file->items[i].spec.request.begin = file->items[i].spec.begin_delay;
        set_dependencies(file, i, offset);
        rc = add_spec(load, &file->items[i].spec, path, err);
    }
    strbuf_release(&problems);
    diags_release(&diags);
    return rc;
}

/* ---- traces ---- */

static void add_filtered(struct swf_filtered *sum, const struct swf_filtered *n)
{
    sum->n_kept += n->n_kept;
    sum->n_too_large += n->n_too_large;
    sum->n_no_size += n->n_no_size;
    sum->n_no_run += n->n_no_run;
    sum->n_no_request += n->n_no_request;
    sum->n_no_submit += n->n_no_submit;
    sum->n_raised += n->n_raised;
}

/* Takes SWF's jobs for a machine of the wanted size, or of its own. */
static int add_trace(const struct simulate_workload *options, struct swf *swf,
                     const char *name, struct simulate_load *load,
                     struct err *err)
{
    struct swf_filtered filtered = {.n_kept = swf->n};
    int64_t n = options->n_nodes > 0 ? options->n_nodes : swf_machine(swf);

    if (n <= 0 || n > UINT32_MAX) {
        err_set(err, ERR_USAGE, "%.200s does not tell how large its machine is",
                name);
        return err_hint(err, "say --nodes");
    }
    if (n > load->workload.n_nodes)
        load->workload.n_nodes = (uint32_t)n;
    if (!options->keeps_all)
        swf_normalise(swf, n, &filtered);
    add_filtered(&load->filtered, &filtered);
    return workload_add_swf(&load->workload, swf, name, err);
}

/* A jobs file begins with a bracket, a trace with a number or a comment. */
static bool is_json(const struct strbuf *text)
{
    size_t i = strspn(text->text, " \t\r\n");

    return text->text[i] == '[' || text->text[i] == '{';
}

/* Only a file that is no gzip is looked into for a bracket. */
static bool is_jobs_file(const char *path, struct strbuf *text)
{
    struct err ignored;

    return strcmp(path, "-") != 0 &&
           file_text_read(path, text, &ignored) == 0 && is_json(text);
}

static int add_file(struct cli *cli, const struct simulate_workload *options,
                    const char *path, struct simulate_load *load,
                    struct err *err)
{
    struct strbuf text;
    struct swf swf;
    int rc;

    strbuf_init(&text);
    swf_init(&swf);
    if (is_jobs_file(path, &text)) {
        rc = add_jobs(cli, load, path, &text, err);
    } else {
        rc = trace_file_read(path, &swf, err);
        if (rc == 0)
            rc = add_trace(options, &swf,
                           strcmp(path, "-") == 0 ? "standard input" : path,
                           load, err);
    }
    swf_release(&swf);
    strbuf_release(&text);
    return rc;
}

static int add_files(struct cli *cli, const struct simulate_workload *options,
                     struct simulate_load *load, struct err *err)
{
    load->files =
        mem_alloc_array((size_t)options->n_files, sizeof(*load->files));
    for (int i = 0; i < options->n_files; i++)
        if (add_file(cli, options, options->files[i], load, err) < 0)
            return -1;
    if (load->n_files > 0 && load->n_files < (size_t)options->n_files)
        return err_set(err, ERR_USAGE,
                       "jobs files and traces: only one kind can be");
    if (load->n_files > 0)
        load->workload.n_nodes = options->n_nodes;
    if (load->workload.n_nodes == 0) {
        err_set(err, ERR_USAGE, "a jobs file does not tell on how many nodes");
        return err_hint(err, "say --nodes");
    }
    return 0;
}

static int generate(const struct simulate_workload *options,
                    struct simulate_load *load, struct err *err)
{
    struct lublin_options lublin = options->lublin;
    struct swf swf;
    int rc;

    lublin.n_nodes = options->n_nodes > 0 ? options->n_nodes : 128;
    swf_init(&swf);
    rc = lublin_generate(&swf, &lublin, err);
    if (rc == 0)
        rc = add_trace(options, &swf, "lublin", load, err);
    swf_release(&swf);
    return rc;
}

/* ---- history ---- */

static dur_us span_of(const json_t *job, const char *key)
{
    return view_is_null(job, key)
               ? TIME_NEVER
               : (dur_us)(view_number(job, key) * (double)USEC_PER_SEC);
}

static enum job_kind kind_of(const char *name)
{
    for (enum job_kind kind = JOB_RIGID; kind <= JOB_EVOLVING; kind++)
        if (strcmp(name, job_kind_name(kind)) == 0)
            return kind;
    return JOB_RIGID;
}

/* All that it did, as the time that it would take at its preferred size. */
static dur_us work_of(const json_t *view, const struct job_request *request,
                      uint32_t size)
{
    double work = 0; /* in times at one node */
    const json_t *phase;
    size_t i;

    json_array_foreach(json_object_get(view, "phases"), i, phase)
    {
        uint32_t n = (uint32_t)view_integer(phase, "n_nodes");
        time_us start, end;

        if (n > 0 && time_text_parse(view_text(phase, "start"), &start) == 0 &&
            time_text_parse(view_text(phase, "end"), &end) == 0)
            work += (double)(end - start) / job_relative_time(request, n);
    }
    return (dur_us)(work * job_relative_time(request, size));
}

static bool make_past_job(const json_t *view, struct sim_job *out)
{
    struct job_request request;
    int64_t pref = view_integer(view, "pref_nodes");

    job_request_init(&request);
    *out = (struct sim_job){.id = view_integer(view, "id"),
                            .like = predictor_kind(view_text(view, "name"))};
    if (time_text_parse(view_text(view, "submitted"), &out->submit) != 0)
        return false;
    request.kind = out->kind = kind_of(view_text(view, "kind"));
    request.min_nodes = out->min = (uint32_t)view_integer(view, "min_nodes");
    request.max_nodes = out->max = (uint32_t)view_integer(view, "max_nodes");
    request.pref_nodes = pref > 0 ? (uint32_t)pref : 0;
    out->pref = job_preferred_size(&request);
    out->serial_fraction = request.serial_fraction;
    out->priority = (int32_t)view_integer(view, "priority");
    out->walltime = out->requested = span_of(view, "walltime");
    out->run = work_of(view, &request, out->pref);
    job_request_release(&request);
    return out->run > 0 && out->min > 0 && out->max >= out->min;
}

/* Those of the manager; without one, those that jobs have had. */
static int count_nodes(struct cli *cli, const json_t *jobs, uint32_t *out,
                       struct err *err)
{
    json_t *answer, *names;
    const json_t *job, *phase, *name;
    size_t i, k, l;

    if (observe_get(cli, "/v1/nodes", &answer, err) < 0)
        return -1;
    *out = (uint32_t)json_array_size(json_object_get(answer, "nodes"));
    json_decref(answer);
    if (*out > 0)
        return 0;
    names = json_object();
    json_array_foreach(jobs, i, job) json_array_foreach(
        json_object_get(job, "phases"), k, phase)
        json_array_foreach(json_object_get(phase, "nodes"), l, name)
            json_object_set_new(names, json_string_value(name), json_true());
    *out = (uint32_t)json_object_size(names);
    json_decref(names);
    return 0;
}

static int add_history(struct cli *cli, const struct simulate_workload *options,
                       struct simulate_load *load, struct err *err)
{
    struct workload *workload = &load->workload;
    json_t *answer;
    const json_t *jobs, *view;
    size_t i;
    int rc = 0;

    if (observe_get(cli, "/v1/history?phases=1&limit=0", &answer, err) < 0)
        return -1;
    jobs = json_object_get(answer, "jobs");
    workload->n_nodes = options->n_nodes;
    if (workload->n_nodes == 0)
        rc = count_nodes(cli, jobs, &workload->n_nodes, err);
    json_array_foreach(jobs, i, view)
    {
        struct sim_job job;
        if (make_past_job(view, &job))
            workload_add(workload, &job);
    }
    json_decref(answer);
    if (rc < 0)
        return -1;
    workload_sort(workload);
    for (size_t k = workload->n; k-- > 0;) /* the first one comes at 0 */
        workload->jobs[k].submit -= workload->jobs[0].submit;
    if (workload->n > 0)
        return 0;
    return err_set(err, ERR_INPUT, "no job in the history has run");
}

/* ---- all of it ---- */

static int read_source(struct cli *cli, const struct simulate_workload *options,
                       struct simulate_load *load, struct err *err)
{
    if (options->is_history)
        return add_history(cli, options, load, err);
    if (options->lublin.n_jobs > 0)
        return generate(options, load, err);
    return add_files(cli, options, load, err);
}

/* A job larger than the machine would wait for ever, unnoticed. */
static int check_sizes(const struct workload *workload, struct err *err)
{
    for (size_t i = 0; i < workload->n; i++) {
        const struct sim_job *job = &workload->jobs[i];
        if (job->min > workload->n_nodes)
            return err_set(err, ERR_INPUT,
                           "job %" PRId64 " needs %u nodes, and there are %u",
                           job->id, job->min, workload->n_nodes);
    }
    return 0;
}

static void make_malleable(const struct simulate_workload *options,
                           struct simulate_load *load)
{
    struct workload *workload = &load->workload;

    load->n_malleable = workload_make_malleable(
        workload, options->model, options->malleable, options->seed);
    for (size_t i = 0; i < workload->n; i++) {
        struct sim_job *job = &workload->jobs[i];
        if (job->kind == JOB_ELASTIC && options->serial_fraction >= 0)
            job->serial_fraction = options->serial_fraction;
    }
}

int simulate_load(struct cli *cli, const struct simulate_workload *options,
                  struct simulate_load *out, struct err *err)
{
    *out = (struct simulate_load){.files = NULL};
    workload_init(&out->workload, 0);
    if (read_source(cli, options, out, err) < 0 ||
        check_sizes(&out->workload, err) < 0) {
        simulate_load_release(out);
        return -1;
    }
    if (options->head > 0)
        workload_head(&out->workload, options->head);
    if (options->shake > 0)
        workload_shake(&out->workload, options->shake, options->seed);
    if (options->knows_run_times)
        workload_use_actual(&out->workload);
    if (options->malleable > 0)
        make_malleable(options, out);
    return 0;
}
