/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks for some time only and then again, so that neither side keeps a
 * connection open for days.
 */
#include "cli/waiting.h"

#include "cli/job_view.h"

#define TURN (50 * USEC_PER_SEC)

int waiting_for_jobs(struct cli *cli, const struct id_list *ids, bool is_any,
                     dur_us timeout, json_t **answer, struct err *err)
{
    int64_t start = clock_boot_us();
    struct strbuf list;
    int rc;
    strbuf_init(&list);
    id_list_format(ids, &list);
    for (;;) {
        dur_us turn = TURN;
        if (timeout != TIME_NEVER) {
            dur_us left = timeout - (clock_boot_us() - start);
            turn = left < 0 ? 0 : left < turn ? left : turn;
        }
        rc = cli_get(cli, answer, err,
                     "/v1/jobs/wait?ids=%s&any=%d&timeout=%.3f", list.text,
                     is_any, (double)turn / USEC_PER_SEC);
        if (rc < 0 || json_is_true(json_object_get(*answer, "done")))
            break;
        if (timeout != TIME_NEVER && clock_boot_us() - start >= timeout)
            break;
        json_decref(*answer);
    }
    strbuf_release(&list);
    return rc;
}

int waiting_exit_status(const json_t *answer)
{
    int highest = 0;
    size_t i;
    const json_t *job;
    if (!json_is_true(json_object_get(answer, "done")))
        return 124;
    json_array_foreach(json_object_get(answer, "jobs"), i, job)
    {
        int status = job_view_exit_status(job);
        highest = status > highest ? status : highest;
    }
    return highest;
}
