/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls are never patched. */
#ifndef _LINUX_STATIC_CALL_TYPES_H
#define _LINUX_STATIC_CALL_TYPES_H

#include <linux/types.h>
#define STATIC_CALL_KEY(name) __PASTE(__SCK__, name)

#endif
