/* SPDX-License-Identifier: GPL-2.0-only */
/* An open serial port. */
#ifndef _LINUX_TTY_H
#define _LINUX_TTY_H

#include <linux/fs.h>
#include <linux/llist.h>
#include <linux/major.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/termios.h>
#include <linux/tty_driver.h>
#include <linux/tty_flags.h>
#include <linux/tty_ldisc.h>
#include <linux/tty_port.h>
#include <linux/workqueue.h>
#include <uapi/linux/tty.h>

struct device;

struct tty_struct {
	struct kref kref;
	int index;
	struct device *dev;
	struct tty_driver *driver;
	struct tty_port *port;
	struct tty_ldisc *ldisc;
	struct rw_semaphore termios_rwsem;
	struct ktermios termios, termios_locked;
	char name[64];
	unsigned long flags;
	int count;
	unsigned int receive_room;
	struct winsize winsize;
	struct {
		spinlock_t lock;
		bool stopped;
		bool tco_stopped;
	} flow;
	bool hw_stopped;
	bool closing;
	wait_queue_head_t write_wait;
	wait_queue_head_t read_wait;
	void *disc_data;
	void *driver_data;
};

#define START_CHAR(tty)	((tty)->termios.c_cc[VSTART])
#define STOP_CHAR(tty)	((tty)->termios.c_cc[VSTOP])

#define _I_FLAG(tty, f)	((tty)->termios.c_iflag & (f))
#define _O_FLAG(tty, f)	((tty)->termios.c_oflag & (f))
#define _C_FLAG(tty, f)	((tty)->termios.c_cflag & (f))
#define _L_FLAG(tty, f)	((tty)->termios.c_lflag & (f))
#define I_IGNBRK(tty)	_I_FLAG(tty, IGNBRK)
#define I_BRKINT(tty)	_I_FLAG(tty, BRKINT)
#define I_IGNPAR(tty)	_I_FLAG(tty, IGNPAR)
#define I_PARMRK(tty)	_I_FLAG(tty, PARMRK)
#define I_INPCK(tty)	_I_FLAG(tty, INPCK)
#define I_IXON(tty)	_I_FLAG(tty, IXON)
#define I_IXANY(tty)	_I_FLAG(tty, IXANY)
#define I_IXOFF(tty)	_I_FLAG(tty, IXOFF)
#define O_OPOST(tty)	_O_FLAG(tty, OPOST)
#define O_ONLCR(tty)	_O_FLAG(tty, ONLCR)
#define C_BAUD(tty)	_C_FLAG(tty, CBAUD)
#define C_CSIZE(tty)	_C_FLAG(tty, CSIZE)
#define C_CSTOPB(tty)	_C_FLAG(tty, CSTOPB)
#define C_CREAD(tty)	_C_FLAG(tty, CREAD)
#define C_PARENB(tty)	_C_FLAG(tty, PARENB)
#define C_PARODD(tty)	_C_FLAG(tty, PARODD)
#define C_HUPCL(tty)	_C_FLAG(tty, HUPCL)
#define C_CLOCAL(tty)	_C_FLAG(tty, CLOCAL)
#define C_CIBAUD(tty)	_C_FLAG(tty, CIBAUD)
#define C_CRTSCTS(tty)	_C_FLAG(tty, CRTSCTS)
#define C_CMSPAR(tty)	_C_FLAG(tty, CMSPAR)

#define TTY_THROTTLED		0
#define TTY_IO_ERROR		1
#define TTY_OTHER_CLOSED	2
#define TTY_EXCLUSIVE		3
#define TTY_DO_WRITE_WAKEUP	5
#define TTY_LDISC_OPEN		11
#define TTY_NO_WRITE_SPLIT	17
#define TTY_HUPPED		18
#define TTY_HUPPING		19

static inline bool tty_io_error(struct tty_struct *tty)
{
	return test_bit(TTY_IO_ERROR, &tty->flags);
}

static inline bool tty_throttled(struct tty_struct *tty)
{
	return test_bit(TTY_THROTTLED, &tty->flags);
}

static inline struct tty_struct *tty_kref_get(struct tty_struct *tty)
{
	if (tty)
		kref_get(&tty->kref);
	return tty;
}

/* Nobody can ask for a secure attention key. */
static inline void do_SAK(struct tty_struct *tty)
{
}

speed_t tty_termios_baud_rate(const struct ktermios *termios);
void tty_termios_encode_baud_rate(struct ktermios *termios, speed_t ibaud, speed_t obaud);
void tty_encode_baud_rate(struct tty_struct *tty, speed_t ibaud, speed_t obaud);
void tty_termios_copy_hw(struct ktermios *new, const struct ktermios *old);
bool tty_termios_hw_change(const struct ktermios *a, const struct ktermios *b);
unsigned char tty_get_char_size(unsigned int cflag);
unsigned char tty_get_frame_size(unsigned int cflag);
const char *tty_name(const struct tty_struct *tty);
void tty_wakeup(struct tty_struct *tty);

static inline speed_t tty_get_baud_rate(const struct tty_struct *tty)
{
	return tty_termios_baud_rate(&tty->termios);
}

#endif
