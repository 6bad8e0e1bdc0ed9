/* SPDX-License-Identifier: GPL-2.0-only */
/* The image's own sections are no business of drivers. */
#ifndef _ASM_SECTIONS_H
#define _ASM_SECTIONS_H

#include <asm-generic/sections.h>

#endif
