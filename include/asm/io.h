/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Register accessors of arm64. The single-register forms are assembly, so that each access is one load or store
 * whose syndrome names the register, and are ordered against DMA as Linux documents (memory-barriers, "I/O").
 */
#ifndef _ASM_IO_H
#define _ASM_IO_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/byteorder.h>

#ifdef FV_HOST
/* On the driver bench registers are models in Rust. */
u64 fv_io_read(const volatile void __iomem *addr, unsigned int bytes);
void fv_io_write(volatile void __iomem *addr, unsigned int bytes, u64 value);
#define __FV_RAW(width, type)                                                                                         \
	static __always_inline void __raw_write##width(type val, volatile void __iomem *addr)                             \
	{                                                                                                                 \
		fv_io_write(addr, sizeof(type), val);                                                                         \
	}                                                                                                                 \
	static __always_inline type __raw_read##width(const volatile void __iomem *addr)                                  \
	{                                                                                                                 \
		return (type)fv_io_read(addr, sizeof(type));                                                                  \
	}
__FV_RAW(b, u8)
__FV_RAW(w, u16)
__FV_RAW(l, u32)
__FV_RAW(q, u64)
#else
/* One store and one load of a width, by their instructions. */
#define __FV_RAW(width, type, store, load)                                                                            \
	static __always_inline void __raw_write##width(type val, volatile void __iomem *addr)                             \
	{                                                                                                                 \
		asm volatile(store ", [%1]" : : "rZ"(val), "r"(addr));                                                        \
	}                                                                                                                 \
	static __always_inline type __raw_read##width(const volatile void __iomem *addr)                                  \
	{                                                                                                                 \
		type val;                                                                                                     \
                                                                                                                      \
		asm volatile(load ", [%1]" : "=r"(val) : "r"(addr));                                                          \
		return val;                                                                                                   \
	}
__FV_RAW(b, u8, "strb %w0", "ldrb %w0")
__FV_RAW(w, u16, "strh %w0", "ldrh %w0")
__FV_RAW(l, u32, "str %w0", "ldr %w0")
__FV_RAW(q, u64, "str %x0", "ldr %x0")
#endif
#undef __FV_RAW
#define __raw_writeb __raw_writeb
#define __raw_readb __raw_readb
#define __raw_writew __raw_writew
#define __raw_readw __raw_readw
#define __raw_writel __raw_writel
#define __raw_readl __raw_readl
#define __raw_writeq __raw_writeq
#define __raw_readq __raw_readq

#ifdef FV_HOST
#define __io_ar(v)	((void)(v))
#else
/* Later loads, and a delay loop on the counter, wait for the value that was read. */
#define __io_ar(v) \
	({ \
		unsigned long __tmp; \
		dma_rmb(); \
		asm volatile("eor %0, %1, %1\n\tcbnz %0, ." : "=r"(__tmp) : "r"((unsigned long)(v)) : "memory"); \
	})
#endif
#define __io_bw()	dma_wmb()
#define __iormb(v)	__io_ar(v)
#define __iowmb()	__io_bw()

#define readb_relaxed(c)	({ u8 __r = __raw_readb(c); __r; })
#define readw_relaxed(c)	({ u16 __r = le16_to_cpu((__force __le16)__raw_readw(c)); __r; })
#define readl_relaxed(c)	({ u32 __r = le32_to_cpu((__force __le32)__raw_readl(c)); __r; })
#define readq_relaxed(c)	({ u64 __r = le64_to_cpu((__force __le64)__raw_readq(c)); __r; })
#define writeb_relaxed(v, c)	((void)__raw_writeb((v), (c)))
#define writew_relaxed(v, c)	((void)__raw_writew((__force u16)cpu_to_le16(v), (c)))
#define writel_relaxed(v, c)	((void)__raw_writel((__force u32)cpu_to_le32(v), (c)))
#define writeq_relaxed(v, c)	((void)__raw_writeq((__force u64)cpu_to_le64(v), (c)))

#define readb(c)	({ u8 __v = readb_relaxed(c); __io_ar(__v); __v; })
#define readw(c)	({ u16 __v = readw_relaxed(c); __io_ar(__v); __v; })
#define readl(c)	({ u32 __v = readl_relaxed(c); __io_ar(__v); __v; })
#define readq(c)	({ u64 __v = readq_relaxed(c); __io_ar(__v); __v; })
#define writeb(v, c)	({ __io_bw(); writeb_relaxed((v), (c)); })
#define writew(v, c)	({ __io_bw(); writew_relaxed((v), (c)); })
#define writel(v, c)	({ __io_bw(); writel_relaxed((v), (c)); })
#define writeq(v, c)	({ __io_bw(); writeq_relaxed((v), (c)); })

#define ioread8(p)		readb(p)
#define ioread16(p)		readw(p)
#define ioread32(p)		readl(p)
#define ioread64(p)		readq(p)
#define iowrite8(v, p)		writeb((v), (p))
#define iowrite16(v, p)		writew((v), (p))
#define iowrite32(v, p)		writel((v), (p))
#define iowrite64(v, p)		writeq((v), (p))
#define ioread16be(p)		({ u16 __v = be16_to_cpu((__force __be16)__raw_readw(p)); __io_ar(__v); __v; })
#define ioread32be(p)		({ u32 __v = be32_to_cpu((__force __be32)__raw_readl(p)); __io_ar(__v); __v; })
#define ioread64be(p)		({ u64 __v = be64_to_cpu((__force __be64)__raw_readq(p)); __io_ar(__v); __v; })
#define iowrite16be(v, p)	({ __io_bw(); __raw_writew((__force u16)cpu_to_be16(v), (p)); })
#define iowrite32be(v, p)	({ __io_bw(); __raw_writel((__force u32)cpu_to_be32(v), (p)); })
#define iowrite64be(v, p)	({ __io_bw(); __raw_writeq((__force u64)cpu_to_be64(v), (p)); })

/* Many accesses of one register, a FIFO's: as the bytes lie in memory. */
#define __FV_MANY(width, type)                                                                                        \
	static inline void reads##width(const volatile void __iomem *addr, void *buffer, unsigned int count)              \
	{                                                                                                                 \
		for (type *to = buffer; count; count--)                                                                       \
			*to++ = __raw_read##width(addr);                                                                          \
	}                                                                                                                 \
	static inline void writes##width(volatile void __iomem *addr, const void *buffer, unsigned int count)             \
	{                                                                                                                 \
		for (const type *from = buffer; count; count--)                                                               \
			__raw_write##width(*from++, addr);                                                                        \
	}
__FV_MANY(b, u8)
__FV_MANY(w, u16)
__FV_MANY(l, u32)
#undef __FV_MANY

#define ioread8_rep(p, d, c)	readsb((p), (d), (c))
#define ioread16_rep(p, d, c)	readsw((p), (d), (c))
#define ioread32_rep(p, d, c)	readsl((p), (d), (c))
#define iowrite8_rep(p, s, c)	writesb((p), (s), (c))
#define iowrite16_rep(p, s, c)	writesw((p), (s), (c))
#define iowrite32_rep(p, s, c)	writesl((p), (s), (c))

void memcpy_fromio(void *to, const volatile void __iomem *from, size_t count);
void memcpy_toio(volatile void __iomem *to, const void *from, size_t count);
void memset_io(volatile void __iomem *to, int value, size_t count);

void __iomem *ioremap(phys_addr_t offset, size_t size);
void __iomem *ioremap_wc(phys_addr_t offset, size_t size);
void __iomem *ioremap_np(phys_addr_t offset, size_t size);
void iounmap(volatile void __iomem *addr);
#define ioremap_uc ioremap

#include <asm/memory.h>

/* There is no space of I/O ports here: it is an empty bus, on which all bits read as ones. */
#define __FV_PORTS(letter, type)                                                \
	static inline type in##letter(unsigned long port)                           \
	{                                                                           \
		return (type)~0;                                                        \
	}                                                                           \
	static inline void out##letter(type value, unsigned long port)              \
	{                                                                           \
	}
__FV_PORTS(b, u8)
__FV_PORTS(w, u16)
__FV_PORTS(l, u32)
#undef __FV_PORTS
#define inb_p(port)		inb(port)
#define outb_p(value, port)	outb(value, port)

#endif
