/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Dhrystone's source in the Linux tree takes from the kernel, said in terms of the C library: the
 * source is compiled for user space as it is. Its own clock is not used; bench.c measures around it.
 */
#ifndef BENCH_KTIME_H
#define BENCH_KTIME_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

typedef int64_t ktime_t;
typedef uint32_t u32;

#define MSEC_PER_SEC 1000L

static inline ktime_t ktime_get(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

#define ktime_ms_delta(later, earlier) (((later) - (earlier)) / 1000000)
#define mul_u32_u32(a, b) ((uint64_t)(uint32_t)(a) * (uint32_t)(b))
#define div_u64(a, b) ((uint64_t)(a) / (uint32_t)(b))

#define pr_err(...) fprintf(stderr, __VA_ARGS__)
#define pr_debug(...) do { } while (0)

#endif
