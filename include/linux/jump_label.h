/* SPDX-License-Identifier: GPL-2.0-only */
/* Branches that are rarely switched: plain flags. */
#ifndef _LINUX_JUMP_LABEL_H
#define _LINUX_JUMP_LABEL_H

#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/atomic.h>
struct static_key { atomic_t enabled; };
struct static_key_true { struct static_key key; };
struct static_key_false { struct static_key key; };
#define STATIC_KEY_TRUE_INIT (struct static_key_true){ .key = { ATOMIC_INIT(1) } }
#define STATIC_KEY_FALSE_INIT (struct static_key_false){ .key = { ATOMIC_INIT(0) } }
#define DEFINE_STATIC_KEY_TRUE(name) struct static_key_true name = STATIC_KEY_TRUE_INIT
#define DEFINE_STATIC_KEY_FALSE(name) struct static_key_false name = STATIC_KEY_FALSE_INIT
#define DECLARE_STATIC_KEY_TRUE(name) extern struct static_key_true name
#define DECLARE_STATIC_KEY_FALSE(name) extern struct static_key_false name
#define static_branch_likely(x) likely(atomic_read(&(x)->key.enabled) > 0)
#define static_branch_unlikely(x) unlikely(atomic_read(&(x)->key.enabled) > 0)
#define static_branch_enable(x) atomic_set(&(x)->key.enabled, 1)
#define static_branch_disable(x) atomic_set(&(x)->key.enabled, 0)
#define static_branch_inc(x) atomic_inc(&(x)->key.enabled)
#define static_branch_dec(x) atomic_dec(&(x)->key.enabled)
#define static_key_enabled(x) (atomic_read(&(x)->enabled) > 0)

#endif
