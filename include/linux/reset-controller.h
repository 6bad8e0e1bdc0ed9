/* SPDX-License-Identifier: GPL-2.0-only */
/* Reset lines, for those who provide them. */
#ifndef _LINUX_RESET_CONTROLLER_H
#define _LINUX_RESET_CONTROLLER_H

#include <linux/list.h>
#include <linux/types.h>

struct device;
struct device_node;
struct module;
struct of_phandle_args;
struct reset_controller_dev;

/* Called without any lock, in the context of whoever uses the line. */
struct reset_control_ops {
	int (*reset)(struct reset_controller_dev *rcdev, unsigned long id);
	int (*assert)(struct reset_controller_dev *rcdev, unsigned long id);
	int (*deassert)(struct reset_controller_dev *rcdev, unsigned long id);
	int (*status)(struct reset_controller_dev *rcdev, unsigned long id);
};

/* A line for a device that has no device-tree node. */
struct reset_control_lookup {
	struct list_head list;
	const char *provider;
	unsigned int index;
	const char *dev_id;
	const char *con_id;
};

#define RESET_LOOKUP(_provider, _index, _dev_id, _con_id) \
	{ .provider = _provider, .index = _index, .dev_id = _dev_id, .con_id = _con_id, }

/* `list` and `reset_control_head` are the framework's, which keeps there how to find its own. */
struct reset_controller_dev {
	const struct reset_control_ops *ops;
	struct module *owner;
	struct list_head list;
	struct list_head reset_control_head;
	struct device *dev;
	struct device_node *of_node;
	const struct of_phandle_args *of_args;
	int of_reset_n_cells;
	int (*of_xlate)(struct reset_controller_dev *rcdev, const struct of_phandle_args *reset_spec);
	unsigned int nr_resets;
};

int reset_controller_register(struct reset_controller_dev *rcdev);
void reset_controller_unregister(struct reset_controller_dev *rcdev);
int devm_reset_controller_register(struct device *dev, struct reset_controller_dev *rcdev);
void reset_controller_add_lookup(struct reset_control_lookup *lookup, unsigned int num_entries);

#endif
