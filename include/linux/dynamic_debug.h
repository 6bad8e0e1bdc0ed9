/* SPDX-License-Identifier: GPL-2.0-only */
/* There is no switching of messages at run time: DEBUG decides when a file is compiled. */
#ifndef _LINUX_DYNAMIC_DEBUG_H
#define _LINUX_DYNAMIC_DEBUG_H

#include <linux/printk.h>
#define DYNAMIC_DEBUG_BRANCH(descriptor) false
#define DEFINE_DYNAMIC_DEBUG_METADATA(name, fmt)
#define dynamic_pr_debug(fmt, ...) no_printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)
#define dynamic_hex_dump(prefix_str, prefix_type, rowsize, groupsize, buf, len, ascii)                                \
	print_hex_dump_debug(prefix_str, prefix_type, rowsize, groupsize, buf, len, ascii)

#endif
