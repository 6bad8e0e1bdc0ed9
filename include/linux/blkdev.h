/* SPDX-License-Identifier: GPL-2.0-only */
/* Block devices. The block layer is Rust's: drivers of hosts have sectors of it, and no more. */
#ifndef _LINUX_BLKDEV_H
#define _LINUX_BLKDEV_H

#include <linux/types.h>
#include <linux/device.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/scatterlist.h>
#include <linux/timer.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#define SECTOR_SHIFT	9
#define SECTOR_SIZE	(1 << SECTOR_SHIFT)
#define SECTOR_MASK	(SECTOR_SIZE - 1)

struct request_queue;
struct gendisk;

#endif
