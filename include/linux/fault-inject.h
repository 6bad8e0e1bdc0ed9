/* SPDX-License-Identifier: GPL-2.0-only */
/* Faults that drivers make for their own tests: CONFIG_FAULT_INJECTION is not set, so none ever happens. */
#ifndef _LINUX_FAULT_INJECT_H
#define _LINUX_FAULT_INJECT_H

#include <linux/err.h>
#include <linux/types.h>

struct dentry;

struct fault_attr {
};

#define DECLARE_FAULT_ATTR(name)	struct fault_attr name = {}

static inline bool should_fail(struct fault_attr *attr, ssize_t size)
{
	return false;
}

static inline struct dentry *fault_create_debugfs_attr(const char *name, struct dentry *parent,
	struct fault_attr *attr)
{
	return ERR_PTR(-ENODEV);
}

#endif
