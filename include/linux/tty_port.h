/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of a serial port that is there without anyone having opened it. */
#ifndef _LINUX_TTY_PORT_H
#define _LINUX_TTY_PORT_H

#include <linux/kfifo.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/tty_buffer.h>
#include <linux/wait.h>

struct tty_struct;

struct tty_port {
	struct tty_bufhead buf;
	struct tty_struct *tty;
	spinlock_t lock;
	int blocked_open;
	int count;
	wait_queue_head_t open_wait;
	wait_queue_head_t delta_msr_wait;
	unsigned long flags;
	unsigned long iflags;
	unsigned char console : 1;
	struct mutex mutex;
	struct mutex buf_mutex;
	u8 *xmit_buf;
	DECLARE_KFIFO_PTR(xmit_fifo, u8);
	unsigned int close_delay;
	unsigned int closing_wait;
	int drain_delay;
	struct kref kref;
	void *client_data;
};

#define TTY_PORT_INITIALIZED	0
#define TTY_PORT_SUSPENDED	1
#define TTY_PORT_ACTIVE		2
#define TTY_PORT_CTS_FLOW	3
#define TTY_PORT_CHECK_CD	4
#define TTY_PORT_KOPENED	5

#define __TTY_PORT_FLAG(get, set, bit)                                          \
	static inline bool get(const struct tty_port *port)                         \
	{                                                                           \
		return test_bit(bit, &port->iflags);                                    \
	}                                                                           \
	static inline void set(struct tty_port *port, bool val)                     \
	{                                                                           \
		assign_bit(bit, &port->iflags, val);                                    \
	}
__TTY_PORT_FLAG(tty_port_initialized, tty_port_set_initialized, TTY_PORT_INITIALIZED)
__TTY_PORT_FLAG(tty_port_suspended, tty_port_set_suspended, TTY_PORT_SUSPENDED)
__TTY_PORT_FLAG(tty_port_active, tty_port_set_active, TTY_PORT_ACTIVE)
__TTY_PORT_FLAG(tty_port_cts_enabled, tty_port_set_cts_flow, TTY_PORT_CTS_FLOW)
__TTY_PORT_FLAG(tty_port_check_carrier, tty_port_set_check_carrier, TTY_PORT_CHECK_CD)
__TTY_PORT_FLAG(tty_port_kopened, tty_port_set_kopened, TTY_PORT_KOPENED)
#undef __TTY_PORT_FLAG

struct tty_struct *tty_port_tty_get(struct tty_port *port);
void tty_port_tty_wakeup(struct tty_port *port);
void tty_kref_put(struct tty_struct *tty);

static inline int tty_port_users(struct tty_port *port)
{
	return port->count + port->blocked_open;
}

#endif
