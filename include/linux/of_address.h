/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses in the device tree. */
#ifndef _LINUX_OF_ADDRESS_H
#define _LINUX_OF_ADDRESS_H

#include <linux/ioport.h>
#include <linux/errno.h>
#include <linux/of.h>
#include <linux/io.h>

u64 of_translate_address(struct device_node *np, const __be32 *addr);
int of_address_to_resource(struct device_node *dev, int index, struct resource *r);
void __iomem *of_iomap(struct device_node *device, int index);
void __iomem *of_io_request_and_map(struct device_node *device, int index, const char *name);
const __be32 *__of_get_address(struct device_node *dev, int index, int bar_no, u64 *size,
			       unsigned int *flags);
int of_property_read_reg(struct device_node *np, int idx, u64 *addr, u64 *size);
bool of_dma_is_coherent(struct device_node *np);

static inline const __be32 *of_get_address(struct device_node *dev, int index, u64 *size,
					   unsigned int *flags)
{
	return __of_get_address(dev, index, -1, size, flags);
}

static inline int of_address_count(struct device_node *np)
{
	struct resource res;
	int count = 0;

	while (of_address_to_resource(np, count, &res) == 0)
		count++;
	return count;
}

#endif
