/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers that only look random, the same for the same seed: three-register Tausworthe generators, and a fourth. */
#ifndef _LINUX_PRANDOM_H
#define _LINUX_PRANDOM_H

#include <linux/types.h>
#include <linux/once.h>
#include <linux/random.h>

struct rnd_state {
	__u32 s1, s2, s3, s4;
};

/* A step of one register: `keep` masks the bits that are shifted on. */
static inline u32 __prandom_step(u32 s, int a, int b, u32 keep, int d)
{
	return ((s & keep) << d) ^ (((s << a) ^ s) >> b);
}

static inline u32 prandom_u32_state(struct rnd_state *state)
{
	state->s1 = __prandom_step(state->s1, 6, 13, 0xfffffffeU, 18);
	state->s2 = __prandom_step(state->s2, 2, 27, 0xfffffff8U, 2);
	state->s3 = __prandom_step(state->s3, 13, 21, 0xfffffff0U, 7);
	state->s4 = __prandom_step(state->s4, 3, 12, 0xffffff80U, 13);
	return state->s1 ^ state->s2 ^ state->s3 ^ state->s4;
}

/* Registers must not begin below these. */
static inline u32 __seed(u32 x, u32 m)
{
	return x < m ? x + m : x;
}

static inline void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	u32 mixed = (u32)((seed >> 32) ^ (seed << 10) ^ seed);

	state->s1 = __seed(mixed, 2);
	state->s2 = __seed(mixed, 8);
	state->s3 = __seed(mixed, 16);
	state->s4 = __seed(mixed, 128);
}

static inline u32 next_pseudo_random32(u32 seed)
{
	return seed * 1664525 + 1013904223;
}

#endif
