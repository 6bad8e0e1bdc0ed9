/* SPDX-License-Identifier: GPL-2.0-only */
/* What 8250s and their kin have in common. */
#ifndef _LINUX_SERIAL_H
#define _LINUX_SERIAL_H

#include <linux/compiler.h>
#include <uapi/linux/serial.h>
#include <uapi/linux/serial_reg.h>

#define UART_IER_ALL_INTR	(UART_IER_MSI | UART_IER_RLSI | UART_IER_THRI | UART_IER_RDI)
#define UART_LCR_WLEN(bits)	((bits) - 5)
#define UART_LSR_BOTH_EMPTY	(UART_LSR_TEMT | UART_LSR_THRE)
#define UART_MSR_STATUS_BITS	(UART_MSR_DCD | UART_MSR_RI | UART_MSR_DSR | UART_MSR_CTS)

static inline bool uart_lsr_tx_empty(u16 lsr)
{
	return !(~lsr & UART_LSR_BOTH_EMPTY);
}

struct async_icount {
	__u32 cts, dsr, rng, dcd, tx, rx;
	__u32 frame, parity, overrun, brk;
	__u32 buf_overrun;
};

#endif
