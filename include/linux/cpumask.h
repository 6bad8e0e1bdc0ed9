/* SPDX-License-Identifier: GPL-2.0-only */
/* Sets of CPUs. */
#ifndef _LINUX_CPUMASK_H
#define _LINUX_CPUMASK_H

#include <linux/cleanup.h>
#include <linux/kernel.h>
#include <linux/bitmap.h>
#include <linux/cpumask_types.h>
#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/numa.h>
#define cpumask_pr_args(maskp) nr_cpu_ids, cpumask_bits(maskp)
extern unsigned int nr_cpu_ids;
/* Set up before any driver runs. */
extern struct cpumask __cpu_possible_mask;
extern struct cpumask __cpu_online_mask;
#define cpu_possible_mask ((const struct cpumask *)&__cpu_possible_mask)
#define cpu_online_mask ((const struct cpumask *)&__cpu_online_mask)
#define cpu_present_mask cpu_possible_mask
#define cpu_active_mask cpu_online_mask
#define CPU_MASK_NONE (cpumask_t){ { 0 } }
#define CPU_MASK_ALL (cpumask_t){ { (1UL << NR_CPUS) - 1 } }
#define CPU_MASK_CPU0 (cpumask_t){ { 1 } }
#define cpu_all_mask cpu_possible_mask
#define cpumask_size() sizeof(struct cpumask)
#define num_online_cpus() cpumask_weight(cpu_online_mask)
#define num_possible_cpus() cpumask_weight(cpu_possible_mask)
#define num_present_cpus() num_possible_cpus()
#define num_active_cpus() num_online_cpus()
static inline unsigned int cpumask_first(const struct cpumask *srcp) { return find_first_bit(srcp->bits, NR_CPUS); }
static inline unsigned int cpumask_first_zero(const struct cpumask *srcp) { return find_first_zero_bit(srcp->bits, NR_CPUS); }
static inline unsigned int cpumask_first_and(const struct cpumask *a, const struct cpumask *b) { return find_first_and_bit(a->bits, b->bits, NR_CPUS); }
static inline unsigned int cpumask_last(const struct cpumask *srcp) { return find_last_bit(srcp->bits, NR_CPUS); }
static inline unsigned int cpumask_next(int n, const struct cpumask *srcp) { return find_next_bit(srcp->bits, NR_CPUS, n + 1); }
static inline unsigned int cpumask_next_zero(int n, const struct cpumask *srcp) { return find_next_zero_bit(srcp->bits, NR_CPUS, n + 1); }
static inline unsigned int cpumask_next_and(int n, const struct cpumask *a, const struct cpumask *b) { return find_next_and_bit(a->bits, b->bits, NR_CPUS, n + 1); }
static inline unsigned int cpumask_nth(unsigned int cpu, const struct cpumask *srcp) { return find_nth_bit(srcp->bits, NR_CPUS, cpu); }
#define cpumask_any(srcp) cpumask_first(srcp)
#define cpumask_any_and(mask1, mask2) cpumask_first_and((mask1), (mask2))
#define cpumask_any_but(mask, cpu) ({ unsigned int __i; for_each_cpu(__i, mask) if (__i != (cpu)) break; __i; })
#define cpumask_local_spread(i, node) cpumask_nth((i) % num_online_cpus(), cpu_online_mask)
#define for_each_cpu(cpu, mask) for_each_set_bit(cpu, cpumask_bits(mask), NR_CPUS)
#define for_each_cpu_and(cpu, mask1, mask2) for_each_and_bit(cpu, cpumask_bits(mask1), cpumask_bits(mask2), NR_CPUS)
#define for_each_possible_cpu(cpu) for_each_cpu((cpu), cpu_possible_mask)
#define for_each_online_cpu(cpu) for_each_cpu((cpu), cpu_online_mask)
#define for_each_present_cpu(cpu) for_each_cpu((cpu), cpu_present_mask)
static inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *dstp) { set_bit(cpu, dstp->bits); }
static inline void __cpumask_set_cpu(unsigned int cpu, struct cpumask *dstp) { __set_bit(cpu, dstp->bits); }
static inline void cpumask_clear_cpu(int cpu, struct cpumask *dstp) { clear_bit(cpu, dstp->bits); }
static inline void __cpumask_clear_cpu(int cpu, struct cpumask *dstp) { __clear_bit(cpu, dstp->bits); }
static inline bool cpumask_test_cpu(int cpu, const struct cpumask *cpumask) { return test_bit(cpu, cpumask->bits); }
static inline bool cpumask_test_and_set_cpu(int cpu, struct cpumask *cpumask) { return test_and_set_bit(cpu, cpumask->bits); }
static inline bool cpumask_test_and_clear_cpu(int cpu, struct cpumask *cpumask) { return test_and_clear_bit(cpu, cpumask->bits); }
static inline void cpumask_setall(struct cpumask *dstp) { *dstp = CPU_MASK_ALL; }
static inline void cpumask_clear(struct cpumask *dstp) { *dstp = CPU_MASK_NONE; }
static inline bool cpumask_and(struct cpumask *dstp, const struct cpumask *a, const struct cpumask *b) { return bitmap_and(dstp->bits, a->bits, b->bits, NR_CPUS); }
static inline void cpumask_or(struct cpumask *dstp, const struct cpumask *a, const struct cpumask *b) { bitmap_or(dstp->bits, a->bits, b->bits, NR_CPUS); }
static inline void cpumask_xor(struct cpumask *dstp, const struct cpumask *a, const struct cpumask *b) { bitmap_xor(dstp->bits, a->bits, b->bits, NR_CPUS); }
static inline bool cpumask_andnot(struct cpumask *dstp, const struct cpumask *a, const struct cpumask *b) { return bitmap_andnot(dstp->bits, a->bits, b->bits, NR_CPUS); }
static inline bool cpumask_equal(const struct cpumask *a, const struct cpumask *b) { return bitmap_equal(a->bits, b->bits, NR_CPUS); }
static inline bool cpumask_intersects(const struct cpumask *a, const struct cpumask *b) { return bitmap_intersects(a->bits, b->bits, NR_CPUS); }
static inline bool cpumask_subset(const struct cpumask *a, const struct cpumask *b) { return bitmap_subset(a->bits, b->bits, NR_CPUS); }
static inline bool cpumask_empty(const struct cpumask *srcp) { return bitmap_empty(srcp->bits, NR_CPUS); }
static inline bool cpumask_full(const struct cpumask *srcp) { return cpumask_equal(srcp, cpu_possible_mask); }
static inline unsigned int cpumask_weight(const struct cpumask *srcp) { return bitmap_weight(srcp->bits, NR_CPUS); }
static inline void cpumask_copy(struct cpumask *dstp, const struct cpumask *srcp) { *dstp = *srcp; }
extern const struct cpumask fv_cpu_masks[NR_CPUS];
#define get_cpu_mask(cpu) (&fv_cpu_masks[cpu])
#define cpumask_of(cpu) get_cpu_mask(cpu)
#define cpumask_of_node(node) cpu_possible_mask
static inline bool cpu_online(unsigned int cpu) { return cpumask_test_cpu(cpu, cpu_online_mask); }
static inline bool cpu_possible(unsigned int cpu) { return cpumask_test_cpu(cpu, cpu_possible_mask); }
#define cpu_present(cpu) cpu_possible(cpu)
static inline bool alloc_cpumask_var(cpumask_var_t *mask, gfp_t flags) { return true; }
static inline bool zalloc_cpumask_var(cpumask_var_t *mask, gfp_t flags)
{
	cpumask_clear(*mask);
	return true;
}
static inline void free_cpumask_var(cpumask_var_t mask) { }
static inline bool cpumask_available(cpumask_var_t mask) { return true; }

/* The next CPU of the mask, from the lowest again after the last; nr_cpu_ids or more once `start` was passed again. */
static inline unsigned int cpumask_next_wrap(int n, const struct cpumask *mask, int start, bool wrap)
{
	unsigned int next = cpumask_next(n, mask);

	if (!wrap && next >= nr_cpu_ids) {
		wrap = true;
		n = -1;
		next = cpumask_next(n, mask);
	}
	return next >= nr_cpu_ids || (wrap && n < start && next >= (unsigned int)start) ? nr_cpu_ids : next;
}

#endif
