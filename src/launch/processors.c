/* SPDX-License-Identifier: BSD-2-Clause */
#include "launch/processors.h"

#include <hwloc.h>

#include "base/alloc.h"

/* Only what cgroups and this process's own binding leave: `taskset erm` must
 * bind the jobs too. */
static int load(hwloc_topology_t topology)
{
    unsigned long flags = HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM |
                          HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING;
    if (hwloc_topology_set_flags(topology, flags))
        return -1;
    return hwloc_topology_load(topology);
}

uint32_t *processors_list(uint32_t *n, struct err *err)
{
    hwloc_topology_t topology;
    uint32_t *list = NULL;
    if (hwloc_topology_init(&topology)) {
        err_set_errno(err, "cannot look at this machine's processors");
        return NULL;
    }
    int count = -1;
    if (load(topology) == 0)
        count = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
    if (count > 0) {
        list = mem_alloc_array((size_t)count, sizeof(*list));
        for (int i = 0; i < count; i++)
            list[i] = hwloc_get_obj_by_type(topology, HWLOC_OBJ_PU, (unsigned)i)
                          ->os_index;
        *n = (uint32_t)count;
    } else {
        err_set(err, ERR_SYSTEM, "cannot find this machine's processors");
    }
    hwloc_topology_destroy(topology);
    return list;
}
