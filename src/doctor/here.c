/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/here.h"

#include <inttypes.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launch/engine.h"

/* The manager's own, and for each host its connection and a job's files. */
#define FILES_OWN 128
#define FILES_PER_HOST 4

/* In a child: what was unshared cannot be joined again. */
static bool can_pretend(void)
{
    int what = geteuid() == 0 ? CLONE_NEWUTS : CLONE_NEWUSER | CLONE_NEWUTS;
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(unshare(what) == 0 ? 0 : 1);
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void look_for_prrte(struct here *here, bool is_remote)
{
    struct err err;

    err_clear(&err);
    here->has_prrte = engine_check_installed(&err) == 0;
    if (here->has_prrte &&
        engine_ask_version(here->version, sizeof(here->version), &err) == 0)
        return;
    if (is_remote)
        findings_problem(&here->findings, "PRRTE", "install " ENGINE_PACKAGE,
                         "%s", err.text);
    else
        findings_note(&here->findings, "PRRTE",
                      "install " ENGINE_PACKAGE " when jobs are MPI programs",
                      "%s: jobs start without it", err.text);
}

static void look_for_ssh(struct here *here, bool is_remote, const char *rsh_how)
{
    here->has_ssh = engine_is_in_path("ssh");
    if (is_remote && !here->has_ssh && strcmp(rsh_how, "ssh") == 0)
        findings_problem(&here->findings, "ssh",
                         "install openssh-client, or name another program by "
                         "--rsh",
                         "ssh is not in PATH");
}

static void look_at_files(struct here *here, size_t n_hosts)
{
    uint64_t wanted = FILES_OWN + FILES_PER_HOST * (uint64_t)n_hosts;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    here->files = limit.rlim_cur;
    if (here->files < wanted)
        findings_problem(&here->findings, "open files",
                         "ulimit -n 4096 before erm start",
                         "only %" PRIu64 " files may be open at a time; %zu "
                         "hosts need %" PRIu64,
                         here->files, n_hosts, wanted);
}

void here_look(struct here *here, size_t n_hosts, bool is_remote,
               const char *rsh_how)
{
    *here = (struct here){0};
    look_for_prrte(here, is_remote);
    look_for_ssh(here, is_remote, rsh_how);
    look_at_files(here, n_hosts);
    here->has_namespaces = can_pretend();
    if (!is_remote && n_hosts > 0 && here->has_prrte && !here->has_namespaces)
        findings_problem(&here->findings, "namespaces",
                         "sysctl kernel.unprivileged_userns_clone=1, or "
                         "kernel.apparmor_restrict_unprivileged_userns=0",
                         "user namespaces are not allowed: PRRTE cannot be "
                         "started over slices of this machine");
}

void here_release(struct here *here)
{
    findings_release(&here->findings);
}
