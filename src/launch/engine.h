/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The engine for MPI programs: PRRTE on this machine, and erm-dvm, which runs
 * a job's command in a DVM of it (doc/prrte.md).
 */
#ifndef ERM_LAUNCH_ENGINE_H
#define ERM_LAUNCH_ENGINE_H

#include <stdbool.h>

#include "base/err.h"
#include "launch/launcher.h"

#define ENGINE_PRETEND                                    \
    "pretend" /* hosts are this machine under other names \
               */
#define ENGINE_PACKAGE "openmpi-bin of Debian 13, or prrte 3"

struct engine {          /* all owned */
    char *erm_dvm, *rsh; /* paths of the programs */
    char *rsh_how;       /* ENGINE_PRETEND, or an ssh-like command */
    char *dir;           /* of the state directory: turnstile, the pool's uri */
    char *pool_uri;      /* the file with the address of the pool's DVM */
    char *mark;          /* of this state directory, in every key */
    char version[32];    /* of PRRTE */
};

/* Are prte and prun in PATH? 0, or -1 and ERR (ERR_NOT_FOUND). */
int engine_check_installed(struct err *err);
/* Asks prte for its version; also told when it is too old. 0, or -1 and ERR
 * (ERR_REQUEST): too old, or it does not say. */
int engine_ask_version(char *version, size_t size, struct err *err);
/* Is there a program of this name (without a slash) in PATH? */
bool engine_is_in_path(const char *name);
/* Asks prte for its version, and finds erm-dvm and erm-rsh beside the shepherd.
 * DIR exists; MARK is [0-9a-f]+. Returns owned, or NULL and ERR: ERR_NOT_FOUND
 * not there, ERR_REQUEST too old or it does not say. */
struct engine *engine_find(const char *shepherd_path, const char *rsh_how,
                           const char *dir, const char *mark, struct err *err);
void engine_destroy(struct engine *engine);

/* By what a job's processes on its hosts are known: "MARK.ID.ATTEMPT", with
 * ".PART" for another part than 0; of the pool's DVM (id 0): "MARK.pool".
 * Returns BUF. */
#define ENGINE_KEY_MAX 80
char *engine_key(const struct engine *engine, const struct launch_key *key,
                 char buf[ENGINE_KEY_MAX]);
/* And back, for TEXT that is a key of this engine's; false for another's, and
 * for the pool's. */
bool engine_key_parse(const struct engine *engine, const char *text,
                      struct launch_key *out);
/* The words before the command of REQUEST, which has a dvm. Returns owned, as
 * all its words; free by engine_wrapper_free(). */
char **engine_wrapper(const struct engine *engine,
                      const struct launch_request *request);
void engine_wrapper_free(char **wrapper);
/* "3.0.8" and the like; false when it is too old for erm. */
bool engine_version_is_enough(const char *version);

#endif
