/* SPDX-License-Identifier: GPL-2.0-only */
/* Consoles of drivers. The hypervisor's own is none of them. */
#ifndef _LINUX_CONSOLE_H_
#define _LINUX_CONSOLE_H_	1

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/rculist.h>
#include <linux/types.h>

struct module;
struct notifier_block;
struct tty_driver;
struct tty_struct;

enum cons_flags {
	CON_PRINTBUFFER = BIT(0),
	CON_CONSDEV = BIT(1),
	CON_ENABLED = BIT(2),
	CON_BOOT = BIT(3),
	CON_ANYTIME = BIT(4),
	CON_BRL = BIT(5),
	CON_EXTENDED = BIT(6),
	CON_SUSPENDED = BIT(7),
	CON_NBCON = BIT(8),
};

enum con_flush_mode {
	CONSOLE_FLUSH_PENDING,
	CONSOLE_REPLAY_ALL,
};

struct nbcon_write_context;

struct console {
	char name[16];
	void (*write)(struct console *co, const char *s, unsigned int count);
	int (*read)(struct console *co, char *s, unsigned int count);
	struct tty_driver *(*device)(struct console *co, int *index);
	void (*unblank)(void);
	int (*setup)(struct console *co, char *options);
	int (*exit)(struct console *co);
	int (*match)(struct console *co, char *name, int idx, char *options);
	short flags;
	short index;
	int cflag;
	uint ispeed;
	uint ospeed;
	u64 seq;
	unsigned long dropped;
	void *data;
	struct hlist_node node;
	void (*write_atomic)(struct console *con, struct nbcon_write_context *wctxt);
	void (*write_thread)(struct console *con, struct nbcon_write_context *wctxt);
	void (*device_lock)(struct console *con, unsigned long *flags);
	void (*device_unlock)(struct console *con, unsigned long flags);
};

extern bool console_suspend_enabled;

int add_preferred_console(const char *name, const short idx, char *options);
void register_console(struct console *con);
int unregister_console(struct console *con);
void console_list_lock(void);
void console_list_unlock(void);
void console_lock(void);
int console_trylock(void);
void console_unlock(void);
void console_stop(struct console *con);
void console_start(struct console *con);

static inline bool console_is_registered_locked(const struct console *con)
{
	return !hlist_unhashed(&con->node);
}

static inline bool console_is_registered(const struct console *con)
{
	bool is;

	console_list_lock();
	is = console_is_registered_locked(con);
	console_list_unlock();
	return is;
}

#endif
