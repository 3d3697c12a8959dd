/* SPDX-License-Identifier: BSD-2-Clause */
/* See policy_mark.h. The file: a line about policy.json, and one per seq. */
#include "manager/policy_mark.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "manager/text_file.h"

#define NAME "policy.mark"

void policy_mark_init(struct policy_mark *mark)
{
    *mark = (struct policy_mark){.seqs = NULL};
    strbuf_init(&mark->like);
}

void policy_mark_release(struct policy_mark *mark)
{
    strbuf_release(&mark->like);
    free(mark->seqs);
    *mark = (struct policy_mark){.seqs = NULL};
}

static void describe(const struct locked_file *file, struct strbuf *out)
{
    struct stat st;

    if (fstat(file->fd, &st) == 0)
        strbuf_add_fmt(out, "%ju %ju %jd.%09ld %jd", (uintmax_t)st.st_dev,
                       (uintmax_t)st.st_ino, (intmax_t)st.st_mtim.tv_sec,
                       st.st_mtim.tv_nsec, (intmax_t)st.st_size);
}

void policy_mark_add(struct policy_mark *mark, uint64_t seq)
{
    if (mark->n == mark->size) {
        mark->size = mark->size == 0 ? 8 : 2 * mark->size;
        mark->seqs = mem_resize(mark->seqs, mark->size, sizeof(*mark->seqs));
    }
    mark->seqs[mark->n++] = seq;
}

void policy_mark_read(struct policy_mark *mark, int dir_fd)
{
    int fd = openat(dir_fd, NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    struct strbuf text;
    struct err ignored;
    char *line, *state = NULL;

    if (fd < 0)
        return;
    strbuf_init(&text);
    if (text_file_read_fd(fd, NAME, &text, NULL, &ignored) == 0 &&
        (line = strtok_r(text.text, "\n", &state)) != NULL) {
        strbuf_add_str(&mark->like, line);
        while ((line = strtok_r(NULL, "\n", &state)) != NULL)
            policy_mark_add(mark, strtoull(line, NULL, 10));
    }
    strbuf_release(&text);
    close(fd);
}

int policy_mark_write(struct policy_mark *mark, int dir_fd,
                      const struct locked_file *file, struct err *err)
{
    struct strbuf text;
    int rc;

    strbuf_reset(&mark->like);
    describe(file, &mark->like);
    strbuf_init(&text);
    strbuf_add_fmt(&text, "%s\n", mark->like.text);
    for (size_t i = 0; i < mark->n; i++)
        strbuf_add_fmt(&text, "%" PRIu64 "\n", mark->seqs[i]);
    rc = text_file_replace(dir_fd, NAME, &text, err);
    strbuf_release(&text);
    return rc;
}

void policy_mark_remove(int dir_fd)
{
    (void)unlinkat(dir_fd, NAME, 0);
}

static bool has_seq(const struct policy_mark *mark, uint64_t seq)
{
    for (size_t i = 0; i < mark->n; i++)
        if (mark->seqs[i] == seq)
            return true;
    return false;
}

bool policy_mark_tells(const struct policy_mark *mark, uint64_t seq,
                       const struct locked_file *file)
{
    size_t size = file->text.len;
    struct strbuf now;
    bool is_changed;

    if (!has_seq(mark, seq) || (size > 0 && file->text.text[size - 1] == ' '))
        return false;
    strbuf_init(&now);
    describe(file, &now);
    is_changed = strcmp(now.text, mark->like.text) != 0;
    strbuf_release(&now);
    return is_changed;
}
