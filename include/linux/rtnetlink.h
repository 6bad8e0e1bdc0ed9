/* SPDX-License-Identifier: GPL-2.0-only */
/* The lock of network configuration. */
#ifndef __LINUX_RTNETLINK_H
#define __LINUX_RTNETLINK_H

#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/wait.h>
#include <linux/refcount.h>
#include <linux/cleanup.h>

void rtnl_lock(void);
void rtnl_unlock(void);
int rtnl_trylock(void);
int rtnl_is_locked(void);
static inline bool lockdep_rtnl_is_held(void)
{
	return rtnl_is_locked();
}
#define ASSERT_RTNL() WARN_ONCE(!rtnl_is_locked(), "RTNL: assertion failed at %s (%d)\n", __FILE__, __LINE__)
#define rtnl_dereference(p) rcu_dereference_protected(p, 1)
#define rcu_dereference_rtnl(p) rcu_dereference_check(p, 1)

#endif
