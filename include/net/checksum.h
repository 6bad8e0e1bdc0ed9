/* SPDX-License-Identifier: GPL-2.0-only */
/* The checksum of the Internet protocols (RFC 1071): sums in ones' complement, in network byte order. */
#ifndef _CHECKSUM_H
#define _CHECKSUM_H

#include <linux/errno.h>
#include <linux/types.h>
#include <linux/bitops.h>
#include <asm/byteorder.h>

__wsum csum_partial(const void *buff, int len, __wsum sum);

static inline __sum16 csum_fold(__wsum csum)
{
	u32 sum = (__force u32)csum;

	sum = (sum & 0xffff) + (sum >> 16);
	sum += sum >> 16;
	return (__force __sum16)~(u16)sum;
}
static inline __wsum csum_add(__wsum csum, __wsum addend)
{
	u32 sum = (__force u32)csum + (__force u32)addend;

	return (__force __wsum)(sum + (sum < (__force u32)addend));
}
static inline __wsum csum_sub(__wsum csum, __wsum addend)
{
	return csum_add(csum, ~addend);
}
static inline __wsum csum_shift(__wsum sum, int offset)
{
	return offset & 1 ? (__force __wsum)ror32((__force u32)sum, 8) : sum;
}
static inline __wsum csum_block_add(__wsum csum, __wsum csum2, int offset)
{
	return csum_add(csum, csum_shift(csum2, offset));
}
static inline __wsum csum_block_sub(__wsum csum, __wsum csum2, int offset)
{
	return csum_block_add(csum, ~csum2, offset);
}
static inline __wsum csum_unfold(__sum16 n)
{
	return (__force __wsum)n;
}
static inline __sum16 ip_compute_csum(const void *buff, int len)
{
	return csum_fold(csum_partial(buff, len, 0));
}
static inline __sum16 ip_fast_csum(const void *iph, unsigned int ihl)
{
	return ip_compute_csum(iph, ihl * 4);
}
static inline __wsum csum_tcpudp_nofold(__be32 saddr, __be32 daddr, __u32 len, __u8 proto, __wsum sum)
{
	u64 s = (__force u32)sum;

	s += (__force u32)saddr;
	s += (__force u32)daddr;
	s += (u64)(proto + len) << 8;
	s = (s & 0xffffffff) + (s >> 32);
	return (__force __wsum)(u32)(s + (s >> 32));
}
static inline __sum16 csum_tcpudp_magic(__be32 saddr, __be32 daddr, __u32 len, __u8 proto, __wsum sum)
{
	return csum_fold(csum_tcpudp_nofold(saddr, daddr, len, proto, sum));
}
#define CSUM_MANGLED_0 ((__force __sum16)0xffff)
static inline void csum_replace_by_diff(__sum16 *sum, __wsum diff)
{
	*sum = csum_fold(csum_add(diff, ~csum_unfold(*sum)));
}
static inline void csum_replace4(__sum16 *sum, __be32 from, __be32 to)
{
	__wsum tmp = csum_sub(~csum_unfold(*sum), (__force __wsum)from);

	*sum = csum_fold(csum_add(tmp, (__force __wsum)to));
}

#endif
