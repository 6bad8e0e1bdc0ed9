/* SPDX-License-Identifier: GPL-2.0-only */
/* Strings and memory; everything is declared in linux/string.h. */
#ifndef _ASM_STRING_H
#define _ASM_STRING_H

#include <linux/types.h>

#endif
