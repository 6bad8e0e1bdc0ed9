/* SPDX-License-Identifier: GPL-2.0-only */
/* The clock of the first 8250s, over 16. */
#ifndef _ASM_SERIAL_H
#define _ASM_SERIAL_H

#define BASE_BAUD	(1843200 / 16)

#endif
