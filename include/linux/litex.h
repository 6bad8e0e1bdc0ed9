/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers of LiteX: words of little endian order, one below the other for wider ones. */
#ifndef _LINUX_LITEX_H
#define _LINUX_LITEX_H

#include <linux/io.h>

#define __LITEX_ACCESS(bits)                                                    \
	static inline void litex_write##bits(void __iomem *reg, u##bits val)        \
	{                                                                           \
		writel(val, reg);                                                       \
	}                                                                           \
	static inline u##bits litex_read##bits(void __iomem *reg)                   \
	{                                                                           \
		return readl(reg);                                                      \
	}
__LITEX_ACCESS(8)
__LITEX_ACCESS(16)
__LITEX_ACCESS(32)
#undef __LITEX_ACCESS

static inline void litex_write64(void __iomem *reg, u64 val)
{
	litex_write32(reg, val >> 32);
	litex_write32(reg + 4, val);
}

static inline u64 litex_read64(void __iomem *reg)
{
	u64 high = litex_read32(reg);

	return high << 32 | litex_read32(reg + 4);
}

#endif
