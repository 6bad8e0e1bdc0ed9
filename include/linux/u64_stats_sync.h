/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of 64 bits, which are read at once here. */
#ifndef _LINUX_U64_STATS_SYNC_H
#define _LINUX_U64_STATS_SYNC_H

#include <linux/types.h>
#include <linux/seqlock.h>
struct u64_stats_sync { };
typedef struct { u64 v; } u64_stats_t;
static inline u64 u64_stats_read(const u64_stats_t *p) { return READ_ONCE(p->v); }
static inline void u64_stats_set(u64_stats_t *p, u64 val) { WRITE_ONCE(p->v, val); }
static inline void u64_stats_add(u64_stats_t *p, unsigned long val) { WRITE_ONCE(p->v, p->v + val); }
static inline void u64_stats_inc(u64_stats_t *p) { u64_stats_add(p, 1); }
static inline void u64_stats_init(struct u64_stats_sync *syncp) { }
static inline void u64_stats_update_begin(struct u64_stats_sync *syncp) { }
static inline void u64_stats_update_end(struct u64_stats_sync *syncp) { }
static inline unsigned long u64_stats_update_begin_irqsave(struct u64_stats_sync *syncp) { return fv_irq_save(); }
static inline void u64_stats_update_end_irqrestore(struct u64_stats_sync *syncp, unsigned long flags) { fv_irq_restore(flags); }
static inline unsigned int u64_stats_fetch_begin(const struct u64_stats_sync *syncp) { return 0; }
static inline bool u64_stats_fetch_retry(const struct u64_stats_sync *syncp, unsigned int start) { return false; }

#endif
