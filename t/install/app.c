/* SPDX-License-Identifier: BSD-2-Clause */
/* The smallest user of liberm, for C and C++. */
#include <erm.h>
#include <stdio.h>

int main(void)
{
    const char *const *names;
    erm_directive d;
    erm_t *e = erm_open();
    int n = erm_nodes(e, &names);
    if (n < 1 || erm_poll(e, &d) != 0)
        return 1;
    printf("%d nodes, first %s\n", n, names[0]);
    erm_close(e);
    return 0;
}
