/* SPDX-License-Identifier: BSD-2-Clause */
/* See locate.h. */
#include "cli/locate.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/strbuf.h"
#include "cli/file_text.h"
#include "store/state_dir.h"

void locate_hint(struct err *err)
{
    err_hint(err, "start one with: erm start -H hostfile (or see erm help)");
}

/* The one line of DIR/socket. */
static char *read_address(const char *dir, struct err *err)
{
    struct strbuf path, text;
    char *socket = NULL;
    strbuf_init(&path);
    strbuf_init(&text);
    strbuf_add_fmt(&path, "%s/socket", dir);
    if (file_text_read(path.text, &text, NULL) == 0) {
        text.text[strcspn(text.text, "\r\n")] = '\0';
        if (text.text[0] != '\0')
            socket = mem_strdup(text.text);
    }
    if (socket == NULL) {
        err_set(err, ERR_NO_MANAGER, "no manager is running for %s", dir);
        locate_hint(err);
    }
    strbuf_release(&path);
    strbuf_release(&text);
    return socket;
}

char *locate_socket(const char *state_dir, struct err *err)
{
    const char *socket = getenv("ERM_SOCKET");
    if (state_dir == NULL || *state_dir == '\0')
        state_dir = getenv("ERM_STATE_DIR");
    if (state_dir != NULL && *state_dir != '\0')
        return read_address(state_dir, err);
    if (socket != NULL && *socket != '\0')
        return mem_strdup(socket);
    struct err cause;
    char *found = state_dir_find(".", &cause);
    if (found == NULL && cause.code == ERR_NOT_FOUND) {
        err_set(err, ERR_NO_MANAGER,
                "no manager: no .erm folder here or in a folder above");
        locate_hint(err);
    } else if (found == NULL && err != NULL) {
        *err = cause;
    }
    if (found == NULL)
        return NULL;
    char *address = read_address(found, err);
    free(found);
    return address;
}
