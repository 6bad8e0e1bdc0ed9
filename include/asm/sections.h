/* SPDX-License-Identifier: GPL-2.0-only */
/* Sections of the image. */
#ifndef _ASM_SECTIONS_H
#define _ASM_SECTIONS_H

#include <linux/types.h>

#endif
