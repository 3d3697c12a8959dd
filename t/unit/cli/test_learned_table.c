/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/learned_table.h"

static void test_a_row_for_each_name(void **state)
{
    (void)state;
    struct cli cli;
    char *out = NULL;
    size_t n;
    json_t *learned = json_loads(
        "[{\"name\":\"heat\",\"grow\":{\"n\":12,\"mean\":0.35},"
        "\"shrink\":null,\"restart\":{\"n\":1,\"mean\":2.0},\"rates\":["
        "{\"n_nodes\":2,\"n\":3,\"per_second\":0.0125},"
        "{\"n_nodes\":4,\"n\":1,\"per_second\":0.021}]},"
        "{\"name\":\"mandel\",\"grow\":null,\"shrink\":{\"n\":2,"
        "\"mean\":0.1},\"restart\":null,\"rates\":[]}]",
        0, NULL);
    assert_non_null(learned);
    cli_init(&cli);
    cli.out = open_memstream(&out, &n);
    cli.width = 0;
    learned_table_print(learned, &cli);
    fclose(cli.out);
    assert_string_equal(
        out, "NAME    GROW         SHRINK      RESTART    PROGRESS\n"
             "heat    350 ms (12)  -           2.0 s (1)  2: 1.25 %/s, 4: 2.1 "
             "%/s\n"
             "mandel  -            100 ms (2)  -          -\n");
    free(out);
    json_decref(learned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_for_each_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
