/* SPDX-License-Identifier: GPL-2.0-only */
/* Resources: ranges of addresses, interrupts, DMA channels that devices occupy. */
#ifndef _LINUX_IOPORT_H
#define _LINUX_IOPORT_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/types.h>

struct device;

struct resource {
	resource_size_t start;
	resource_size_t end;
	const char *name;
	unsigned long flags;
	unsigned long desc;
	struct resource *parent, *sibling, *child;
};

#define IORESOURCE_BITS			0x000000ff
#define IORESOURCE_TYPE_BITS		0x00001f00
#define IORESOURCE_IO			0x00000100
#define IORESOURCE_MEM			0x00000200
#define IORESOURCE_REG			0x00000300
#define IORESOURCE_IRQ			0x00000400
#define IORESOURCE_DMA			0x00000800
#define IORESOURCE_BUS			0x00001000
#define IORESOURCE_PREFETCH		0x00002000
#define IORESOURCE_READONLY		0x00004000
#define IORESOURCE_CACHEABLE		0x00008000
#define IORESOURCE_RANGELENGTH		0x00010000
#define IORESOURCE_SHADOWABLE		0x00020000
#define IORESOURCE_SIZEALIGN		0x00040000
#define IORESOURCE_STARTALIGN		0x00080000
#define IORESOURCE_MEM_64		0x00100000
#define IORESOURCE_WINDOW		0x00200000
#define IORESOURCE_MUXED		0x00400000
#define IORESOURCE_EXT_TYPE_BITS	0x01000000
#define IORESOURCE_SYSRAM		0x01000000
#define IORESOURCE_EXCLUSIVE		0x08000000
#define IORESOURCE_DISABLED		0x10000000
#define IORESOURCE_UNSET		0x20000000
#define IORESOURCE_AUTO			0x40000000
#define IORESOURCE_BUSY			0x80000000
#define IORESOURCE_SYSTEM_RAM		(IORESOURCE_MEM | IORESOURCE_SYSRAM)

/* How an interrupt resource signals. */
#define IORESOURCE_IRQ_HIGHEDGE		(1 << 0)
#define IORESOURCE_IRQ_LOWEDGE		(1 << 1)
#define IORESOURCE_IRQ_HIGHLEVEL	(1 << 2)
#define IORESOURCE_IRQ_LOWLEVEL		(1 << 3)
#define IORESOURCE_IRQ_SHAREABLE	(1 << 4)
#define IORESOURCE_IRQ_OPTIONAL		(1 << 5)
#define IORESOURCE_IRQ_WAKECAPABLE	(1 << 6)

enum {
	IORES_DESC_NONE = 0,
	IORES_DESC_RESERVED = 7,
	IORES_DESC_SOFT_RESERVED = 8,
};

#define DEFINE_RES_NAMED(_start, _size, _name, _flags) \
	(struct resource) { \
		.start = (_start), \
		.end = (_start) + (_size) - 1, \
		.name = (_name), \
		.flags = (_flags), \
		.desc = IORES_DESC_NONE, \
	}
#define DEFINE_RES_IO_NAMED(_start, _size, _name)	DEFINE_RES_NAMED((_start), (_size), (_name), IORESOURCE_IO)
#define DEFINE_RES_IO(_start, _size)			DEFINE_RES_IO_NAMED((_start), (_size), NULL)
#define DEFINE_RES_MEM_NAMED(_start, _size, _name)	DEFINE_RES_NAMED((_start), (_size), (_name), IORESOURCE_MEM)
#define DEFINE_RES_MEM(_start, _size)			DEFINE_RES_MEM_NAMED((_start), (_size), NULL)
#define DEFINE_RES_REG_NAMED(_start, _size, _name)	DEFINE_RES_NAMED((_start), (_size), (_name), IORESOURCE_REG)
#define DEFINE_RES_REG(_start, _size)			DEFINE_RES_REG_NAMED((_start), (_size), NULL)
#define DEFINE_RES_IRQ_NAMED(_irq, _name)		DEFINE_RES_NAMED((_irq), 1, (_name), IORESOURCE_IRQ)
#define DEFINE_RES_IRQ(_irq)				DEFINE_RES_IRQ_NAMED((_irq), NULL)
#define DEFINE_RES_DMA_NAMED(_dma, _name)		DEFINE_RES_NAMED((_dma), 1, (_name), IORESOURCE_DMA)
#define DEFINE_RES_DMA(_dma)				DEFINE_RES_DMA_NAMED((_dma), NULL)

extern struct resource ioport_resource;
extern struct resource iomem_resource;

static inline resource_size_t resource_size(const struct resource *res)
{
	return res->end - res->start + 1;
}

static inline unsigned long resource_type(const struct resource *res)
{
	return res->flags & IORESOURCE_TYPE_BITS;
}

static inline unsigned long resource_ext_type(const struct resource *res)
{
	return res->flags & IORESOURCE_EXT_TYPE_BITS;
}

static inline void resource_set_size(struct resource *res, resource_size_t size)
{
	res->end = res->start + size - 1;
}

static inline void resource_set_range(struct resource *res, resource_size_t start, resource_size_t size)
{
	res->start = start;
	resource_set_size(res, size);
}

static inline bool resource_contains(const struct resource *outer, const struct resource *inner)
{
	return resource_type(outer) == resource_type(inner) &&
	       !((outer->flags | inner->flags) & IORESOURCE_UNSET) &&
	       outer->start <= inner->start && inner->end <= outer->end;
}

static inline bool resource_overlaps(const struct resource *a, const struct resource *b)
{
	return a->start <= b->end && b->start <= a->end;
}

int request_resource(struct resource *root, struct resource *res);
int insert_resource(struct resource *root, struct resource *res);
int release_resource(struct resource *res);
int remove_resource(struct resource *res);

struct resource *__request_region(struct resource *root, resource_size_t start, resource_size_t n,
				  const char *name, int flags);
void __release_region(struct resource *root, resource_size_t start, resource_size_t n);

#define request_region(start, n, name)		__request_region(&ioport_resource, (start), (n), (name), 0)
#define release_region(start, n)		__release_region(&ioport_resource, (start), (n))
#define request_mem_region(start, n, name)	__request_region(&iomem_resource, (start), (n), (name), 0)
#define request_mem_region_exclusive(start, n, name) \
	__request_region(&iomem_resource, (start), (n), (name), IORESOURCE_EXCLUSIVE)
#define release_mem_region(start, n)		__release_region(&iomem_resource, (start), (n))

struct resource *__devm_request_region(struct device *dev, struct resource *root, resource_size_t start,
				       resource_size_t n, const char *name);
void __devm_release_region(struct device *dev, struct resource *root, resource_size_t start,
			   resource_size_t n);

#define devm_request_region(dev, start, n, name) \
	__devm_request_region((dev), &ioport_resource, (start), (n), (name))
#define devm_request_mem_region(dev, start, n, name) \
	__devm_request_region((dev), &iomem_resource, (start), (n), (name))
#define devm_release_region(dev, start, n) \
	__devm_release_region((dev), &ioport_resource, (start), (n))
#define devm_release_mem_region(dev, start, n) \
	__devm_release_region((dev), &iomem_resource, (start), (n))

static inline void irqresource_disabled(struct resource *res, u32 irq)
{
	res->start = irq;
	res->end = irq;
	res->flags |= IORESOURCE_IRQ | IORESOURCE_DISABLED | IORESOURCE_UNSET;
}

#endif
