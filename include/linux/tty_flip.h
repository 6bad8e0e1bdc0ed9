/* SPDX-License-Identifier: GPL-2.0-only */
/* From a driver's interrupt to the readers. */
#ifndef _LINUX_TTY_FLIP_H
#define _LINUX_TTY_FLIP_H

#include <linux/tty_buffer.h>
#include <linux/tty_port.h>

int tty_buffer_set_limit(struct tty_port *port, int limit);
unsigned int tty_buffer_space_avail(struct tty_port *port);
int tty_buffer_request_room(struct tty_port *port, size_t size);
size_t __tty_insert_flip_string_flags(struct tty_port *port, const u8 *chars, const u8 *flags, bool mutable_flags,
				      size_t size);
void tty_flip_buffer_push(struct tty_port *port);

static inline size_t tty_insert_flip_string_flags(struct tty_port *port, const u8 *chars, const u8 *flags, size_t size)
{
	return __tty_insert_flip_string_flags(port, chars, flags, true, size);
}

static inline size_t tty_insert_flip_string_fixed_flag(struct tty_port *port, const u8 *chars, u8 flag, size_t size)
{
	return __tty_insert_flip_string_flags(port, chars, &flag, false, size);
}

static inline size_t tty_insert_flip_string(struct tty_port *port, const u8 *chars, size_t size)
{
	return tty_insert_flip_string_fixed_flag(port, chars, TTY_NORMAL, size);
}

static inline size_t tty_insert_flip_char(struct tty_port *port, u8 ch, u8 flag)
{
	return tty_insert_flip_string_fixed_flag(port, &ch, flag, 1);
}

#endif
