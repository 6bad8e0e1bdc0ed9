/* SPDX-License-Identifier: GPL-2.0-only */
/* Data and instruction caches are coherent for whoever has no user programs. */
#ifndef _LINUX_CACHEFLUSH_H
#define _LINUX_CACHEFLUSH_H

#include <asm/cacheflush.h>
struct folio;

#endif
