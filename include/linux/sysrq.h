/* SPDX-License-Identifier: GPL-2.0-only */
/* Keys that ask the kernel itself for something. There are none: the terminal has commands. */
#ifndef _LINUX_SYSRQ_H
#define _LINUX_SYSRQ_H

#include <linux/errno.h>
#include <linux/types.h>

struct sysrq_key_op {
	void (*const handler)(u8 key);
	const char *const help_msg;
	const char *const action_msg;
	const int enable_mask;
};

static inline void handle_sysrq(u8 key)
{
}

static inline void __handle_sysrq(u8 key, bool check_mask)
{
}

static inline int register_sysrq_key(u8 key, const struct sysrq_key_op *op)
{
	return -EINVAL;
}

static inline int unregister_sysrq_key(u8 key, const struct sysrq_key_op *op)
{
	return -EINVAL;
}

static inline int sysrq_mask(void)
{
	return 0;
}

#endif
