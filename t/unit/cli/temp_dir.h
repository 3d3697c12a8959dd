/* SPDX-License-Identifier: BSD-2-Clause */
/* A test's own folder, the working folder meanwhile, removed at the end. */
#ifndef ERM_T_CLI_TEMP_DIR_H
#define ERM_T_CLI_TEMP_DIR_H

/* For cmocka's setup and teardown. */
int temp_dir_enter(void **state);
int temp_dir_leave(void **state);
/* Writes TEXT into the file NAME of the working folder. */
void temp_file_write(const char *name, const char *text);

#endif
