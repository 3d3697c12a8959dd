/* SPDX-License-Identifier: BSD-2-Clause */
#include "dvm/announce.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "shepherd/folder.h"
#include "shepherd/report.h"
#include "shepherd/watch.h"

void announce_started(const struct dvm_options *options, pid_t pid)
{
    struct report report = {(int)options->report_fd, options->job_id,
                            (uint32_t)options->attempt,
                            (uint32_t)options->part};
    struct folder folder = {
        .jobs_fd = -1,
        .dir_fd = open(options->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
        .lock_fd = -1,
    };

    if (folder.dir_fd >= 0) {
        folder_write_command(&folder, pid, watch_wall_us());
        close(folder.dir_fd);
    }
    report_started(&report, pid);
}

void announce_note(const struct dvm_options *options, const char *name,
                   const char *text)
{
    char path[4200];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", options->dir, name);
    file = fopen(path, "we");
    if (file == NULL)
        return;
    fprintf(file, "%s\n", text);
    fclose(file);
}
