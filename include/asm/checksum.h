/* SPDX-License-Identifier: GPL-2.0-only */
/* The checksum of the Internet protocols. */
#ifndef __ASM_CHECKSUM_H
#define __ASM_CHECKSUM_H

#include <net/checksum.h>

#endif
