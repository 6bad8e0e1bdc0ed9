/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers of 64 bits by two accesses, for buses that have no wider ones. readq() and its kin are single ones. */
#ifndef _LINUX_IO_64_NONATOMIC_HI_LO_H_
#define _LINUX_IO_64_NONATOMIC_HI_LO_H_

#include <linux/io.h>

static inline u64 hi_lo_readq(const volatile void __iomem *addr)
{
	u32 high = readl(addr + 4);
	u32 low = readl(addr);

	return low | (u64)high << 32;
}

static inline u64 hi_lo_readq_relaxed(const volatile void __iomem *addr)
{
	u32 high = readl_relaxed(addr + 4);
	u32 low = readl_relaxed(addr);

	return low | (u64)high << 32;
}

static inline u64 ioread64_hi_lo(const volatile void __iomem *addr)
{
	u32 high = ioread32((void __iomem *)addr + 4);
	u32 low = ioread32((void __iomem *)addr);

	return low | (u64)high << 32;
}

static inline void hi_lo_writeq(u64 val, volatile void __iomem *addr)
{
	writel(val >> 32, addr + 4);
	writel(val, addr);
}

static inline void hi_lo_writeq_relaxed(u64 val, volatile void __iomem *addr)
{
	writel_relaxed(val >> 32, addr + 4);
	writel_relaxed(val, addr);
}

static inline void iowrite64_hi_lo(u64 val, volatile void __iomem *addr)
{
	iowrite32(val >> 32, (void __iomem *)addr + 4);
	iowrite32(val, (void __iomem *)addr);
}

#endif
