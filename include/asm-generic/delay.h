/* SPDX-License-Identifier: GPL-2.0-only */
/* Spinning for a while. Context: any. */
#ifndef _ASM_GENERIC_DELAY_H
#define _ASM_GENERIC_DELAY_H

void __fv_ndelay(unsigned long nsecs);
void __fv_mdelay(unsigned long msecs);
/* In units of the counter. */
void __delay(unsigned long loops);
#define ndelay(n) __fv_ndelay(n)
#define udelay(n) __fv_ndelay((unsigned long)(n) * 1000UL)

#endif
