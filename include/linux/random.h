/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers that nobody foresees, by the CPU's or firmware's generator where there is one. */
#ifndef _LINUX_RANDOM_H
#define _LINUX_RANDOM_H

#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/list.h>
/* Context: any. */
void get_random_bytes(void *buf, size_t len);
u8 get_random_u8(void);
u16 get_random_u16(void);
u32 get_random_u32(void);
u64 get_random_u64(void);
u32 get_random_u32_below(u32 ceil);
static inline unsigned long get_random_long(void) { return get_random_u64(); }
static inline u32 get_random_u32_inclusive(u32 floor, u32 ceil) { return floor + get_random_u32_below(ceil - floor + 1); }
void add_device_randomness(const void *buf, size_t len);
void add_hwgenerator_randomness(const void *buf, size_t len, size_t entropy, bool sleep_after);
/* Whether anything made the numbers such that nobody foresees them. */
bool rng_is_initialized(void);
/* 0, or -ERESTARTSYS where there is nothing that could do so. */
int wait_for_random_bytes(void);
#define prandom_u32_max(ceil) get_random_u32_below(ceil)
static inline int get_random_bytes_wait(void *buf, size_t nbytes)
{
	int ret = wait_for_random_bytes();

	get_random_bytes(buf, nbytes);
	return ret;
}

#endif
