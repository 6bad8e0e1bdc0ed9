/* SPDX-License-Identifier: GPL-2.0-only */
/* UARTs behind the JTAG of Altera's FPGAs. */
#ifndef _LINUX_ALTERA_JTAGUART_H
#define _LINUX_ALTERA_JTAGUART_H

#define ALTERA_JTAGUART_MAJOR	204
#define ALTERA_JTAGUART_MINOR	186

struct altera_jtaguart_platform_uart {
	unsigned long mapbase;
	unsigned int irq;
};

#endif
