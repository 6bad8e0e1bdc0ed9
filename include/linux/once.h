/* SPDX-License-Identifier: GPL-2.0-only */
/* Things that are done once. */
#ifndef _LINUX_ONCE_H
#define _LINUX_ONCE_H

#include <linux/types.h>
#include <linux/once_lite.h>
#define DO_ONCE(func, ...) DO_ONCE_LITE(func, ##__VA_ARGS__)
#define get_random_once(buf, nbytes) DO_ONCE(get_random_bytes, (buf), (nbytes))

#endif
