/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What tests of erm-dvm share: a claim's folder, hosts "a" and "b", options,
 * and programs of PRRTE that are scripts (bin/) first in PATH. What these do
 * is said in files of the sandbox, which they know as $FAKE.
 */
#ifndef ERM_T_DVM_SCENE_H
#define ERM_T_DVM_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../shepherd/sandbox.h"
#include "dvm/options.h"

#define AWAIT(condition)                                  \
    for (int turns_ = 0; !(condition); turns_++) {        \
        assert_true(turns_ < SANDBOX_WAIT_MS / 2 /*ms*/); \
        sandbox_pause();                                  \
    }

struct scene {
    struct sandbox box;
    char dir[SANDBOX_PATH];   /* of the claim 1.1 */
    char hosts[SANDBOX_PATH]; /* the node file */
    char key[40];             /* of this scene alone */
    char tmp[60];             /* /tmp/erm-KEY */
    struct dvm_options options;
};

/* cmocka's set-up and tear-down; the latter expects that nothing runs. */
int scene_enter(void **state);
int scene_leave(void **state);
/* Writes NAME in the sandbox. */
void scene_put(const struct scene *scene, const char *name, const char *text);
bool scene_has(const struct scene *scene, const char *name);
/* Has the file NAME the text? */
bool scene_file_has(const struct scene *scene, const char *name,
                    const char *text);
int scene_count_lines(const struct scene *scene, const char *name);
/* Is there a process PID, that is no zombie? */
bool scene_is_alive(pid_t pid);
/* Starts a shell that has KEY (NULL: the scene's) and runs SCRIPT, which
 * writes the file "ready" in the sandbox first. */
pid_t scene_start_keyed(const struct scene *scene, const char *key,
                        const char *script);
/* The number in a file of the sandbox. */
pid_t scene_pid(const struct scene *scene, const char *name);

#endif
