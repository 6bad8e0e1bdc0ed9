/* SPDX-License-Identifier: GPL-2.0-only */
/* There is no debugfs: as in a kernel without it, all is refused with -ENODEV, which drivers take lightly. */
#ifndef _LINUX_DEBUGFS_H
#define _LINUX_DEBUGFS_H

#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/types.h>
#include <linux/compiler.h>
#include <linux/err.h>
struct device;
struct dentry;
struct debugfs_blob_wrapper {
	void *data;
	unsigned long size;
};
struct debugfs_reg32 {
	char *name;
	unsigned long offset;
};
struct debugfs_regset32 {
	const struct debugfs_reg32 *regs;
	int nregs;
	void __iomem *base;
	struct device *dev;
};
struct debugfs_u32_array {
	u32 *array;
	u32 n_elements;
};
#define DEFINE_DEBUGFS_ATTRIBUTE(__fops, __get, __set, __fmt)                                                         \
	static const struct file_operations __fops __maybe_unused = { .owner = (void *)0 };                               \
	static inline void *__fops##_uses(void) { int (*get)(void *, u64 *) = __get; int (*set)(void *, u64) = __set; return get ? (void *)get : (void *)set; }
#define DEFINE_DEBUGFS_ATTRIBUTE_SIGNED(__fops, __get, __set, __fmt) DEFINE_DEBUGFS_ATTRIBUTE(__fops, __get, __set, __fmt)
#define __FV_NO_DEBUGFS { return ERR_PTR(-ENODEV); }
static inline struct dentry *debugfs_lookup(const char *name, struct dentry *parent) __FV_NO_DEBUGFS
static inline struct dentry *debugfs_create_file(const char *name, umode_t mode, struct dentry *parent, void *data,
						 const struct file_operations *fops) __FV_NO_DEBUGFS
#define debugfs_create_file_unsafe(name, mode, parent, data, fops) debugfs_create_file(name, mode, parent, data, fops)
#define debugfs_create_file_size(name, mode, parent, data, fops, size) ((void)debugfs_create_file(name, mode, parent, data, fops))
static inline struct dentry *debugfs_create_dir(const char *name, struct dentry *parent) __FV_NO_DEBUGFS
static inline struct dentry *debugfs_create_symlink(const char *name, struct dentry *parent, const char *dest) __FV_NO_DEBUGFS
static inline void debugfs_remove(struct dentry *dentry) { }
#define debugfs_remove_recursive(dentry) debugfs_remove(dentry)
static inline void debugfs_lookup_and_remove(const char *name, struct dentry *parent) { }
static inline struct dentry *debugfs_rename(struct dentry *a, struct dentry *b, struct dentry *c, const char *n) __FV_NO_DEBUGFS
#define __FV_DEBUGFS(suffix, type)                                                                                    \
	static inline void debugfs_create_##suffix(const char *name, umode_t mode, struct dentry *parent, type *value) { }
__FV_DEBUGFS(u8, u8)
__FV_DEBUGFS(u16, u16)
__FV_DEBUGFS(u32, u32)
__FV_DEBUGFS(u64, u64)
__FV_DEBUGFS(ulong, unsigned long)
__FV_DEBUGFS(xul, unsigned long)
__FV_DEBUGFS(x8, u8)
__FV_DEBUGFS(x16, u16)
__FV_DEBUGFS(x32, u32)
__FV_DEBUGFS(x64, u64)
__FV_DEBUGFS(size_t, size_t)
__FV_DEBUGFS(atomic_t, atomic_t)
__FV_DEBUGFS(bool, bool)
__FV_DEBUGFS(str, char *)
__FV_DEBUGFS(u32_array, struct debugfs_u32_array)
#undef __FV_DEBUGFS
static inline struct dentry *debugfs_create_blob(const char *name, umode_t mode, struct dentry *parent,
						 struct debugfs_blob_wrapper *blob) __FV_NO_DEBUGFS
static inline void debugfs_create_regset32(const char *name, umode_t mode, struct dentry *parent,
					   struct debugfs_regset32 *regset) { }
static inline void debugfs_print_regs32(struct seq_file *s, const struct debugfs_reg32 *regs, int nregs,
					void __iomem *base, char *prefix) { }
static inline void debugfs_create_devm_seqfile(struct device *dev, const char *name, struct dentry *parent,
					       int (*read_fn)(struct seq_file *s, void *data)) { }
static inline bool debugfs_initialized(void)
{
	return false;
}

#endif
