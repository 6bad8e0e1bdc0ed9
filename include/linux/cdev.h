/* SPDX-License-Identifier: GPL-2.0-only */
/* Character devices. There is nobody to open one: the structure is there for those that embed it, its functions are not. */
#ifndef _LINUX_CDEV_H
#define _LINUX_CDEV_H

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/types.h>

struct file_operations;
struct module;

struct cdev {
	struct kobject kobj;
	struct module *owner;
	const struct file_operations *ops;
	struct list_head list;
	dev_t dev;
	unsigned int count;
};

#endif
