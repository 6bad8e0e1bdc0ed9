/* SPDX-License-Identifier: GPL-2.0-only */
/* UARTs of Altera's FPGAs. */
#ifndef _LINUX_ALTERA_UART_H
#define _LINUX_ALTERA_UART_H

struct altera_uart_platform_uart {
	unsigned long mapbase;
	unsigned int irq;
	unsigned int uartclk;
	unsigned int bus_shift;
};

#endif
