/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of keys (spec_fields.h).
 *
 * A row names its readers and writers, so adding a key is adding a row here, a
 * property in doc/jobs.schema.json and a line in doc/jobs.json.md; a test fails
 * when one is forgotten.
 */
#include "codec/spec_fields.h"

#include <string.h>

#include "base/duration.h"
#include "base/suggest.h"
#include "codec/spec_modes.h"
#include "codec/spec_parts.h"

#define IN_SPEC(member) offsetof(struct job_spec, member)

static const struct spec_word kinds[] = {
    {"rigid", JOB_RIGID, NULL, NULL},
    {"moldable", JOB_MOLDABLE, NULL, NULL},
    {"elastic", JOB_ELASTIC, NULL, NULL},
    {"malleable", JOB_ELASTIC, NULL, NULL},
    {"evolving", JOB_EVOLVING, NULL, NULL},
    {NULL, 0, NULL, NULL},
};

static const struct spec_word launches[] = {
    {"shell", LAUNCH_SHELL, NULL, NULL},
    {"mpi", LAUNCH_MPI, NULL, NULL},
    {"workers", LAUNCH_WORKERS, NULL, NULL},
    {NULL, 0, NULL, NULL},
};

static const struct spec_word dvms[] = {
    {"job", DVM_OWN, NULL, NULL},
    {"pool", DVM_OF_POOL, NULL, NULL},
    {NULL, 0, NULL, NULL},
};

static const struct spec_word resizes[] = {
    {"policy", RESIZE_POLICY, NULL, NULL},
    {"app", RESIZE_APP, NULL, NULL},
    {"hook", RESIZE_HOOK, NULL, NULL},
    {"restart", RESIZE_RESTART, NULL, NULL},
    {"workers", RESIZE_WORKERS, NULL, NULL},
    {NULL, 0, NULL, NULL},
};

static const struct spec_word deadlines[] = {
    {"keep", DEADLINE_KEEP, NULL, NULL},
    {"force", DEADLINE_FORCE, NULL, NULL},
    {"requeue", DEADLINE_REQUEUE, NULL, NULL},
    {"cancel", DEADLINE_CANCEL, NULL, NULL},
    {NULL, 0, NULL, NULL},
};

static const struct spec_word losses[] = {
    {"end", LOSS_ENDS, NULL, NULL},
    {"shrink", LOSS_SHRINKS, NULL, NULL},
    {"restart", LOSS_RESTARTS, NULL, NULL},
    {NULL, 0, NULL, NULL},
};

#define STRING(name, member, text)                                         \
    {                                                                      \
        .key = name, .type = "string", .read = spec_read_string,           \
        .write = spec_write_string, .offset = IN_SPEC(member), .doc = text \
    }
#define COMMAND(name, member, text)                                        \
    {                                                                      \
        .key = name, .type = "string", .read = spec_read_command,          \
        .write = spec_write_string, .offset = IN_SPEC(member), .doc = text \
    }
#define COUNT(name, member, text)                                       \
    {                                                                   \
        .key = name, .type = "number", .read = spec_read_count,         \
        .write = spec_write_count, .offset = IN_SPEC(member), .low = 1, \
        .high = NODES_MAX, .doc = text                                  \
    }
#define TIME(name, member, least, most, none, text)                            \
    {                                                                          \
        .key = name, .type = "time", .read = spec_read_duration,               \
        .write = spec_write_duration, .offset = IN_SPEC(member), .low = least, \
        .high = most, .absent = none, .doc = text                              \
    }
#define BOOL(name, member, text)                                         \
    {                                                                    \
        .key = name, .type = "true or false", .read = spec_read_bool,    \
        .write = spec_write_bool, .offset = IN_SPEC(member), .doc = text \
    }
#define WORD(name, member, list, none, text)                                \
    {                                                                       \
        .key = name, .type = "word", .read = spec_read_word,                \
        .write = spec_write_word, .offset = IN_SPEC(member), .words = list, \
        .absent = none, .doc = text                                         \
    }
#define SIGNAL(name, member, text)                                         \
    {                                                                      \
        .key = name, .type = "signal", .read = spec_read_signal,           \
        .write = spec_write_signal, .offset = IN_SPEC(member), .doc = text \
    }
#define PART(name, kind, reader, writer, text)                      \
    {                                                               \
        .key = name, .type = kind, .read = reader, .write = writer, \
        .doc = text                                                 \
    }

static const struct spec_field fields[] = {
    PART("id", "number or label", spec_read_id, spec_write_id,
         "the job's id; a string that is no number is a label"),
    {.key = "label",
     .type = "label",
     .read = spec_read_label,
     .write = spec_write_string,
     .offset = IN_SPEC(label),
     .doc = "a name for `after`, as a string `id`"},
    {.key = "name",
     .type = "string",
     .read = spec_read_line,
     .write = spec_write_string,
     .offset = IN_SPEC(name),
     .doc = "shown in lists, and a name for `after`"},
    {.key = "command",
     .alias = "job_command",
     .type = "string",
     .read = spec_read_command,
     .write = spec_write_string,
     .offset = IN_SPEC(command),
     .doc = "the shell command"},
    COMMAND("worker", worker, "the shell command of a worker on each node"),
    WORD("type", request.kind, kinds, -1, "what may happen to its size"),
    PART("elastic", "true or false", spec_read_elastic, spec_write_nothing,
         "true is the type \"elastic\""),
    COUNT("min_nodes", request.min_nodes, "the fewest nodes it runs on"),
    COUNT("max_nodes", request.max_nodes, "the most nodes it can use"),
    {.key = "pref_nodes",
     .alias = "default_nodes",
     .type = "number",
     .read = spec_read_count,
     .write = spec_write_count,
     .offset = IN_SPEC(request.pref_nodes),
     .low = 1,
     .high = NODES_MAX,
     .doc = "the size to start at"},
    TIME("walltime", request.walltime, 1, TIME_NEVER, TIME_NEVER,
         "the time after which it is ended"),
    BOOL("walltime_scales", request.walltime_scales,
         "that is meant at pref_nodes, and follows the size"),
    {.key = "priority",
     .type = "number",
     .read = spec_read_signed,
     .write = spec_write_signed,
     .offset = IN_SPEC(request.priority),
     .low = -1000000000,
     .high = 1000000000,
     .doc = "higher starts earlier"},
    PART("serial_fraction", "number", spec_read_fraction, spec_write_fraction,
         "the part that does not get faster, for the strategy amdahl"),
    PART("runtimes", "object", spec_read_runtimes, spec_write_runtimes,
         "known run times by number of nodes"),
    PART("after", "job or list of jobs", spec_read_after, spec_write_after,
         "jobs that must have ended before"),
    TIME("start_time", begin_delay, 0, DURATION_MAX, 0,
         "not started earlier than this after the start of the manager"),
    PART("env", "object", spec_read_env, spec_write_env,
         "environment variables"),
    STRING("cwd", cwd, "the folder to run in"),
    STRING("stdout", stdout_path, "the file for its output"),
    STRING("stderr", stderr_path, "the file for its errors"),
    COUNT("slots_per_node", slots_per_node, "slots to use of each node"),
    COUNT("procs_per_node", procs_per_node, "processes to start on each node"),
    WORD("launch", launch, launches, LAUNCH_SHELL, "how it is started"),
    WORD("dvm", dvm, dvms, DVM_BY_RULE, "whose PRRTE daemons it uses"),
    {.key = "map_by",
     .type = "string",
     .read = spec_read_option,
     .write = spec_write_string,
     .offset = IN_SPEC(map_by),
     .doc = "prun's --map-by, for MPI programs"},
    {.key = "bind_to",
     .type = "string",
     .read = spec_read_option,
     .write = spec_write_string,
     .offset = IN_SPEC(bind_to),
     .doc = "prun's --bind-to, for MPI programs"},
    {.key = "resize",
     .type = "word",
     .read = spec_read_word,
     .write = spec_write_resize,
     .offset = IN_SPEC(request.resize),
     .words = resizes,
     .absent = -1,
     .doc = "how it is told to change its size"},
    COMMAND("hook", hook, "the shell command that is run at each resize"),
    SIGNAL("resize_signal", resize_signal,
           "the signal that tells it of a resize"),
    TIME("expected_time", request.expected, 1, DURATION_MAX, 0,
         "the time that it is expected to run"),
    TIME("resize_cost", request.resize_cost, 1, DURATION_MAX, 0,
         "the time that a resize takes"),
    TIME("accept_within", request.accept_within, 1, TIME_NEVER, 0,
         "the time it has to accept a change"),
    TIME("done_within", request.done_within, 1, TIME_NEVER, 0,
         "the time it has to carry it out"),
    TIME("grace", grace, 1, DURATION_MAX, 0, "from TERM to KILL"),
    TIME("cooldown", request.cooldown, 0, DURATION_MAX, -1,
         "the least time between two changes"),
    WORD("on_deadline", request.on_deadline, deadlines, DEADLINE_KEEP,
         "what happens when a change is not done in time"),
    {.key = "on_node_loss",
     .type = "word",
     .read = spec_read_word,
     .write = spec_write_loss,
     .offset = IN_SPEC(request.loss),
     .words = losses,
     .absent = -1,
     .doc = "what the loss of some of its nodes means for it"},
    TIME("warn_before", warn_before, 0, DURATION_MAX, -1,
         "how long before its walltime it gets a signal"),
    SIGNAL("warn_signal", warn_signal, "that signal"),
    BOOL("requeue", request.requeue, "run it again when a node is lost"),
    BOOL("hold", request.hold, "do not start it before a release"),
    PART("status", "string", spec_read_status, spec_write_nothing,
         "only \"pending\" ones are run"),
};
#define N_FIELDS (sizeof(fields) / sizeof(*fields))

const struct spec_field *spec_field_find(const char *key)
{
    for (size_t i = 0; i < N_FIELDS; i++) {
        if (strcmp(fields[i].key, key) == 0)
            return &fields[i];
        if (fields[i].alias && strcmp(fields[i].alias, key) == 0)
            return &fields[i];
    }
    return NULL;
}

const struct spec_field *spec_fields(size_t *n)
{
    *n = N_FIELDS;
    return fields;
}

const char *spec_field_suggest(const char *key)
{
    const char *names[2 * N_FIELDS];
    size_t n = 0;

    /* longer ones cannot be near a known key */
    if (strlen(key) > 32)
        return NULL;
    for (size_t i = 0; i < N_FIELDS; i++) {
        names[n++] = fields[i].key;
        if (fields[i].alias)
            names[n++] = fields[i].alias;
    }
    return suggest(key, names, n);
}
