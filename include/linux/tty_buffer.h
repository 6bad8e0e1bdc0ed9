/* SPDX-License-Identifier: GPL-2.0-only */
/* Where received characters wait, and how one was received. */
#ifndef _LINUX_TTY_BUFFER_H
#define _LINUX_TTY_BUFFER_H

#include <linux/atomic.h>
#include <linux/llist.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

/* The ring is the hypervisor's own; this leads to it. */
struct tty_bufhead {
	void *p;
};

#define TTY_NORMAL	0
#define TTY_BREAK	1
#define TTY_FRAME	2
#define TTY_PARITY	3
#define TTY_OVERRUN	4

#endif
