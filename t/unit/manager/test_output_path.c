/* SPDX-License-Identifier: BSD-2-Clause */
/* Where output goes. */
#include "stage.h"

#include "manager/output_path.h"

static void expect(const char *pattern, const char *output_dir,
                   const char *part, const char *expected)
{
    struct output_place place = {
        .pattern = pattern,
        .output_dir = output_dir,
        .cwd = "/home/me",
        .id = 7,
        .attempt = 2,
        .name = "blast",
        .part = part,
    };
    char *path = output_path(&place);

    assert_string_equal(path, expected);
    free(path);
}

static void test_of_a_job(void **state)
{
    (void)state;
    expect(NULL, NULL, NULL, "/home/me/erm-7.out");
    expect(NULL, "/scratch", NULL, "/scratch/erm-7.out");
    expect("logs/%x-%j.%a", NULL, NULL, "/home/me/logs/blast-7.2");
    expect("logs/%x-%j.%a", "/scratch", NULL, "/home/me/logs/blast-7.2");
    expect("/abs/%j%%%q%", NULL, NULL, "/abs/7%%q%");
    expect("%n/out", NULL, NULL, "/home/me/main/out");
}

static void test_of_a_worker(void **state)
{
    (void)state;
    expect(NULL, NULL, "n3", "/home/me/erm-7.out.n3");
    expect(NULL, "/scratch", "n3", "/scratch/erm-7.out.n3");
    expect("%x.%n.out", NULL, "n3", "/home/me/blast.n3.out");
    expect("%%n", NULL, "n3", "/home/me/%n.n3");
    expect("out", NULL, "hook", "/home/me/out.hook");
}

static void test_below_the_root(void **state)
{
    struct output_place place = {.cwd = "/", .id = 7, .name = ""};
    char *path = output_path(&place);

    (void)state;
    assert_string_equal(path, "/erm-7.out");
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_a_job),
        cmocka_unit_test(test_of_a_worker),
        cmocka_unit_test(test_below_the_root),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
