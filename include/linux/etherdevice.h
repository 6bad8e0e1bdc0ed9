/* SPDX-License-Identifier: GPL-2.0-only */
/* Ethernet devices and addresses. */
#ifndef _LINUX_ETHERDEVICE_H
#define _LINUX_ETHERDEVICE_H

#include <linux/if_ether.h>
#include <linux/netdevice.h>
#include <linux/random.h>
#include <linux/crc32.h>
#include <linux/unaligned.h>
#include <asm/bitsperlong.h>

struct device;
struct fwnode_handle;
int eth_platform_get_mac_address(struct device *dev, u8 *mac_addr);
int platform_get_ethdev_address(struct device *dev, struct net_device *netdev);
int nvmem_get_mac_address(struct device *dev, void *addrbuf);
int device_get_mac_address(struct device *dev, char *addr);
int device_get_ethdev_address(struct device *dev, struct net_device *netdev);
int fwnode_get_mac_address(struct fwnode_handle *fwnode, char *addr);
u32 eth_get_headlen(const struct net_device *dev, const void *data, u32 len);
__be16 eth_type_trans(struct sk_buff *skb, struct net_device *dev);
extern const struct header_ops eth_header_ops;
int eth_header(struct sk_buff *skb, struct net_device *dev, unsigned short type, const void *daddr, const void *saddr,
	       unsigned int len);
int eth_header_parse(const struct sk_buff *skb, unsigned char *haddr);
__be16 eth_header_parse_protocol(const struct sk_buff *skb);
int eth_prepare_mac_addr_change(struct net_device *dev, void *p);
void eth_commit_mac_addr_change(struct net_device *dev, void *p);
int eth_mac_addr(struct net_device *dev, void *p);
int eth_validate_addr(struct net_device *dev);
struct net_device *alloc_etherdev_mqs(int sizeof_priv, unsigned int txqs, unsigned int rxqs);
struct net_device *devm_alloc_etherdev_mqs(struct device *dev, int sizeof_priv, unsigned int txqs, unsigned int rxqs);
#define alloc_etherdev(sizeof_priv) alloc_etherdev_mq(sizeof_priv, 1)
#define alloc_etherdev_mq(sizeof_priv, count) alloc_etherdev_mqs(sizeof_priv, count, count)
#define devm_alloc_etherdev(dev, sizeof_priv) devm_alloc_etherdev_mqs(dev, sizeof_priv, 1, 1)

static const u8 eth_reserved_addr_base[ETH_ALEN] __aligned(2) __maybe_unused = { 0x01, 0x80, 0xc2, 0x00, 0x00, 0x00 };
#define eth_stp_addr eth_reserved_addr_base
static const u8 eth_ipv4_mcast_addr_base[ETH_ALEN] __aligned(2) __maybe_unused = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x00 };
static const u8 eth_ipv6_mcast_addr_base[ETH_ALEN] __aligned(2) __maybe_unused = { 0x33, 0x33, 0x00, 0x00, 0x00, 0x00 };

static inline u64 ether_addr_to_u64(const u8 *addr)
{
	u64 u = 0;

	for (int i = 0; i < ETH_ALEN; i++)
		u = u << 8 | addr[i];
	return u;
}
static inline void u64_to_ether_addr(u64 u, u8 *addr)
{
	for (int i = ETH_ALEN - 1; i >= 0; i--, u >>= 8)
		addr[i] = u & 0xff;
}
static inline bool ether_addr_equal(const u8 *addr1, const u8 *addr2)
{
	return ether_addr_to_u64(addr1) == ether_addr_to_u64(addr2);
}
static inline bool ether_addr_equal_64bits(const u8 *addr1, const u8 *addr2) { return ether_addr_equal(addr1, addr2); }
static inline bool ether_addr_equal_unaligned(const u8 *addr1, const u8 *addr2) { return ether_addr_equal(addr1, addr2); }
static inline bool ether_addr_equal_masked(const u8 *addr1, const u8 *addr2, const u8 *mask)
{
	return !((ether_addr_to_u64(addr1) ^ ether_addr_to_u64(addr2)) & ether_addr_to_u64(mask));
}
static inline bool is_link_local_ether_addr(const u8 *addr)
{
	return ether_addr_to_u64(addr) >> 4 == ether_addr_to_u64(eth_reserved_addr_base) >> 4;
}
static inline bool is_zero_ether_addr(const u8 *addr) { return !ether_addr_to_u64(addr); }
static inline bool is_multicast_ether_addr(const u8 *addr) { return addr[0] & 1; }
static inline bool is_multicast_ether_addr_64bits(const u8 *addr) { return is_multicast_ether_addr(addr); }
static inline bool is_local_ether_addr(const u8 *addr) { return addr[0] & 2; }
static inline bool is_broadcast_ether_addr(const u8 *addr) { return ether_addr_to_u64(addr) == 0xffffffffffffUL; }
static inline bool is_unicast_ether_addr(const u8 *addr) { return !is_multicast_ether_addr(addr); }
static inline bool is_valid_ether_addr(const u8 *addr)
{
	return !is_multicast_ether_addr(addr) && !is_zero_ether_addr(addr);
}
static inline bool eth_proto_is_802_3(__be16 proto) { return ntohs(proto) >= ETH_P_802_3_MIN; }
static inline void eth_random_addr(u8 *addr)
{
	get_random_bytes(addr, ETH_ALEN);
	addr[0] = (addr[0] & 0xfe) | 0x02;
}
static inline void eth_broadcast_addr(u8 *addr) { memset(addr, 0xff, ETH_ALEN); }
static inline void eth_zero_addr(u8 *addr) { memset(addr, 0x00, ETH_ALEN); }
static inline void ether_addr_copy(u8 *dst, const u8 *src) { memcpy(dst, src, ETH_ALEN); }
static inline void eth_hw_addr_set(struct net_device *dev, const u8 *addr) { __dev_addr_set(dev, addr, ETH_ALEN); }
static inline void eth_hw_addr_random(struct net_device *dev)
{
	u8 addr[ETH_ALEN];

	eth_random_addr(addr);
	__dev_addr_set(dev, addr, ETH_ALEN);
	dev->addr_assign_type = NET_ADDR_RANDOM;
}
static inline u32 eth_hw_addr_crc(struct netdev_hw_addr *ha) { return ether_crc(ETH_ALEN, ha->addr); }
static inline void eth_hw_addr_inherit(struct net_device *dst, struct net_device *src)
{
	dst->addr_assign_type = src->addr_assign_type;
	eth_hw_addr_set(dst, src->dev_addr);
}
static inline void eth_hw_addr_gen(struct net_device *dev, const u8 *base_addr, unsigned int id)
{
	u8 addr[ETH_ALEN];

	u64_to_ether_addr(ether_addr_to_u64(base_addr) + id, addr);
	eth_hw_addr_set(dev, addr);
}
static inline void eth_addr_inc(u8 *addr) { u64_to_ether_addr(ether_addr_to_u64(addr) + 1, addr); }
static inline void eth_addr_dec(u8 *addr) { u64_to_ether_addr(ether_addr_to_u64(addr) - 1, addr); }
static inline void eth_addr_add(u8 *addr, long offset) { u64_to_ether_addr(ether_addr_to_u64(addr) + offset, addr); }
static inline unsigned long compare_ether_header(const void *a, const void *b) { return memcmp(a, b, ETH_HLEN); }
static inline int eth_skb_pad(struct sk_buff *skb) { return skb_put_padto(skb, ETH_ZLEN); }

#endif
