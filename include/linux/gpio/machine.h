/* SPDX-License-Identifier: GPL-2.0-only */
/* GPIOs of devices that no device tree describes. */
#ifndef _LINUX_GPIO_MACHINE_H
#define _LINUX_GPIO_MACHINE_H

#include <linux/types.h>
#include <linux/list.h>

/* The device-tree binding has macros of these names, some of other values. */
#undef GPIO_ACTIVE_HIGH
#undef GPIO_ACTIVE_LOW
#undef GPIO_OPEN_DRAIN
#undef GPIO_OPEN_SOURCE
#undef GPIO_PERSISTENT
#undef GPIO_TRANSITORY
#undef GPIO_PULL_UP
#undef GPIO_PULL_DOWN
#undef GPIO_PULL_DISABLE

enum gpio_lookup_flags {
	GPIO_ACTIVE_HIGH		= (0 << 0),
	GPIO_ACTIVE_LOW			= (1 << 0),
	GPIO_OPEN_DRAIN			= (1 << 1),
	GPIO_OPEN_SOURCE		= (1 << 2),
	GPIO_PERSISTENT			= (0 << 3),
	GPIO_TRANSITORY			= (1 << 3),
	GPIO_PULL_UP			= (1 << 4),
	GPIO_PULL_DOWN			= (1 << 5),
	GPIO_PULL_DISABLE		= (1 << 6),
	GPIO_LOOKUP_FLAGS_DEFAULT	= GPIO_ACTIVE_HIGH | GPIO_PERSISTENT,
};

struct gpiod_lookup {
	/* The chip's label; or a line's name, where chip_hwnum is U16_MAX. */
	const char *key;
	u16 chip_hwnum;
	const char *con_id;
	unsigned int idx;
	unsigned long flags;
};

struct gpiod_lookup_table {
	struct list_head list;
	const char *dev_id;
	struct gpiod_lookup table[];
};

#define GPIO_LOOKUP_IDX(_key, _chip_hwnum, _con_id, _idx, _flags) \
	(struct gpiod_lookup) { \
		.key = _key, .chip_hwnum = _chip_hwnum, .con_id = _con_id, .idx = _idx, .flags = _flags, \
	}
#define GPIO_LOOKUP(_key, _chip_hwnum, _con_id, _flags) \
	GPIO_LOOKUP_IDX(_key, _chip_hwnum, _con_id, 0, _flags)
#define GPIO_LOOKUP_SINGLE(_name, _dev_id, _key, _chip_hwnum, _con_id, _flags) \
	static struct gpiod_lookup_table _name = { \
		.dev_id = _dev_id, \
		.table = { GPIO_LOOKUP(_key, _chip_hwnum, _con_id, _flags), {} }, \
	}

void gpiod_add_lookup_table(struct gpiod_lookup_table *table);
void gpiod_add_lookup_tables(struct gpiod_lookup_table **tables, size_t n);
void gpiod_remove_lookup_table(struct gpiod_lookup_table *table);

#endif
