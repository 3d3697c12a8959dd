/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/ssh_words.h"

#include <stddef.h>
#include <string.h>

/* The first that fits: a changed host key also says "verification failed". */
static const struct ssh_words table[] = {
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", "host key changed",
     "when it was installed anew: ssh-keygen -R HOST, then ssh HOST once"},
    {"Host key verification failed", "unknown host key",
     "connect once by hand and accept its key: ssh HOST"},
    {"Permission denied", "no key",
     "give it your key: ssh-copy-id HOST (erm cannot type a password)"},
    {"Could not resolve", "unknown name",
     "is it spelled right in the hostfile? see /etc/hosts or ~/.ssh/config"},
    {"Name or service not known", "unknown name",
     "is it spelled right in the hostfile? see /etc/hosts or ~/.ssh/config"},
    {"Connection refused", "refused", "is sshd running there?"},
    {"timed out", "no connection",
     "is it switched on, and no firewall between?"},
    {"No route to host", "no connection",
     "is it switched on, and no firewall between?"},
    {"Network is unreachable", "no connection",
     "is it switched on, and no firewall between?"},
    {"not found", "no ssh", "is ssh installed here, and a shell there?"},
};
static const struct ssh_words late = {
    "", "no answer", "is it overloaded, or waits a login script for input?"};
static const struct ssh_words other = {
    "", "no ssh", "try by hand: ssh -o BatchMode=yes HOST true"};

const struct ssh_words *ssh_words_find(const char *text, bool is_late)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
        if (strstr(text, table[i].part) != NULL)
            return &table[i];
    return is_late ? &late : &other;
}

void ssh_words_last(const char *text, struct strbuf *out)
{
    const char *last = text;
    size_t n = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        if (len > 0) {
            last = text;
            n = len;
        }
        text += len + (text[len] == '\n');
    }
    strbuf_add(out, last, n);
}
