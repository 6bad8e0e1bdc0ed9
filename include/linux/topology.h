/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory is of one node. */
#ifndef _LINUX_TOPOLOGY_H
#define _LINUX_TOPOLOGY_H

#include <linux/numa.h>
#include <linux/cpumask.h>
static inline int numa_node_id(void) { return 0; }
#define numa_mem_id() 0
#define cpu_to_node(cpu) ((void)(cpu), 0)
#define cpu_to_mem(cpu) cpu_to_node(cpu)

#endif
