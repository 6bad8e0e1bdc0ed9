/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages of the network that are not to flood the log. */
#ifndef _LINUX_NET_H
#define _LINUX_NET_H

#include <linux/stringify.h>
#include <linux/random.h>
#include <linux/wait.h>
#include <linux/fcntl.h>
#include <linux/rcupdate.h>
#include <linux/once.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/uio.h>
#include <linux/printk.h>
#include <uapi/linux/net.h>

int net_ratelimit(void);
#define net_ratelimited_function(function, ...) \
	do { \
		if (net_ratelimit()) \
			function(__VA_ARGS__); \
	} while (0)
#define net_err_ratelimited(fmt, ...) net_ratelimited_function(pr_err, fmt, ##__VA_ARGS__)
#define net_warn_ratelimited(fmt, ...) net_ratelimited_function(pr_warn, fmt, ##__VA_ARGS__)
#define net_notice_ratelimited(fmt, ...) net_ratelimited_function(pr_notice, fmt, ##__VA_ARGS__)
#define net_info_ratelimited(fmt, ...) net_ratelimited_function(pr_info, fmt, ##__VA_ARGS__)
#define net_dbg_ratelimited(fmt, ...) \
	do { \
		if (0) \
			pr_debug(fmt, ##__VA_ARGS__); \
	} while (0)

#endif
