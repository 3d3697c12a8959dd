/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "cli/foreign_options.h"

static size_t n_warnings;

static void expect(enum foreign_system system, const char *line,
                   const char *joined, size_t warnings)
{
    struct word_list in, out;
    struct diags diags;
    char text[500] = "";
    word_list_init(&in);
    word_list_init(&out);
    diags_init(&diags);
    assert_int_equal(shell_split(line, &in, NULL), 0);
    foreign_options(system, &in, 7, &out, &diags);
    for (size_t i = 0; i < out.n; i++)
        strcat(strcat(text, i > 0 ? " " : ""), out.words[i]);
    assert_string_equal(text, joined);
    n_warnings = diags.n;
    assert_int_equal(diags.n, warnings);
    for (size_t i = 0; i < diags.n; i++)
        assert_int_equal(diags.items[i].line, 7);
    diags_release(&diags);
    word_list_release(&in);
    word_list_release(&out);
}

#define SLURM(line, joined, warnings) \
    expect(FOREIGN_SLURM, line, joined, warnings)
#define PBS(line, joined, warnings) expect(FOREIGN_PBS, line, joined, warnings)

static void test_slurm_options_in_each_spelling(void **state)
{
    (void)state;
    SLURM("-N 4", "-N 4", 0);
    SLURM("-N4", "-N 4", 0);
    SLURM("--nodes=2-4 --job-name md", "-N 2-4 -J md", 0);
    SLURM("-o out.%j -e err.%j -D /work", "-o out.%j --stderr err.%j -D /work",
          0);
    SLURM("-H --requeue --priority=5", "--hold --requeue -p 5", 0);
    SLURM("--ntasks-per-node=8", "--procs-per-node 8", 0);
}

static void test_slurm_times_are_made_clear(void **state)
{
    (void)state;
    SLURM("-t 30", "-t 30m", 0);
    SLURM("--time=90:30", "-t 1:30:30", 0);
    SLURM("--time=1:30:00", "-t 1:30:00", 0);
    SLURM("--time=1-12", "-t 1-12", 0);
    SLURM("--time=1-12:30", "-t 1-12:30", 0);
}

static void test_slurm_dependencies(void **state)
{
    (void)state;
    SLURM("-d afterok:1:2,afternotok:3",
          "--after 1:ok --after 2:ok "
          "--after 3:notok",
          0);
    SLURM("--dependency=afterany:9", "--after 9:any", 0);
    SLURM("--dependency=singleton", "", 1);
}

static void test_slurm_exports_and_begin(void **state)
{
    (void)state;
    setenv("ERM_T_PASSED", "yes", 1);
    SLURM("--export=A=1,ERM_T_PASSED,ERM_T_UNSET",
          "--env A=1 --env "
          "ERM_T_PASSED=yes",
          0);
    SLURM("--export=NONE", "", 1);
    SLURM("--begin=now+60", "--begin 60s", 0);
    SLURM("--begin=now+1hour", "--begin 1h", 0);
    SLURM("--begin=16:00", "", 1);
}

static void test_unknown_options_end_the_line(void **state)
{
    (void)state;
    SLURM("--gres gpu:2 -N 4", "", 1); /* gpu:2 may be its value or not */
    SLURM("-N 4 --mem=4G", "-N 4", 1);
    SLURM("-N", "", 1);
    SLURM("stray", "", 1);
}

static void test_pbs_resources(void **state)
{
    (void)state;
    PBS("-l walltime=01:00:00", "-t 01:00:00", 0);
    PBS("-l walltime=1800", "-t 1800s", 0);
    PBS("-l walltime=30:00", "-t 0:30:00", 0);
    PBS("-l select=4,walltime=60", "-N 4 -t 60s", 0);
    PBS("-l nodes=2:ppn=8", "-N 2", 1);
    PBS("-l mem=4gb", "", 1);
    PBS("-l walltime", "", 1);
}

static void test_other_pbs_options(void **state)
{
    (void)state;
    PBS("-N md -o out -e err -p 3", "-J md -o out --stderr err -p 3", 0);
    PBS("-r y", "--requeue", 0);
    PBS("-r n", "", 0);
    PBS("-h", "--hold", 0);
    PBS("-j oe", "", 0);
    PBS("-j eo", "", 1);
    PBS("-v A=1,B=2", "--env A=1 --env B=2", 0);
    PBS("-W depend=afterok:12", "--after 12:ok", 0);
    PBS("-W group_list=x", "", 1);
    PBS("-q long", "", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slurm_options_in_each_spelling),
        cmocka_unit_test(test_slurm_times_are_made_clear),
        cmocka_unit_test(test_slurm_dependencies),
        cmocka_unit_test(test_slurm_exports_and_begin),
        cmocka_unit_test(test_unknown_options_end_the_line),
        cmocka_unit_test(test_pbs_resources),
        cmocka_unit_test(test_other_pbs_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
