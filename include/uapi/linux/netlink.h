/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages with settings: there are none. */
#ifndef _UAPI__LINUX_NETLINK_H
#define _UAPI__LINUX_NETLINK_H

#include <linux/types.h>
#include <linux/socket.h>

struct nlmsghdr {
	__u32 nlmsg_len;
	__u16 nlmsg_type;
	__u16 nlmsg_flags;
	__u32 nlmsg_seq;
	__u32 nlmsg_pid;
};
struct nlattr {
	__u16 nla_len;
	__u16 nla_type;
};

#endif
