/* SPDX-License-Identifier: GPL-2.0-only */
/* Firmware nodes: a device-tree node, or anything else that carries properties. */
#ifndef _LINUX_FWNODE_H
#define _LINUX_FWNODE_H

#include <linux/bits.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/types.h>

struct device;
struct fwnode_operations;

enum dev_dma_attr {
	DEV_DMA_NOT_SUPPORTED,
	DEV_DMA_NON_COHERENT,
	DEV_DMA_COHERENT,
};

#define FWNODE_FLAG_NOT_DEVICE		1
#define FWNODE_FLAG_INITIALIZED		2
#define FWNODE_FLAG_NEEDS_CHILD_BOUND_ON_ADD	3

/* Firmware nodes here are device-tree nodes; the operations only tell them from others. */
struct fwnode_handle {
	struct fwnode_handle *secondary;
	const struct fwnode_operations *ops;
	struct device *dev;
	unsigned long flags;
};

#define NR_FWNODE_REFERENCE_ARGS	16

struct fwnode_reference_args {
	struct fwnode_handle *fwnode;
	unsigned int nargs;
	u64 args[NR_FWNODE_REFERENCE_ARGS];
};

static inline void fwnode_set_flag(struct fwnode_handle *fwnode, unsigned int nr)
{
	fwnode->flags |= BIT(nr);
}

static inline void fwnode_clear_flag(struct fwnode_handle *fwnode, unsigned int nr)
{
	fwnode->flags &= ~BIT(nr);
}

static inline bool fwnode_test_flag(struct fwnode_handle *fwnode, unsigned int nr)
{
	return fwnode->flags & BIT(nr);
}

static inline void fwnode_dev_initialized(struct fwnode_handle *fwnode, bool initialized)
{
	if (IS_ERR_OR_NULL(fwnode))
		return;
	if (initialized)
		fwnode->flags |= BIT(FWNODE_FLAG_INITIALIZED);
	else
		fwnode->flags &= ~BIT(FWNODE_FLAG_INITIALIZED);
}

#endif
