/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of neighbours: there are none. */
#ifndef _LINUX_NEIGHBOUR_H
#define _LINUX_NEIGHBOUR_H

struct neighbour;
struct neigh_parms;
enum {
	NEIGH_ARP_TABLE = 0,
	NEIGH_ND_TABLE = 1,
	NEIGH_NR_TABLES = 2,
};

#endif
