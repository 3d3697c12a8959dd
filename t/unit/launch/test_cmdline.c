/* SPDX-License-Identifier: BSD-2-Clause */
/* Every adaptation, before and after; doc/commands.md tells the same. */
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "launch/cmdline.h"

static const uint32_t slots[] = {64, 32};

/* Job 7 on st33 and st34, of 2 to 5 nodes, for half an hour. */
struct desk {
    struct hostlist nodes;
    struct allocation allocation;
};

static int setup(void **state)
{
    struct desk *desk = calloc(1, sizeof(*desk));
    hostlist_init(&desk->nodes);
    hostlist_add(&desk->nodes, "st33");
    hostlist_add(&desk->nodes, "st34");
    desk->allocation = (struct allocation){
        .job_id = 7,
        .attempt = 3,
        .epoch = 4,
        .resize = "app",
        .job_name = "blast run",
        .nodes = &desk->nodes,
        .slots = slots,
        .min_nodes = 2,
        .max_nodes = 5,
        .pref_nodes = 4,
        .walltime = 1800 * USEC_PER_SEC,
        .start = 1000 * USEC_PER_SEC,
        .job_dir = "/s/mailbox/7",
        .node_file = "/s/jobs/7.3/hosts",
        .socket = "/run/erm.sock",
    };
    *state = desk;
    return 0;
}

static int teardown(void **state)
{
    struct desk *desk = *state;
    hostlist_release(&desk->nodes);
    free(desk);
    return 0;
}

static void assert_adapted(struct desk *desk, const char *before,
                           const char *after)
{
    struct strbuf out;
    struct err err;
    strbuf_init(&out);
    strbuf_add_str(&out, "> "); /* it appends */
    assert_int_equal(cmdline_adapt(before, &desk->allocation, &out, &err), 0);
    assert_string_equal(out.text + 2, after);
    strbuf_release(&out);
}

static void assert_same(struct desk *desk, const char *command)
{
    assert_adapted(desk, command, command);
}

static void test_readme_command(void **state)
{
    assert_adapted(*state,
                   "python /path/to/app.py --nodelist NODES --job_id ID "
                   "--nnodes NNODES --wt 00:10:00",
                   "python /path/to/app.py --nodelist st33,st34 --job_id 7 "
                   "--nnodes 2 --wt 00:30:00");
}

static void test_placeholders(void **state)
{
    assert_adapted(*state, "app NODES ID NNODES", "app st33,st34 7 2");
    assert_adapted(*state, "app --hosts=NODES -n=NNODES x=ID",
                   "app --hosts=st33,st34 -n=2 x=7");
    assert_adapted(*state, "H=NODES N=NNODES app", "H=st33,st34 N=2 app");
    assert_adapted(*state, "app \"NODES\" --id=\"ID\"",
                   "app \"st33,st34\" --id=\"7\"");
    assert_adapted(*state, "for i in NODES; do ssh $i; done",
                   "for i in st33,st34; do ssh $i; done");
    assert_adapted(*state, "a $(b NODES)", "a $(b st33,st34)");
}

static void test_a_worker_has_a_node_of_its_own(void **state)
{
    struct desk *desk = *state;
    assert_same(desk, "app NODE --node=NODE \"NODE\"");
    desk->allocation.node = "st34";
    desk->allocation.node_index = 1;
    assert_adapted(desk, "app NODE --node=NODE -H NODES 'NODE'",
                   "app st34 --node=st34 -H st33,st34 'NODE'");
}

static void test_what_is_left_alone(void **state)
{
    assert_same(*state, "");
    assert_same(*state, "app VALID NODESX MY_NODES ID2 nodes NODES,x");
    assert_same(*state, "app 'NODES' x='ID' \"two NODES\"");
    assert_same(*state, "app \\NODES $NODES ${ID} `echo ID`");
    assert_same(*state, "app x=y=NODES"); /* only the first '=' */
    assert_same(*state, "app >NODES <ID");
    assert_same(*state, "app # NODES ID");
    assert_same(*state, "cat <<EOF\nNODES\nEOF");
    assert_same(*state, "  a   b\t|  c  && d \\\n  e ;  ");
}

static void test_flags_with_values(void **state)
{
    assert_adapted(*state, "a --nodelist x,y --job_id 12 --wt 1:00",
                   "a --nodelist st33,st34 --job_id 7 --wt 00:30:00");
    assert_adapted(*state, "a --nodelist=NODES --job_id=12 --wt=x --nnodes=9",
                   "a --nodelist=st33,st34 --job_id=7 --wt=00:30:00 "
                   "--nnodes=2");
    assert_adapted(*state, "a --nnodes 9 b", "a --nnodes 2 b");
    assert_adapted(*state, "a --nodelist \"x y\"",
                   "a --nodelist \"st33,st34\"");
    assert_adapted(
        *state, "a --nodelist= --job_id=", "a --nodelist=st33,st34 --job_id=7");
}

static void test_what_the_user_computes_stays(void **state)
{
    assert_same(*state, "a --nodelist $ERM_NODES --job_id \"$X\"");
    assert_same(*state, "a --nodelist 'x,y' --nodelist=$(cat f)");
    assert_adapted(*state, "a --nodelist $(cat NODES) --wt `x`",
                   "a --nodelist $(cat st33,st34) --wt `x`");
}

static void test_flags_without_values(void **state)
{
    assert_adapted(*state, "a --nodelist --job_id --wt",
                   "a --nodelist st33,st34 --job_id 7 --wt 00:30:00");
    assert_adapted(*state, "a --nnodes",
                   "a --nnodes 2 --minnodes 2 --maxnodes 5");
    assert_adapted(*state, "a --nnodes --x; b",
                   "a --nnodes 2 --minnodes 2 --maxnodes 5 --x; b");
    assert_adapted(*state, "a --nodelist | b", "a --nodelist st33,st34 | b");
}

static void test_short_flag(void **state)
{
    assert_adapted(*state, "a -L", "a -L st33,st34 -N 2 -J 7 -mi 2 -ma 5");
    assert_adapted(*state, "a -L -v",
                   "a -L st33,st34 -N 2 -J 7 -mi 2 -ma 5 -v");
    assert_same(*state, "a -L 8080:h:80");
    assert_adapted(*state, "a -L NODES", "a -L st33,st34");
    assert_same(*state, "gcc -L/lib -Lx --L"); /* words, not letters */
}

static void test_no_walltime(void **state)
{
    struct desk *desk = *state;
    desk->allocation.walltime = TIME_NEVER;
    assert_same(desk, "a --wt 00:10:00");
    assert_same(desk, "a --wt=00:10:00 --wt");
    assert_adapted(desk, "NUM_NODES_EXAMOL a",
                   "NUM_NODES_EXAMOL=2 NODES_EXAMOL=st33,st34 "
                   "JOB_ID_EXAMOL=7 MIN_NODES_EXAMOL=2 MAX_NODES_EXAMOL=5 a");
}

static void test_long_walltime(void **state)
{
    struct desk *desk = *state;
    desk->allocation.walltime = (100 * 3600 + 61) * USEC_PER_SEC + 999999;
    assert_adapted(desk, "a --wt x", "a --wt 100:01:01");
}

static void test_examol(void **state)
{
#define EXAMOL                                                   \
    "NUM_NODES_EXAMOL=2 NODES_EXAMOL=st33,st34 JOB_ID_EXAMOL=7 " \
    "MIN_NODES_EXAMOL=2 MAX_NODES_EXAMOL=5 WALLTIME_EXAMOL=00:30:00"
    assert_adapted(*state, "NUM_NODES_EXAMOL python app.py",
                   EXAMOL " python app.py");
    assert_adapted(*state, "cd x && A=1 NUM_NODES_EXAMOL python app.py",
                   "cd x && A=1 " EXAMOL " python app.py");
    assert_same(*state, "echo NUM_NODES_EXAMOL");
    assert_same(*state, "NUM_NODES_EXAMOL=3 python app.py");
}

static void test_prun_without_a_dvm(void **state)
{
    assert_same(*state, "prun -n 2 ./app");
}

#define PRUN                                                       \
    "prun --dvm-uri file:/d --host st33:64,st34:32 --map-by node " \
    "--bind-to none -n 2"

static void test_prun(void **state)
{
    struct desk *desk = *state;
    desk->allocation.dvm_uri = "/d";
    assert_adapted(desk, "prun ./app ID", PRUN " ./app 7");
    assert_adapted(desk, "cd x; time prun a | (prun b)",
                   "cd x; time " PRUN " a | (" PRUN " b)");
    assert_adapted(desk, "NUM_NODES_EXAMOL prun a", EXAMOL " " PRUN " a");
    assert_adapted(desk, "x=$(prun a)", "x=$(" PRUN " a)");
    assert_adapted(desk, "A=1 /opt/prrte/bin/prun a",
                   "A=1 /opt/prrte/bin/" PRUN " a");
    assert_same(desk, "echo prun; man prun; ./xprun 'prun' \"prun\"");
    assert_same(desk, "bash -c 'prun a'");
}

static void test_unbalanced(void **state)
{
    struct desk *desk = *state;
    struct strbuf out;
    struct err err;
    strbuf_init(&out);
    strbuf_add_str(&out, "x");
    assert_int_equal(cmdline_adapt("a NODES 'b", &desk->allocation, &out, &err),
                     -1);
    assert_int_equal(err.code, ERR_INPUT);
    assert_string_equal(out.text, "x");
    strbuf_release(&out);
}

/* The value of NAME, or NULL; fails when it is there twice. */
static const char *value_of(char **env, const char *name)
{
    const char *found = NULL;
    size_t n = strlen(name);
    for (char **item = env; *item; item++) {
        if (strncmp(*item, name, n) != 0 || (*item)[n] != '=')
            continue;
        assert_null(found);
        found = *item + n + 1;
    }
    return found;
}

static void assert_value(char **env, const char *name, const char *expected)
{
    const char *value = value_of(env, name);
    if (!expected) {
        assert_null(value);
        return;
    }
    assert_non_null(value);
    assert_string_equal(value, expected);
}

static void test_environment_of_a_worker(void **state)
{
    struct desk *desk = *state;
    desk->allocation.node = "st34";
    desk->allocation.node_index = 1;
    char **env = cmdline_env(NULL, &desk->allocation, NULL);
    assert_value(env, "ERM_NODE", "st34");
    assert_value(env, "ERM_NODE_INDEX", "1");
    assert_value(env, "ERM_NODES", "st33,st34");
    cmdline_env_free(env);
}

static void test_environment(void **state)
{
    struct desk *desk = *state;
    static const char *const expected[][2] = {
        {"ERM_JOB_ID", "7"},
        {"ERM_JOB_NAME", "blast run"},
        {"ERM_JOB_DIR", "/s/mailbox/7"},
        {"ERM_PROTOCOL", "1"},
        {"ERM_ATTEMPT", "3"},
        {"ERM_EPOCH", "4"},
        {"ERM_RESIZE", "app"},
        {"ERM_SOCKET", "/run/erm.sock"},
        {"ERM_NODES", "st33,st34"},
        {"ERM_NODELIST", "st[33-34]"},
        {"ERM_NNODES", "2"},
        {"ERM_MIN_NODES", "2"},
        {"ERM_MAX_NODES", "5"},
        {"ERM_PREF_NODES", "4"},
        {"ERM_NODEFILE", "/s/jobs/7.3/hosts"},
        {"ERM_SLOTS_PER_NODE", "32"},
        {"ERM_WALLTIME", "1800"},
        {"ERM_DEADLINE", "2800"},
        {"ERM_END_TIME", "2800"},
        {"ERM_RESTART", "2"},
        {"ERM_NODE", NULL},
        {"ERM_NODE_INDEX", NULL},
        {"ERM_POLICY_FILE", NULL},
        {"ERM_DVM_KEY", NULL},
        {"ERM_RSH", NULL},
        {"ERM_REQUESTS_FILE", NULL},
        {"NUM_NODES_EXAMOL", "2"},
        {"NODES_EXAMOL", "st33,st34"},
        {"JOB_ID_EXAMOL", "7"},
        {"MIN_NODES_EXAMOL", "2"},
        {"MAX_NODES_EXAMOL", "5"},
        {"WALLTIME_EXAMOL", "00:30:00"},
        {"PARSL_RUN_DIR", "/s/mailbox/7/runinfo"},
    };
    char **env = cmdline_env(NULL, &desk->allocation, NULL);
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        assert_value(env, expected[i][0], expected[i][1]);
    cmdline_env_free(env);
}

static void test_files_and_no_walltime(void **state)
{
    struct desk *desk = *state;
    desk->allocation.policy_file = "/w/policy.json";
    desk->allocation.requests_file = "/w/jobrequests.json";
    desk->allocation.walltime = TIME_NEVER;
    desk->allocation.attempt = 1;
    desk->allocation.slots = NULL;
    static const char *const base[] = {"ERM_WALLTIME=1", NULL};
    char **env = cmdline_env(base, &desk->allocation, NULL);
    assert_value(env, "ERM_POLICY_FILE", "/w/policy.json");
    assert_value(env, "ERM_REQUESTS_FILE", "/w/jobrequests.json");
    assert_value(env, "ERM_WALLTIME", NULL);
    assert_value(env, "ERM_DEADLINE", NULL);
    assert_value(env, "ERM_END_TIME", NULL);
    assert_value(env, "WALLTIME_EXAMOL", NULL);
    assert_value(env, "ERM_RESTART", "0");
    assert_value(env, "ERM_SLOTS_PER_NODE", "1");
    cmdline_env_free(env);
}

static void test_later_ones_win(void **state)
{
    struct desk *desk = *state;
    static const char *const base[] = {"A=base",       "B=base",  "AB=base",
                                       "ERM_JOB_ID=1", "strange", NULL};
    static const char *const extra[] = {
        "B=extra", "C=1=2", "D=", "ERM_MAX_NODES=9", "C=3", NULL};
    char **env = cmdline_env(base, &desk->allocation, extra);
    assert_value(env, "A", "base");
    assert_value(env, "AB", "base");
    assert_value(env, "B", "extra");
    assert_value(env, "C", "3");
    assert_value(env, "D", "");
    assert_value(env, "ERM_JOB_ID", "7");
    assert_value(env, "ERM_MAX_NODES", "9");
    for (char **item = env; *item; item++)
        assert_non_null(strchr(*item, '='));
    cmdline_env_free(env);
}

static void test_what_is_the_manager_s_own(void **state)
{
    struct desk *desk = *state;
    static const char *const base[] = {"ERM_STATE_DIR=x",
                                       "ERM_CONFIG=x",
                                       "NOTIFY_SOCKET=x",
                                       "LISTEN_FDS=1",
                                       "WATCHDOG_USEC=1",
                                       "JOURNAL_STREAM=1",
                                       "PMIX_RANK=0",
                                       "PRTE_LAUNCHED=1",
                                       "OMPI_COMM_WORLD_SIZE=2",
                                       "PMIX_MCA_psec=x",
                                       "PRTE_MCA_plm=x",
                                       "OMPI_MCA_btl=x",
                                       "LD_PRELOAD=x",
                                       "LD_LIBRARY_PATH=x",
                                       "SLURM_JOB_ID=5",
                                       "HOME=/h",
                                       NULL};
    static const char *const gone[] = {
        "ERM_STATE_DIR", "ERM_CONFIG",    "NOTIFY_SOCKET",
        "LISTEN_FDS",    "WATCHDOG_USEC", "JOURNAL_STREAM",
        "PMIX_RANK",     "PRTE_LAUNCHED", "OMPI_COMM_WORLD_SIZE"};
    static const char *const kept[] = {"PMIX_MCA_psec", "PRTE_MCA_plm",
                                       "OMPI_MCA_btl", "LD_PRELOAD",
                                       "LD_LIBRARY_PATH"};
    char **env = cmdline_env(base, &desk->allocation, NULL);
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
        assert_value(env, gone[i], NULL);
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
        assert_value(env, kept[i], "x");
    assert_value(env, "HOME", "/h");
    assert_value(env, "SLURM_JOB_ID", "5");
    cmdline_env_free(env);
    cmdline_env_free(NULL);
}

/* Ranks that leave must not wait for the others; but who says otherwise. */
static void test_a_world_of_mpi_that_can_become_smaller(void **state)
{
    static const char finalize[] = "OMPI_MCA_async_mpi_finalize";
    static const char coll[] = "OMPI_MCA_coll";
    static const char *const base[] = {"HOME=/h", NULL};
    static const char *const mine[] = {"OMPI_MCA_async_mpi_finalize=0",
                                       "OMPI_MCA_coll=basic,self", NULL};
    static const struct {
        bool can_lose_ranks;
        const char *const *base, *const *extra;
        const char *finalize, *coll;
    } rows[] = {
        {false, base, NULL, NULL, NULL},
        {true, base, NULL, "1", "^han"},
        {true, mine, NULL, "0", "basic,self"},
        {true, base, mine, "0", "basic,self"},
        {true, NULL, NULL, NULL, NULL},
    };
    struct desk *desk = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        desk->allocation.can_lose_ranks = rows[i].can_lose_ranks;
        char **env =
            cmdline_env(rows[i].base, &desk->allocation, rows[i].extra);
        assert_value(env, finalize, rows[i].finalize);
        assert_value(env, coll, rows[i].coll);
        cmdline_env_free(env);
    }
}

/* How much of COMMAND is the program's name, when it is nothing but that. */
static void test_one_program(void **state)
{
    static const struct {
        const char *command;
        size_t n;
    } rows[] = {
        {"app", 3},
        {"./app -x 'a b' \"$HOME\" `date`", 5},
        {"./app $(date)", 0}, /* it might be, but is not looked into */
        {"exit 7", 4},        /* whether there is such a program is not asked */
        {"app  a\t b ", 3},
        {"app a\n", 3},
        {"", 0},
        {" app", 0},
        {"app; true", 0},
        {"app && true", 0},
        {"app | cat", 0},
        {"app &", 0},
        {"app >out", 0},
        {"app <in -x", 0},
        {"app # a word", 0},
        {"app\nother", 0},
        {"A=1 app", 0},
        {"'app' -x", 0},
        {"$APP -x", 0},
        {"(app)", 0},
        {"app 'x", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (cmdline_program(rows[i].command) != rows[i].n)
            fail_msg("%s: %zu", rows[i].command,
                     cmdline_program(rows[i].command));
}

static void test_a_command_that_calls_prun(void **state)
{
    static const char *const yes[] = {"prun app",
                                      "/usr/bin/prun -n 2 app",
                                      "true && prun app",
                                      "A=1 prun app",
                                      "cd x; prun app | cat",
                                      "(prun app)",
                                      "while :; do prun app; done",
                                      "exec prun x",
                                      "nohup prun x",
                                      "time prun x",
                                      "NUM_NODES_EXAMOL prun x"};
    static const char *const no[] = {
        "app",        "echo prun",  "app --with prun",
        "prune x",    "'prun app'", "./my-prun x",
        "# prun app", "",           "prun 'not closed"};
    (void)state;
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
        if (!cmdline_calls_prun(yes[i]))
            fail_msg("not seen: %s", yes[i]);
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
        if (cmdline_calls_prun(no[i]))
            fail_msg("seen: %s", no[i]);
}

int main(void)
{
#define AT_DESK(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        AT_DESK(test_readme_command),
        AT_DESK(test_placeholders),
        AT_DESK(test_a_worker_has_a_node_of_its_own),
        AT_DESK(test_what_is_left_alone),
        AT_DESK(test_flags_with_values),
        AT_DESK(test_what_the_user_computes_stays),
        AT_DESK(test_flags_without_values),
        AT_DESK(test_short_flag),
        AT_DESK(test_no_walltime),
        AT_DESK(test_long_walltime),
        AT_DESK(test_examol),
        AT_DESK(test_prun_without_a_dvm),
        AT_DESK(test_prun),
        AT_DESK(test_unbalanced),
        AT_DESK(test_environment),
        AT_DESK(test_environment_of_a_worker),
        AT_DESK(test_files_and_no_walltime),
        AT_DESK(test_later_ones_win),
        AT_DESK(test_what_is_the_manager_s_own),
        AT_DESK(test_a_world_of_mpi_that_can_become_smaller),
        cmocka_unit_test(test_one_program),
        cmocka_unit_test(test_a_command_that_calls_prun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
