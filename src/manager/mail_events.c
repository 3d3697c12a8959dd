/* SPDX-License-Identifier: BSD-2-Clause */
#include "manager/mail_events.h"

#include <unistd.h>

#include "codec/mail_write.h"
#include "manager/job_dir.h"
#include "manager/node_names.h"

#define FILE_NAME "events.jsonl"

time_us mail_wall_time(const struct manager *manager, time_us when)
{
    return when == TIME_NEVER ? TIME_NEVER
                              : when + clock_wall_us() - manager_now(manager);
}

json_t *mail_event(const struct manager *manager, const char *event)
{
    json_t *object = json_object();

    mail_write_time(object, "time",
                    mail_wall_time(manager, manager_now(manager)));
    mail_write_text(object, "event", event);
    return object;
}

void mail_event_add_nodes(const struct manager *manager, json_t *object,
                          const struct idset *nodes)
{
    struct hostlist names;

    hostlist_init(&names);
    node_names_list(manager->nodes, nodes, &names);
    mail_write_names(object, "nodes", &names);
    hostlist_release(&names);
}

void mail_event_tell(const struct manager *manager, int64_t job, json_t *object)
{
    int fd = job_dir_open(manager->state_dir, job);
    struct strbuf line;

    strbuf_init(&line);
    mail_write_line(object, &line);
    if (fd >= 0) {
        job_dir_append(fd, FILE_NAME, &line);
        close(fd);
    }
    strbuf_release(&line);
}
