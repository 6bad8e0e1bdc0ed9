/* SPDX-License-Identifier: GPL-2.0-only */
/* Pointers by number, under their older name. */
#ifndef _LINUX_RADIX_TREE_H
#define _LINUX_RADIX_TREE_H

#include <linux/xarray.h>
#include <linux/list.h>
#include <linux/preempt.h>
#define radix_tree_root xarray
#define radix_tree_node xa_node
#define RADIX_TREE_INIT(name, mask) XARRAY_INIT(name, mask)
#define RADIX_TREE(name, mask) struct radix_tree_root name = RADIX_TREE_INIT(name, mask)
#define INIT_RADIX_TREE(root, mask) xa_init_flags(root, mask)
/* The caller locks. */
int radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item);
void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index);
void *radix_tree_delete(struct radix_tree_root *root, unsigned long index);
void *radix_tree_delete_item(struct radix_tree_root *root, unsigned long index, void *item);
static inline bool radix_tree_empty(const struct radix_tree_root *root)
{
	return xa_empty(root);
}
unsigned int radix_tree_gang_lookup(const struct radix_tree_root *root, void **results, unsigned long first_index,
				    unsigned int max_items);
struct radix_tree_iter {
	unsigned long index;
	unsigned long next_index;
};

#endif
