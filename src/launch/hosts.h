/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machines of the pool: on each a shell runs erm's host script
 * (dvm/host_script.h) behind one connection, for as long as the manager does.
 * It answers a ping every few seconds; a host that does not, or whose
 * connection ends and cannot be made again, is down. Before a host is used
 * (again) what ended jobs left there is swept away.
 *
 * A host that fails again and again comes back later each time: at once after
 * its first failure, then after 30 s, 60 s... half an hour at most; an hour
 * without a failure makes it new.
 */
#ifndef ERM_LAUNCH_HOSTS_H
#define ERM_LAUNCH_HOSTS_H

#include "launch/engine.h"
#include "launch/launcher.h"

struct hosts;

/* What KEY has to do with NODE, as far as anybody knows. */
enum hosts_claim {
    HOSTS_OVER,       /* it does not run: all that it left there goes */
    HOSTS_GIVEN_BACK, /* it runs, but not there any more: what is there goes,
                         but PRRTE's daemons, which it cannot do without */
    HOSTS_LIVE,       /* it runs there */
};
typedef enum hosts_claim
hosts_claim_f(void *context, const struct launch_key *key, uint32_t node);

/* How patient erm is with hosts. */
struct hosts_spans {
    dur_us tick;    /* between two looks at them */
    dur_us beat;    /* between two pings */
    dur_us silence; /* after so long without an answer it is down */
    dur_us connect; /* for the first answer */
    dur_us retry;   /* before the next try; doubled each time, up to: */
    dur_us retry_max;
    dur_us operation; /* for a sweep or a probe */
    dur_us flaky;     /* without a failure: as new */
    dur_us cooldown;  /* after the second failure; doubled each time, up to: */
    dur_us cooldown_max;
};
extern const struct hosts_spans hosts_default_spans;

struct hosts_config {
    struct event_base *loop; /* borrowed, as all here */
    const struct log *log;
    const struct engine *engine;
    launch_node_report_f *node_report;
    void *report_context;
    hosts_claim_f *claim;
    void *claim_context;
    const struct hosts_spans *spans; /* NULL = hosts_default_spans */
};

/* Returns owned. */
struct hosts *hosts_create(const struct hosts_config *config);
/* Ends the connections. */
void hosts_destroy(struct hosts *hosts);
/* NODES as in the launcher's set_nodes; a NULL name is no host any more.
 * UNREADY (may be NULL) receives those that have not answered yet. */
void hosts_set(struct hosts *hosts, const struct launch_node *nodes, uint32_t n,
               struct idset *unready);
/* A person says that it is well: no cool-down. */
void hosts_resume(struct hosts *hosts, uint32_t node);
/* The cores that NODE told, 0 unknown. */
uint32_t hosts_cores(const struct hosts *hosts, uint32_t node);

typedef void hosts_done_f(void *context);

/* Kills what KEY has on NODES, daemons too when IS_ALL, and calls DONE once
 * all that answer have done it: always later, after some seconds at most. */
void hosts_sweep(struct hosts *hosts, const struct idset *nodes,
                 const char *key, bool is_all, hosts_done_f *done,
                 void *context);
typedef void hosts_found_f(void *context, uint32_t n);

/* Sends SIGNAL (0: none) to what KEY has on NODES, but not to PRRTE's daemons
 * nor to what a shepherd has there, and calls DONE with how many that are:
 * always later. A host that does not answer counts as one, unless it is down.
 */
void hosts_signal(struct hosts *hosts, const struct idset *nodes, int signal,
                  const char *key, hosts_found_f *done, void *context);
/* Asks NODES at once whether they are there; those that do not answer within a
 * few seconds are reported down before DONE is called. */
void hosts_probe(struct hosts *hosts, const struct idset *nodes,
                 hosts_done_f *done, void *context);

#endif
