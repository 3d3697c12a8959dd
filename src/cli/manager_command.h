/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The commands that need what a manager is made of. There are two sets of them,
 * chosen when a program is linked: erm-manager has the manager inside
 * (run_here.c, start_here.c, doctor_here.c); erm itself, which is started for
 * every small request, only turns into erm-manager (manager_elsewhere.c). Why:
 * doc/decisions/0002.
 */
#ifndef ERM_CLI_MANAGER_COMMAND_H
#define ERM_CLI_MANAGER_COMMAND_H

#include "cli/cli.h"

command_f manager_command_run, manager_command_start, manager_command_doctor;

#endif
