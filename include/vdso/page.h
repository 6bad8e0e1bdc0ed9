/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages. */
#ifndef _VDSO_PAGE_H
#define _VDSO_PAGE_H

#include <asm/page.h>

#endif
