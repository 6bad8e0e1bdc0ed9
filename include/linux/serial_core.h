/* SPDX-License-Identifier: GPL-2.0-only */
/* Drivers of UARTs: a driver has ports, a port has registers and functions. */
#ifndef LINUX_SERIAL_CORE_H
#define LINUX_SERIAL_CORE_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/console.h>
#include <linux/interrupt.h>
#include <linux/lockdep.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/sysrq.h>
#include <linux/tty.h>
#include <uapi/linux/serial_core.h>

struct attribute_group;
struct device;
struct gpio_desc;
struct module;
struct serial_port_device;
struct uart_port;

struct uart_ops {
	unsigned int (*tx_empty)(struct uart_port *port);
	void (*set_mctrl)(struct uart_port *port, unsigned int mctrl);
	unsigned int (*get_mctrl)(struct uart_port *port);
	void (*stop_tx)(struct uart_port *port);
	void (*start_tx)(struct uart_port *port);
	void (*throttle)(struct uart_port *port);
	void (*unthrottle)(struct uart_port *port);
	void (*send_xchar)(struct uart_port *port, char ch);
	void (*stop_rx)(struct uart_port *port);
	void (*start_rx)(struct uart_port *port);
	void (*enable_ms)(struct uart_port *port);
	void (*break_ctl)(struct uart_port *port, int ctl);
	int (*startup)(struct uart_port *port);
	void (*shutdown)(struct uart_port *port);
	void (*flush_buffer)(struct uart_port *port);
	void (*set_termios)(struct uart_port *port, struct ktermios *new, const struct ktermios *old);
	void (*set_ldisc)(struct uart_port *port, struct ktermios *termios);
	void (*pm)(struct uart_port *port, unsigned int state, unsigned int oldstate);
	const char *(*type)(struct uart_port *port);
	void (*release_port)(struct uart_port *port);
	int (*request_port)(struct uart_port *port);
	void (*config_port)(struct uart_port *port, int flags);
	int (*verify_port)(struct uart_port *port, struct serial_struct *ser);
	int (*ioctl)(struct uart_port *port, unsigned int cmd, unsigned long arg);
};

#define NO_POLL_CHAR		0x00ff0000
#define UART_CONFIG_TYPE	(1 << 0)
#define UART_CONFIG_IRQ		(1 << 1)

struct uart_icount {
	__u32 cts;
	__u32 dsr;
	__u32 rng;
	__u32 dcd;
	__u32 rx;
	__u32 tx;
	__u32 frame;
	__u32 overrun;
	__u32 parity;
	__u32 brk;
	__u32 buf_overrun;
};

typedef u64 __bitwise upf_t;
typedef unsigned int __bitwise upstat_t;

/* How registers are reached. */
#define UPIO_UNKNOWN	((unsigned char)~0U)
#define UPIO_PORT	(SERIAL_IO_PORT)
#define UPIO_HUB6	(SERIAL_IO_HUB6)
#define UPIO_MEM	(SERIAL_IO_MEM)
#define UPIO_MEM32	(SERIAL_IO_MEM32)
#define UPIO_AU		(SERIAL_IO_AU)
#define UPIO_TSI	(SERIAL_IO_TSI)
#define UPIO_MEM32BE	(SERIAL_IO_MEM32BE)
#define UPIO_MEM16	(SERIAL_IO_MEM16)

#define UPQ_NO_TXEN_TEST	BIT(0)

/* Of flags: the lower ones are those of serial_struct. */
#define __UPF(value)		((__force upf_t)(value))
#define UPF_FOURPORT		__UPF(ASYNC_FOURPORT)
#define UPF_SAK			__UPF(ASYNC_SAK)
#define UPF_SPD_HI		__UPF(ASYNC_SPD_HI)
#define UPF_SPD_VHI		__UPF(ASYNC_SPD_VHI)
#define UPF_SPD_CUST		__UPF(ASYNC_SPD_CUST)
#define UPF_SPD_WARP		__UPF(ASYNC_SPD_WARP)
#define UPF_SPD_MASK		__UPF(ASYNC_SPD_MASK)
#define UPF_SPD_SHI		__UPF(ASYNC_SPD_SHI)
#define UPF_SKIP_TEST		__UPF(ASYNC_SKIP_TEST)
#define UPF_AUTO_IRQ		__UPF(ASYNC_AUTO_IRQ)
#define UPF_HARDPPS_CD		__UPF(ASYNC_HARDPPS_CD)
#define UPF_LOW_LATENCY		__UPF(ASYNC_LOW_LATENCY)
#define UPF_BUGGY_UART		__UPF(ASYNC_BUGGY_UART)
#define UPF_MAGIC_MULTIPLIER	__UPF(ASYNC_MAGIC_MULTIPLIER)
#define UPF_NO_THRE_TEST	__UPF(BIT_ULL(19))
#define UPF_AUTO_CTS		__UPF(BIT_ULL(20))
#define UPF_AUTO_RTS		__UPF(BIT_ULL(21))
#define UPF_HARD_FLOW		__UPF(UPF_AUTO_CTS | UPF_AUTO_RTS)
#define UPF_SOFT_FLOW		__UPF(BIT_ULL(22))
#define UPF_CONS_FLOW		__UPF(BIT_ULL(23))
#define UPF_SHARE_IRQ		__UPF(BIT_ULL(24))
#define UPF_EXAR_EFR		__UPF(BIT_ULL(25))
#define UPF_BUG_THRE		__UPF(BIT_ULL(26))
#define UPF_FIXED_TYPE		__UPF(BIT_ULL(27))
#define UPF_BOOT_AUTOCONF	__UPF(BIT_ULL(28))
#define UPF_FIXED_PORT		__UPF(BIT_ULL(29))
#define UPF_DEAD		__UPF(BIT_ULL(30))
#define UPF_IOREMAP		__UPF(BIT_ULL(31))
#define UPF_FULL_PROBE		__UPF(BIT_ULL(32))
#define UPF_CHANGE_MASK		__UPF(0x17fff)
#define UPF_USR_MASK		__UPF(UPF_SPD_MASK | UPF_LOW_LATENCY)

/* Of status. */
#define UPSTAT_CTS_ENABLE	((__force upstat_t)(1 << 0))
#define UPSTAT_DCD_ENABLE	((__force upstat_t)(1 << 1))
#define UPSTAT_AUTORTS		((__force upstat_t)(1 << 2))
#define UPSTAT_AUTOCTS		((__force upstat_t)(1 << 3))
#define UPSTAT_AUTOXOFF		((__force upstat_t)(1 << 4))
#define UPSTAT_SYNC_FIFO	((__force upstat_t)(1 << 5))

struct uart_port {
	spinlock_t lock;
	unsigned long iobase;
	unsigned char __iomem *membase;
	unsigned int (*serial_in)(struct uart_port *port, int offset);
	void (*serial_out)(struct uart_port *port, int offset, int value);
	void (*set_termios)(struct uart_port *port, struct ktermios *new, const struct ktermios *old);
	void (*set_ldisc)(struct uart_port *port, struct ktermios *termios);
	unsigned int (*get_mctrl)(struct uart_port *port);
	void (*set_mctrl)(struct uart_port *port, unsigned int mctrl);
	unsigned int (*get_divisor)(struct uart_port *port, unsigned int baud, unsigned int *frac);
	void (*set_divisor)(struct uart_port *port, unsigned int baud, unsigned int quot, unsigned int quot_frac);
	int (*startup)(struct uart_port *port);
	void (*shutdown)(struct uart_port *port);
	void (*throttle)(struct uart_port *port);
	void (*unthrottle)(struct uart_port *port);
	int (*handle_irq)(struct uart_port *port);
	void (*pm)(struct uart_port *port, unsigned int state, unsigned int old);
	void (*handle_break)(struct uart_port *port);
	int (*rs485_config)(struct uart_port *port, struct ktermios *termios, struct serial_rs485 *rs485);
	int (*iso7816_config)(struct uart_port *port, struct serial_iso7816 *iso7816);
	unsigned int ctrl_id;
	unsigned int port_id;
	unsigned int irq;
	unsigned long irqflags;
	unsigned int uartclk;
	unsigned int fifosize;
	unsigned char x_char;
	unsigned char regshift;
	unsigned char iotype;
	unsigned char quirks;
	unsigned int read_status_mask;
	unsigned int ignore_status_mask;
	struct uart_state *state;
	struct uart_icount icount;
	struct console *cons;
	upf_t flags;
	upstat_t status;
	bool hw_stopped;
	unsigned int mctrl;
	/* Nanoseconds. */
	unsigned int frame_time;
	unsigned int type;
	const struct uart_ops *ops;
	unsigned int custom_divisor;
	unsigned int line;
	unsigned int minor;
	resource_size_t mapbase;
	resource_size_t mapsize;
	struct device *dev;
	struct serial_port_device *port_dev;
	unsigned long sysrq;
	u8 sysrq_ch;
	unsigned char has_sysrq;
	unsigned char sysrq_seq;
	unsigned char hub6;
	unsigned char suspended;
	unsigned char console_reinit;
	const char *name;
	struct attribute_group *attr_group;
	const struct attribute_group **tty_groups;
	struct serial_rs485 rs485;
	struct serial_rs485 rs485_supported;
	struct gpio_desc *rs485_term_gpio;
	struct gpio_desc *rs485_rx_during_tx_gpio;
	struct serial_iso7816 iso7816;
	void *private_data;
};

enum uart_pm_state {
	UART_PM_STATE_ON = 0,
	UART_PM_STATE_OFF = 3,
	UART_PM_STATE_UNDEFINED,
};

struct uart_state {
	struct tty_port port;
	enum uart_pm_state pm_state;
	atomic_t refcount;
	wait_queue_head_t remove_wait;
	struct uart_port *uart_port;
};

struct uart_driver {
	struct module *owner;
	const char *driver_name;
	const char *dev_name;
	int major;
	int minor;
	int nr;
	struct console *cons;
	struct uart_state *state;
	struct tty_driver *tty_driver;
};

int uart_register_driver(struct uart_driver *drv);
void uart_unregister_driver(struct uart_driver *drv);
int uart_add_one_port(struct uart_driver *drv, struct uart_port *port);
void uart_remove_one_port(struct uart_driver *drv, struct uart_port *port);
bool uart_match_port(const struct uart_port *port1, const struct uart_port *port2);
int uart_read_port_properties(struct uart_port *port);
int uart_read_and_validate_port_properties(struct uart_port *port);
int uart_get_rs485_mode(struct uart_port *port);
int uart_suspend_port(struct uart_driver *drv, struct uart_port *port);
int uart_resume_port(struct uart_driver *drv, struct uart_port *port);

void uart_write_wakeup(struct uart_port *port);
void uart_insert_char(struct uart_port *port, unsigned int status, unsigned int overrun, u8 ch, u8 flag);
void uart_handle_dcd_change(struct uart_port *port, bool active);
void uart_handle_cts_change(struct uart_port *port, bool active);
void uart_xchar_out(struct uart_port *port, int offset);

void uart_update_timeout(struct uart_port *port, unsigned int cflag, unsigned int baud);
unsigned int uart_get_baud_rate(struct uart_port *port, struct ktermios *termios, const struct ktermios *old,
				unsigned int min, unsigned int max);
unsigned int uart_get_divisor(struct uart_port *port, unsigned int baud);

struct uart_port *uart_get_console(struct uart_port *ports, int nr, struct console *co);
struct tty_driver *uart_console_device(struct console *co, int *index);
void uart_console_write(struct uart_port *port, const char *s, unsigned int count,
			void (*putchar)(struct uart_port *port, unsigned char ch));
void uart_parse_options(const char *options, int *baud, int *parity, int *bits, int *flow);
int uart_set_options(struct uart_port *port, struct console *co, int baud, int parity, int bits, int flow);
int uart_parse_earlycon(char *p, unsigned char *iotype, resource_size_t *addr, char **options);

#define uart_console(port)	((port)->cons && (port)->cons->index == (port)->line)

static inline bool uart_console_registered_locked(struct uart_port *port)
{
	return uart_console(port) && console_is_registered_locked(port->cons);
}

static inline bool uart_console_registered(struct uart_port *port)
{
	return uart_console(port) && console_is_registered(port->cons);
}

/* The port's lock. No console writes without it, so there is none to be acquired besides. */
static inline void uart_port_lock(struct uart_port *up)
{
	spin_lock(&up->lock);
}

static inline void uart_port_unlock(struct uart_port *up)
{
	spin_unlock(&up->lock);
}

static inline void uart_port_lock_irq(struct uart_port *up)
{
	spin_lock_irq(&up->lock);
}

static inline void uart_port_unlock_irq(struct uart_port *up)
{
	spin_unlock_irq(&up->lock);
}

static inline void uart_port_lock_irqsave(struct uart_port *up, unsigned long *flags)
{
	spin_lock_irqsave(&up->lock, *flags);
}

static inline void uart_port_unlock_irqrestore(struct uart_port *up, unsigned long flags)
{
	spin_unlock_irqrestore(&up->lock, flags);
}

static inline bool uart_port_trylock(struct uart_port *up)
{
	return spin_trylock(&up->lock);
}

static inline bool uart_port_trylock_irqsave(struct uart_port *up, unsigned long *flags)
{
	return spin_trylock_irqsave(&up->lock, *flags);
}

static inline void uart_port_set_cons(struct uart_port *up, struct console *con)
{
	unsigned long flags;

	uart_port_lock_irqsave(up, &flags);
	up->cons = con;
	uart_port_unlock_irqrestore(up, flags);
}

static inline int serial_port_in(struct uart_port *up, int offset)
{
	return up->serial_in(up, offset);
}

static inline void serial_port_out(struct uart_port *up, int offset, int value)
{
	up->serial_out(up, offset, value);
}

/* Transmission: characters wait in the xmit_fifo of the tty_port, under the port's lock. */
#define UART_XMIT_SIZE	PAGE_SIZE
#define WAKEUP_CHARS	256

static inline int uart_tx_stopped(struct uart_port *port)
{
	struct tty_struct *tty = port->state->port.tty;

	return port->hw_stopped || (tty && tty->flow.stopped);
}

static inline void uart_xmit_advance(struct uart_port *up, unsigned int chars)
{
	up->icount.tx += chars;
	kfifo_skip_count(&up->state->port.xmit_fifo, chars);
}

static inline unsigned int uart_fifo_out(struct uart_port *up, unsigned char *buf, unsigned int chars)
{
	unsigned int taken = kfifo_out(&up->state->port.xmit_fifo, buf, chars);

	up->icount.tx += taken;
	return taken;
}

static inline unsigned int uart_fifo_get(struct uart_port *up, unsigned char *ch)
{
	return uart_fifo_out(up, ch, 1);
}

enum UART_TX_FLAGS {
	UART_TX_NOSTOP = BIT(0),
};

/* The next character that is to be sent, into ch; false if there is none. One for flow control goes first. */
#define __uart_next_char(up, ch)                                                                             \
	({                                                                                                       \
		bool __is = true;                                                                                    \
		if ((up)->x_char) {                                                                                  \
			(ch) = (up)->x_char;                                                                             \
			(up)->x_char = 0;                                                                                \
		} else {                                                                                             \
			__is = !uart_tx_stopped(up) && kfifo_get(&(up)->state->port.xmit_fifo, &(ch));                   \
		}                                                                                                    \
		__is;                                                                                                \
	})

#define __uart_port_tx(uport, ch, flags, tx_ready, put_char, tx_done, for_test, for_post)                    \
	({                                                                                                       \
		struct uart_port *__port = (uport);                                                                  \
		unsigned int pending;                                                                                \
		while ((for_test) && (tx_ready) && __uart_next_char(__port, ch)) {                                   \
			(put_char);                                                                                      \
			(for_post);                                                                                      \
			__port->icount.tx++;                                                                             \
		}                                                                                                    \
		(tx_done);                                                                                           \
		pending = kfifo_len(&__port->state->port.xmit_fifo);                                                 \
		if (pending < WAKEUP_CHARS)                                                                          \
			uart_write_wakeup(__port);                                                                       \
		if (pending == 0 && !((flags) & UART_TX_NOSTOP))                                                     \
			__port->ops->stop_tx(__port);                                                                    \
		pending;                                                                                             \
	})

#define uart_port_tx_limited_flags(port, ch, flags, count, tx_ready, put_char, tx_done)                      \
	({                                                                                                       \
		unsigned int __count = (count);                                                                      \
		__uart_port_tx(port, ch, flags, tx_ready, put_char, tx_done, __count, __count--);                    \
	})
#define uart_port_tx_limited(port, ch, count, tx_ready, put_char, tx_done)                                   \
	uart_port_tx_limited_flags(port, ch, 0, count, tx_ready, put_char, tx_done)
#define uart_port_tx_flags(port, ch, flags, tx_ready, put_char)                                              \
	__uart_port_tx(port, ch, flags, tx_ready, put_char, ({}), true, ({}))
#define uart_port_tx(port, ch, tx_ready, put_char)	uart_port_tx_flags(port, ch, 0, tx_ready, put_char)

/* How long a full FIFO takes at the port's speed, and how often one without interrupts is looked at; in jiffies. */
static inline unsigned long uart_fifo_timeout(struct uart_port *port)
{
	u64 ns = (u64)READ_ONCE(port->frame_time) * port->fifosize;

	return max(nsecs_to_jiffies(ns + 20 * NSEC_PER_MSEC), 1UL);
}

static inline unsigned long uart_poll_timeout(struct uart_port *port)
{
	unsigned long timeout = uart_fifo_timeout(port);

	return timeout <= 6 ? 1 : timeout / 2 - 2;
}

static inline bool uart_cts_enabled(struct uart_port *port)
{
	return port->status & UPSTAT_CTS_ENABLE;
}

static inline bool uart_softcts_mode(struct uart_port *port)
{
	return uart_cts_enabled(port) && !(port->status & UPSTAT_AUTOCTS);
}

#define UART_ENABLE_MS(port, cflag) \
	((port)->flags & UPF_HARDPPS_CD || (cflag) & CRTSCTS || !((cflag) & CLOCAL))

/* No keys for the kernel itself. */
static inline int uart_handle_sysrq_char(struct uart_port *port, u8 ch)
{
	return 0;
}

static inline int uart_prepare_sysrq_char(struct uart_port *port, u8 ch)
{
	return 0;
}

static inline void uart_unlock_and_check_sysrq(struct uart_port *port)
{
	uart_port_unlock(port);
}

static inline void uart_unlock_and_check_sysrq_irqrestore(struct uart_port *port, unsigned long flags)
{
	uart_port_unlock_irqrestore(port, flags);
}

static inline int uart_handle_break(struct uart_port *port)
{
	if (port->handle_break)
		port->handle_break(port);
	if (port->flags & UPF_SAK)
		do_SAK(port->state->port.tty);
	return 0;
}

/* Consoles before there are devices. The hypervisor has its own; a driver's is compiled and left out. */
struct earlycon_device {
	struct console *con;
	struct uart_port port;
	char options[32];
	unsigned int baud;
};

struct earlycon_id {
	char name[15];
	char name_term;
	char compatible[128];
	int (*setup)(struct earlycon_device *device, const char *options);
};

#define OF_EARLYCON_DECLARE(_name, compat, fn)                                                               \
	static const struct earlycon_id __UNIQUE_ID(__earlycon_##_name) __maybe_unused                           \
		= { .name = __stringify(_name), .compatible = compat, .setup = fn }
#define EARLYCON_DECLARE(_name, fn)	OF_EARLYCON_DECLARE(_name, "", fn)

#endif
