/* SPDX-License-Identifier: BSD-2-Clause */
/* See script.h. */
#include "cli/script.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "cli/foreign_options.h"

/* One comment line: a directive of ours, of another system, or nothing. */
static void read_line(const char *text, struct word_list *out,
                      struct diags *warnings, unsigned line)
{
    static const char *const prefixes[] = {"#SBATCH", "#PBS", "#ERM"};
    struct word_list words;
    struct err err;
    size_t i, n = 0;
    for (i = 0; i < 3; i++) {
        n = strlen(prefixes[i]);
        if (strncmp(text, prefixes[i], n) == 0 &&
            isspace((unsigned char)text[n]))
            break;
    }
    if (i == 3)
        return;
    word_list_init(&words);
    if (shell_split(text + n, &words, &err) < 0)
        diags_error(warnings, line, 0, "%s: %s", prefixes[i], err.text);
    else if (i < 2)
        foreign_options(i == 0 ? FOREIGN_SLURM : FOREIGN_PBS, &words, line, out,
                        warnings);
    else
        for (size_t j = 0; j < words.n; j++)
            word_list_add(out, words.words[j]);
    word_list_release(&words);
}

void script_options(const char *text, struct word_list *out,
                    struct diags *warnings)
{
    for (unsigned line = 1; *text != '\0'; line++) {
        size_t len = strcspn(text, "\n");
        const char *first = text + strspn(text, " \t\r");
        if (*first != '#' && *first != '\n' && *first != '\0')
            return;
        char *copy = mem_strndup(text, len);
        read_line(copy, out, warnings, line);
        free(copy);
        text += len + (text[len] == '\n');
    }
}

void script_interpreter(const char *text, struct strbuf *out)
{
    if (strncmp(text, "#!", 2) != 0) {
        strbuf_add_str(out, "/bin/sh");
        return;
    }
    text += 2 + strspn(text + 2, " \t");
    size_t len = strcspn(text, "\r\n");
    while (len > 0 && isspace((unsigned char)text[len - 1]))
        len--;
    strbuf_add(out, text, len);
}
