/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages of files. There are none: what drivers include this for is the memory below. */
#ifndef _LINUX_PAGEMAP_H
#define _LINUX_PAGEMAP_H

#include <linux/mm.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/highmem.h>
#include <linux/compiler.h>
#include <linux/uaccess.h>
#include <linux/gfp.h>
#include <linux/bitops.h>
#include <linux/hardirq.h>

struct folio_batch;
struct address_space;

#endif
