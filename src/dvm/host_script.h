/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What erm does on a host of the pool, as one line of POSIX shell: nothing has
 * to be installed there. HOST_COMMAND VERB... is what is run there; it reads
 * the script as the first line of its input and runs one verb. With the verb
 * `serve` it then reads one verb a line, with a number behind it that stands in
 * the answer, until its input ends.
 *
 *   ping N                      pong N
 *   facts N                     facts N CORES EPOCH-SECONDS PRTE-VERSION (0: no
 *                               prted there)
 *   keys N                      keys N KEY...: of what runs there, each once
 *   where N                     where N BOOT-ID PID-NAMESPACE
 *   sweep N SIGNAL KEY WHAT     swept N COUNT: SIGNAL to all processes of KEY;
 *                               WHAT job: but not to PRRTE's daemons; node: nor
 *                               to what is below an erm-shepherd there; all: to
 *                               all, and the folder /tmp/erm-KEY goes. SIGNAL
 *                               0 only counts; KILL comes again until nothing
 *                               is found.
 *
 *   works KEY                   (one-shot) exit status 0 when a process of KEY
 *                               is there besides PRRTE's daemons, else 1
 *
 * For erm doctor, which trusts a host less (only what this user owns counts,
 * and no link is followed):
 *
 *   clock N                     clock N EPOCH-SECONDS
 *   lacks N                     lacks N TOOL...: what this script would need
 *   token N PATH                token N TEXT: that file's first line
 *   space N PATH                space N FREE-KIB
 *   left N                      left N p:KEY:PROCESSES... f:KEY:1...: processes
 *                               and folders /tmp/erm-KEY
 *   clear N KEY                 cleared N KEY ENDED STAYED GONE: KILL to all
 *                               of KEY until nothing is found, and its folder
 *                               goes (GONE 1: it is not there)
 */
#ifndef ERM_DVM_HOST_SCRIPT_H
#define ERM_DVM_HOST_SCRIPT_H

#define HOST_COMMAND \
    "exec sh -c 'IFS= read -r script && eval \"$script\"' erm-host"

/* Without its newline. */
extern const char host_script[];

#endif
