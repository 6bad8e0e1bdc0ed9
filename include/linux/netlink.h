/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a setting is refused: kept for whoever asked. */
#ifndef __LINUX_NETLINK_H
#define __LINUX_NETLINK_H

#include <linux/capability.h>
#include <linux/skbuff.h>
#include <linux/export.h>
#include <uapi/linux/netlink.h>

#define NETLINK_MAX_COOKIE_LEN 8
#define NETLINK_MAX_FMTMSG_LEN 80
struct netlink_ext_ack {
	const char *_msg;
	const struct nlattr *bad_attr;
	u8 cookie[NETLINK_MAX_COOKIE_LEN];
	u8 cookie_len;
	char _msg_buf[NETLINK_MAX_FMTMSG_LEN];
};
#define NL_SET_ERR_MSG(extack, msg) \
	do { \
		struct netlink_ext_ack *__extack = (extack); \
		if (__extack) \
			__extack->_msg = (msg); \
	} while (0)
#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) \
	do { \
		struct netlink_ext_ack *__extack = (extack); \
		if (__extack) { \
			snprintf(__extack->_msg_buf, NETLINK_MAX_FMTMSG_LEN, fmt, ##args); \
			__extack->_msg = __extack->_msg_buf; \
		} \
	} while (0)
#define NL_SET_ERR_MSG_MOD(extack, msg) NL_SET_ERR_MSG(extack, KBUILD_MODNAME ": " msg)
#define NL_SET_ERR_MSG_FMT_MOD(extack, fmt, args...) NL_SET_ERR_MSG_FMT(extack, KBUILD_MODNAME ": " fmt, ##args)
#define NL_SET_BAD_ATTR(extack, attr) do { if (extack) (extack)->bad_attr = (attr); } while (0)
#define NL_SET_ERR_MSG_ATTR(extack, attr, msg) \
	do { \
		NL_SET_ERR_MSG(extack, msg); \
		NL_SET_BAD_ATTR(extack, attr); \
	} while (0)

#endif
