/* SPDX-License-Identifier: BSD-2-Clause */
/* What the shepherd and the launcher are told. */
#include "scene.h"

#include <unistd.h>

#include "dvm/announce.h"

static void read_report(const struct scene *scene, char *buf, size_t size)
{
    ssize_t n = read(scene->box.report[0], buf, size - 1);

    buf[n > 0 ? n : 0] = '\0';
}

static void test_the_command_runs(void **state)
{
    struct scene *scene = *state;
    char line[100];

    scene->options.report_fd = scene->box.report[1];
    announce_started(&scene->options, 4711);
    read_report(scene, line, sizeof(line));
    assert_string_equal(line, "1 1 0 started 4711\n");
    assert_true(scene_file_has(scene, "jobs/1.1/command", "1 4711 1"));
}

static void test_nobody_has_to_listen(void **state)
{
    struct scene *scene = *state;
    char line[100];

    announce_started(&scene->options, 4712);
    read_report(scene, line, sizeof(line));
    assert_string_equal(line, "");
    assert_true(scene_file_has(scene, "jobs/1.1/command", "1 4712 "));
}

static void test_a_claim_that_is_gone(void **state)
{
    struct scene *scene = *state;
    char line[100];

    scene->options.dir = "/nonexistent";
    scene->options.report_fd = scene->box.report[1];
    announce_started(&scene->options, 4713);
    announce_note(&scene->options, "lost", "nobody reads this");
    read_report(scene, line, sizeof(line));
    assert_string_equal(line, "1 1 0 started 4713\n");
}

static void test_notes(void **state)
{
    struct scene *scene = *state;
    char buf[40];

    announce_note(&scene->options, "failure", "ssh: no route, a first text");
    announce_note(&scene->options, "failure", "ssh: no route");
    assert_string_equal(
        claim_note(scene->box.jobs_fd, 1, 1, 0, "failure", buf, sizeof(buf)),
        "ssh: no route");
    assert_string_equal(
        claim_note(scene->box.jobs_fd, 1, 1, 0, "lost", buf, sizeof(buf)), "");
}

int main(void)
{
#define STORY(f) cmocka_unit_test_setup_teardown(f, scene_enter, scene_leave)
    const struct CMUnitTest tests[] = {
        STORY(test_the_command_runs),
        STORY(test_nobody_has_to_listen),
        STORY(test_a_claim_that_is_gone),
        STORY(test_notes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
