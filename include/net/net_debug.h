/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages of network devices. */
#ifndef _LINUX_NET_DEBUG_H
#define _LINUX_NET_DEBUG_H

#include <linux/bug.h>
#include <linux/kern_levels.h>
#include <linux/printk.h>
#include <linux/dev_printk.h>

struct net_device;
const char *netdev_name(const struct net_device *dev);
const char *netdev_reg_state(const struct net_device *dev);
struct device *fv_netdev_parent(const struct net_device *dev);

/* The driver's device and the interface's name stand in front. */
#define fv_netdev_print(print, dev, format, args...) \
	print(fv_netdev_parent(dev), "%s: " format, netdev_name(dev), ##args)
#define netdev_emerg(dev, format, args...) fv_netdev_print(dev_emerg, dev, format, ##args)
#define netdev_alert(dev, format, args...) fv_netdev_print(dev_alert, dev, format, ##args)
#define netdev_crit(dev, format, args...) fv_netdev_print(dev_crit, dev, format, ##args)
#define netdev_err(dev, format, args...) fv_netdev_print(dev_err, dev, format, ##args)
#define netdev_warn(dev, format, args...) fv_netdev_print(dev_warn, dev, format, ##args)
#define netdev_notice(dev, format, args...) fv_netdev_print(dev_notice, dev, format, ##args)
#define netdev_info(dev, format, args...) fv_netdev_print(dev_info, dev, format, ##args)
#define netdev_dbg(dev, format, args...) fv_netdev_print(dev_dbg, dev, format, ##args)
#define netdev_vdbg(dev, format, args...) \
	do { \
		if (0) \
			netdev_dbg(dev, format, ##args); \
	} while (0)
#define netdev_printk(level, dev, format, args...) \
	dev_printk(level, fv_netdev_parent(dev), "%s: " format, netdev_name(dev), ##args)
#define netdev_level_once(level, dev, format, args...) \
	do { \
		static bool __told; \
		if (!__told) { \
			__told = true; \
			netdev_printk(level, dev, format, ##args); \
		} \
	} while (0)
#define netdev_err_once(dev, format, args...) netdev_level_once(KERN_ERR, dev, format, ##args)
#define netdev_warn_once(dev, format, args...) netdev_level_once(KERN_WARNING, dev, format, ##args)
#define netdev_info_once(dev, format, args...) netdev_level_once(KERN_INFO, dev, format, ##args)
#define netdev_WARN(dev, format, args...) WARN(1, "netdevice: %s: " format, netdev_name(dev), ##args)
#define netdev_WARN_ONCE(dev, format, args...) WARN_ONCE(1, "netdevice: %s: " format, netdev_name(dev), ##args)

#define netif_printk(priv, type, level, dev, fmt, args...) \
	do { \
		if (netif_msg_##type(priv)) \
			netdev_printk(level, (dev), fmt, ##args); \
	} while (0)
#define netif_level(level, priv, type, dev, fmt, args...) \
	do { \
		if (netif_msg_##type(priv)) \
			netdev_##level(dev, fmt, ##args); \
	} while (0)
#define netif_emerg(priv, type, dev, fmt, args...) netif_level(emerg, priv, type, dev, fmt, ##args)
#define netif_alert(priv, type, dev, fmt, args...) netif_level(alert, priv, type, dev, fmt, ##args)
#define netif_crit(priv, type, dev, fmt, args...) netif_level(crit, priv, type, dev, fmt, ##args)
#define netif_err(priv, type, dev, fmt, args...) netif_level(err, priv, type, dev, fmt, ##args)
#define netif_warn(priv, type, dev, fmt, args...) netif_level(warn, priv, type, dev, fmt, ##args)
#define netif_notice(priv, type, dev, fmt, args...) netif_level(notice, priv, type, dev, fmt, ##args)
#define netif_info(priv, type, dev, fmt, args...) netif_level(info, priv, type, dev, fmt, ##args)
#define netif_dbg(priv, type, dev, fmt, args...) netif_level(dbg, priv, type, dev, fmt, ##args)
#define netif_vdbg(priv, type, dev, fmt, args...) netif_level(vdbg, priv, type, dev, fmt, ##args)
#define netif_cond_dbg(priv, type, netdev, cond, level, fmt, args...) \
	do { \
		if (cond) \
			netif_dbg(priv, type, netdev, fmt, ##args); \
		else \
			netif_##level(priv, type, netdev, fmt, ##args); \
	} while (0)

#endif
