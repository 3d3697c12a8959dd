/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One DVM: prte in the foreground as a child, with the settings that PRRTE 3
 * needs to be dependable (doc/prrte.md says which and why).
 */
#ifndef ERM_DVM_DAEMON_H
#define ERM_DVM_DAEMON_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/hostlist.h"
#include "dvm/options.h"

struct daemon {
    pid_t pid;     /* 0: not there */
    int out_fd;    /* read end of its standard output; -1 none */
    int log_fd;    /* dvm.log, for errors */
    bool is_ready; /* it said so */
    char line[64]; /* the start of its output */
    size_t n_line;
};

/* Starts prte over HOSTS. URI_FILE is where it writes its address; TMP the
 * folder for its sessions here. 0, or -1 with errno. */
int daemon_start(struct daemon *daemon, const struct dvm_options *options,
                 const struct hostlist *hosts, const char *uri_file,
                 const char *tmp);
/* Reads what it printed; call when out_fd can be read. */
void daemon_read(struct daemon *daemon);
/* To prte and the ssh children that it has. */
void daemon_signal(const struct daemon *daemon, int signal);
/* It has been reaped. */
void daemon_ended(struct daemon *daemon);
/* What its log says that explains a failed start: one line in BUF, perhaps
 * empty. Returns BUF. */
char *daemon_complaint(const struct daemon *daemon, char *buf, size_t size);

#endif
