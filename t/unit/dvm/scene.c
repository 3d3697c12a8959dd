/* SPDX-License-Identifier: BSD-2-Clause */
#include "scene.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The machine's own PATH, with the scripts before it, once. */
static void set_path(void)
{
    static bool is_set;
    char *path;

    if (is_set)
        return;
    is_set = true;
    assert_true(asprintf(&path, "%s:%s", FAKE_BIN, getenv("PATH")) > 0);
    setenv("PATH", path, 1);
    free(path);
}

int scene_enter(void **state)
{
    static int n;
    struct scene *scene = calloc(1, sizeof(*scene));

    set_path();
    sandbox_init(&scene->box);
    setenv("FAKE", scene->box.dir, 1);
    setenv("ERM_SANDBOX", scene->box.dir, 1);
    snprintf(scene->key, sizeof(scene->key), "test%d.%d", (int)getpid(), ++n);
    snprintf(scene->tmp, sizeof(scene->tmp), "/tmp/erm-%s", scene->key);
    sandbox_path(&scene->box, "jobs/1.1", scene->dir);
    assert_int_equal(mkdir(scene->dir, 0700), 0);
    scene_put(scene, "nodes", "a slots=2\nb slots=2\n");
    sandbox_path(&scene->box, "nodes", scene->hosts);
    scene->options = (struct dvm_options){.job_id = 1,
                                          .attempt = 1,
                                          .dir = scene->dir,
                                          .key = scene->key,
                                          .hosts = scene->hosts,
                                          .rsh = FAKE_BIN "/here-rsh",
                                          .within_s = 10,
                                          .report_fd = -1};
    *state = scene;
    return 0;
}

int scene_leave(void **state)
{
    struct scene *scene = *state;
    struct stat st;

    sandbox_release(&scene->box);
    assert_int_equal(stat(scene->tmp, &st), -1);
    free(scene);
    return 0;
}

void scene_put(const struct scene *scene, const char *name, const char *text)
{
    char path[SANDBOX_PATH];
    FILE *file = fopen(sandbox_path(&scene->box, name, path), "we");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

bool scene_has(const struct scene *scene, const char *name)
{
    char path[SANDBOX_PATH];

    return access(sandbox_path(&scene->box, name, path), F_OK) == 0;
}

bool scene_file_has(const struct scene *scene, const char *name,
                    const char *text)
{
    char *content = sandbox_read(&scene->box, name);
    bool is_found = strstr(content, text) != NULL;

    free(content);
    return is_found;
}

int scene_count_lines(const struct scene *scene, const char *name)
{
    char *content = sandbox_read(&scene->box, name);
    int n = 0;

    for (const char *p = content; *p != '\0'; p++)
        n += *p == '\n';
    free(content);
    return n;
}

bool scene_is_alive(pid_t pid)
{
    char path[40], state = 'X';
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    file = fopen(path, "re");
    if (file == NULL)
        return false;
    if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = 'X';
    fclose(file);
    return state != 'Z' && state != 'X';
}

pid_t scene_start_keyed(const struct scene *scene, const char *key,
                        const char *script)
{
    char path[SANDBOX_PATH];
    pid_t pid;

    unlink(sandbox_path(&scene->box, "ready", path));
    pid = fork();
    if (pid == 0) {
        char *text;
        setsid();
        setenv("ERM_DVM_KEY", key ? key : scene->key, 1);
        if (asprintf(&text, "echo >\"$FAKE/ready\"; %s", script) > 0)
            execl("/bin/sh", "sh", "-c", text, (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    sandbox_await(&scene->box, "ready");
    return pid;
}

pid_t scene_pid(const struct scene *scene, const char *name)
{
    char *text;
    pid_t pid;

    sandbox_await(&scene->box, name);
    text = sandbox_read(&scene->box, name);
    pid = (pid_t)atoi(text);
    free(text);
    assert_true(pid > 0);
    return pid;
}
