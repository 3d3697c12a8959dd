/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a scenario file and compares what the scheduler decides, line by line,
 * with what the story says. README.md has the language.
 *
 * usage: runner [--update] FILE.scn...     prints TAP, one test per file
 * --update writes what came out into the files: read the difference, as the
 * expectation is the test.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "story.h"

struct text_line {
    char *text;   /* owned, without the newline */
    bool is_told; /* an expectation: it began with '>' */
};

struct script {
    const char *path;
    struct text_line *lines; /* owned */
    size_t n;
    struct strbuf updated; /* the file as it should be */
    int n_wrong;
};

static int read_script(struct script *script)
{
    FILE *file = fopen(script->path, "r");
    char *line = NULL;
    size_t size = 0;
    ssize_t length;

    if (file == NULL)
        return -1;
    while ((length = getline(&line, &size, file)) >= 0) {
        const char *start = line + strspn(line, " \t");

        if (length > 0 && line[length - 1] == '\n')
            line[length - 1] = '\0';
        script->lines =
            mem_resize(script->lines, script->n + 1, sizeof *script->lines);
        script->lines[script->n++] = (struct text_line){
            .text =
                strdup(*start == '>' ? start + 1 + (start[1] == ' ') : line),
            .is_told = *start == '>'};
    }
    free(line);
    fclose(file);
    return 0;
}

static void release_script(struct script *script)
{
    for (size_t i = 0; i < script->n; i++)
        free(script->lines[i].text);
    free(script->lines);
    strbuf_release(&script->updated);
}

static char *next_line(char **rest)
{
    char *line = *rest, *end;

    if (line == NULL || *line == '\0')
        return NULL;
    end = strchr(line, '\n');
    *rest = end == NULL ? NULL : end + 1;
    if (end != NULL)
        *end = '\0';
    return line;
}

/* Compares what came after line AT with the expectations there; the first
 * difference of each line is shown with both sides. */
static void compare(struct script *script, size_t at, char *told)
{
    size_t i = at + 1;
    bool is_wrong = false;
    struct strbuf table;

    strbuf_init(&table);
    for (;; i++) {
        bool is_expected = i < script->n && script->lines[i].is_told;
        const char *expected = is_expected ? script->lines[i].text : NULL;
        const char *got = next_line(&told);

        if (expected == NULL && got == NULL)
            break;
        if (got != NULL)
            strbuf_add_fmt(&script->updated, "      > %s\n", got);
        if (expected == NULL || got == NULL || strcmp(expected, got) != 0)
            is_wrong = true;
        strbuf_add_fmt(&table, "#   %-34s | %s\n",
                       expected == NULL ? "-" : expected,
                       got == NULL ? "-" : got);
    }
    if (is_wrong) {
        printf("# %s:%zu: %s\n#   %-34s | got\n%s", script->path, at + 1,
               script->lines[at].text, "expected", table.text);
        script->n_wrong++;
    }
    strbuf_release(&table);
}

static bool is_command(const char *line)
{
    line += strspn(line, " \t");
    return *line != '\0' && *line != '#';
}

/* Runs the whole script; -1 when the story itself breaks off. */
static int tell(struct script *script, struct err *err)
{
    struct story *story = story_create();
    struct strbuf told;
    int result = 0;

    strbuf_init(&told);
    for (size_t i = 0; result == 0 && i < script->n; i++) {
        const char *line = script->lines[i].text;

        if (script->lines[i].is_told)
            continue;
        strbuf_add_fmt(&script->updated, "%s\n", line);
        if (!is_command(line))
            continue;
        strbuf_reset(&told);
        result = story_line(story, line, &told, err);
        compare(script, i, told.text);
        if (result < 0)
            printf("# %s:%zu: %s\n", script->path, i + 1, err->text);
    }
    if (result == 0 && (result = story_check_replay(story, err)) < 0)
        printf("# %s: %s\n", script->path, err->text);
    strbuf_release(&told);
    story_destroy(story);
    return result;
}

static int write_script(const struct script *script)
{
    FILE *file = fopen(script->path, "w");

    if (file == NULL)
        return -1;
    fputs(script->updated.text, file);
    return fclose(file);
}

static bool run_file(const char *path, bool is_update)
{
    struct script script = {.path = path};
    struct err err = {.code = ERR_NONE};
    bool is_good = false;

    strbuf_init(&script.updated);
    if (read_script(&script) < 0) {
        perror(path);
    } else if (tell(&script, &err) == 0) {
        is_good = script.n_wrong == 0;
        if (is_update && !is_good)
            is_good = write_script(&script) == 0;
    }
    release_script(&script);
    return is_good;
}

int main(int argc, char **argv)
{
    bool is_update = argc > 1 && strcmp(argv[1], "--update") == 0;
    int first = is_update ? 2 : 1, n_bad = 0;

    printf("1..%d\n", argc - first);
    for (int i = first; i < argc; i++) {
        bool is_good = run_file(argv[i], is_update);
        const char *slash = strrchr(argv[i], '/');

        n_bad += !is_good;
        printf("%s %d - %s\n", is_good ? "ok" : "not ok", i - first + 1,
               slash == NULL ? argv[i] : slash + 1);
    }
    return n_bad > 0 || first >= argc ? 1 : 0;
}
