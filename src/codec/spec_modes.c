/* SPDX-License-Identifier: BSD-2-Clause */
#include "codec/spec_modes.h"

#include "codec/spec_value.h"

static bool is_resizable(const struct job_spec *spec)
{
    return spec->request.kind == JOB_ELASTIC ||
           spec->request.kind == JOB_EVOLVING;
}

enum resize_mode spec_modes_resize(const struct job_spec *spec)
{
    if (spec->hook)
        return RESIZE_HOOK;
    return spec->launch == LAUNCH_WORKERS ? RESIZE_WORKERS : RESIZE_POLICY;
}

/* What can go on without a node does, what can start again does that. */
enum loss_rule spec_modes_loss(const struct job_spec *spec)
{
    bool is_mpi = spec->launch == LAUNCH_MPI;

    if (!is_resizable(spec))
        return LOSS_ENDS;
    switch (spec->request.resize) {
    case RESIZE_WORKERS:
        return LOSS_SHRINKS;
    case RESIZE_APP:
    case RESIZE_HOOK:
        return is_mpi ? LOSS_RESTARTS : LOSS_SHRINKS;
    case RESIZE_RESTART:
        return LOSS_RESTARTS;
    case RESIZE_POLICY:
        break;
    }
    return LOSS_ENDS;
}

/* A worker beside the command: it is the command that is no worker then. */
static void finish_launch(struct spec_reader *reader)
{
    struct job_spec *spec = reader->spec;

    if (!spec->worker)
        return;
    reader->key = "launch";
    if (spec->launch == LAUNCH_MPI)
        spec_hint(spec_error(reader, "an MPI program has ranks, no workers"),
                  "leave `launch` out, or `worker`");
    spec->launch = LAUNCH_WORKERS;
}

static void check_resize(struct spec_reader *reader)
{
    const struct job_spec *spec = reader->spec;
    enum resize_mode mode = spec->request.resize;

    reader->key = "resize";
    if (mode == RESIZE_HOOK && !spec->hook)
        spec_hint(spec_error(reader, "\"hook\" needs a `hook`"),
                  "give the command that erm runs at each resize as `hook`");
    else if (mode == RESIZE_WORKERS && spec->launch != LAUNCH_WORKERS)
        spec_hint(spec_error(reader, "\"workers\" needs workers"),
                  "give `launch`: \"workers\", or a `worker`");
    else if (mode == RESIZE_RESTART && spec->launch == LAUNCH_WORKERS &&
             !spec->worker)
        spec_hint(spec_error(reader, "workers alone have no checkpoint to "
                                     "start again from"),
                  "leave `resize` out: workers come and go with their nodes");
    else if (mode != RESIZE_POLICY && mode != RESIZE_WORKERS &&
             mode != RESIZE_HOOK && !is_resizable(spec))
        spec_hint(spec_error(reader, "only elastic and evolving jobs are "
                                     "resized"),
                  "give `type`: \"elastic\"");
}

static void check_hook(struct spec_reader *reader)
{
    const struct job_spec *spec = reader->spec;

    if (!spec->hook)
        return;
    reader->key = "hook";
    if (spec->request.resize != RESIZE_HOOK)
        spec_hint(spec_error(reader, "is run with `resize`: \"hook\" only"),
                  "leave `resize` out");
    else if (!is_resizable(spec))
        spec_hint(spec_error(reader, "only elastic and evolving jobs are "
                                     "resized"),
                  "give `type`: \"elastic\"");
}

static void check_signal(struct spec_reader *reader)
{
    const struct job_spec *spec = reader->spec;

    reader->key = "resize_signal";
    if (spec->resize_signal && spec->request.resize != RESIZE_APP &&
        spec->request.resize != RESIZE_RESTART)
        spec_hint(spec_error(reader, "no signal is sent in this way of "
                                     "`resize`"),
                  "leave it out, or give `resize`: \"app\" or \"restart\"");
}

static void check_loss(struct spec_reader *reader)
{
    const struct job_spec *spec = reader->spec;

    reader->key = "on_node_loss";
    if (spec->request.loss != LOSS_SHRINKS)
        return;
    if (spec->launch == LAUNCH_MPI)
        spec_hint(spec_error(reader, "an MPI program cannot go on without one "
                                     "of its nodes"),
                  "write \"restart\" or \"end\"");
    else if (spec->request.min_nodes == spec->request.max_nodes)
        spec_hint(spec_error(reader, "a job of one size cannot shrink"),
                  "write \"restart\" or \"end\", or give `min_nodes`");
}

void spec_modes_finish(struct spec_reader *reader)
{
    struct job_spec *spec = reader->spec;

    finish_launch(reader);
    if (!spec_given(reader, "resize"))
        spec->request.resize = spec_modes_resize(spec);
    check_resize(reader);
    check_hook(reader);
    check_signal(reader);
    if (!spec_given(reader, "on_node_loss"))
        spec->request.loss = spec_modes_loss(spec);
    else
        check_loss(reader);
    reader->key = NULL;
}

json_t *spec_write_resize(const struct spec_field *field,
                          const struct job_spec *spec)
{
    if (spec->request.resize == spec_modes_resize(spec))
        return NULL;
    return spec_write_word(field, spec);
}

json_t *spec_write_loss(const struct spec_field *field,
                        const struct job_spec *spec)
{
    if (spec->request.loss == spec_modes_loss(spec))
        return NULL;
    return spec_write_word(field, spec);
}
