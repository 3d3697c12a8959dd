/* SPDX-License-Identifier: BSD-2-Clause */
/* Pinning: a list of processors as "0-3,8" and this process's place on it. */
#ifndef ERM_SHEPHERD_CPUS_H
#define ERM_SHEPHERD_CPUS_H

#define CPUS_MAX 8192

struct cpus {
    unsigned long words[CPUS_MAX / (8 * sizeof(unsigned long))];
};

/* 0, or -1 when LIST is not a list of processors below CPUS_MAX. */
int cpus_parse(const char *list, struct cpus *out);
/* Pins this process and what it starts. 0, or -1 with errno. */
int cpus_apply(const struct cpus *cpus);

#endif
