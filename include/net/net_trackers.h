/* SPDX-License-Identifier: GPL-2.0-only */
/* Whoever holds a device: nothing is noted, as in a Linux without its debugging. */
#ifndef __NET_NET_TRACKERS_H
#define __NET_NET_TRACKERS_H

typedef struct { } netdevice_tracker;
typedef struct { } netns_tracker;

#endif
