/* SPDX-License-Identifier: GPL-2.0-only */
/* There is no sysfs: attributes are accepted and shown nowhere (docs/ignored.md). */
#ifndef _LINUX_SYSFS_H
#define _LINUX_SYSFS_H

#include <linux/kernfs.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/stat.h>
#include <linux/kernel.h>
#include <linux/types.h>
struct kobject;
struct module;
struct bin_attribute;
struct file;
struct vm_area_struct;
struct address_space;
struct attribute {
	const char *name;
	umode_t mode;
};
#define sysfs_attr_init(attr) do { } while (0)
struct attribute_group {
	const char *name;
	umode_t (*is_visible)(struct kobject *, struct attribute *, int);
	umode_t (*is_bin_visible)(struct kobject *, struct bin_attribute *, int);
	struct attribute **attrs;
	struct bin_attribute **bin_attrs;
};
#define SYSFS_PREALLOC 010000
#define SYSFS_GROUP_INVISIBLE 020000
#define SYSFS_GROUP_VISIBLE(fn) NULL
#define DEFINE_SYSFS_GROUP_VISIBLE(name)
#define __ATTR(_name, _mode, _show, _store)                                                                           \
	{                                                                                                                 \
		.attr = { .name = __stringify(_name), .mode = VERIFY_OCTAL_PERMISSIONS(_mode) }, .show = _show,               \
		.store = _store,                                                                                              \
	}
#define __ATTR_PREALLOC(_name, _mode, _show, _store) __ATTR(_name, _mode, _show, _store)
#define __ATTR_RO(_name) { .attr = { .name = __stringify(_name), .mode = 0444 }, .show = _name##_show }
#define __ATTR_RO_MODE(_name, _mode) { .attr = { .name = __stringify(_name), .mode = VERIFY_OCTAL_PERMISSIONS(_mode) }, .show = _name##_show }
#define __ATTR_RW_MODE(_name, _mode) __ATTR(_name, _mode, _name##_show, _name##_store)
#define __ATTR_WO(_name) { .attr = { .name = __stringify(_name), .mode = 0200 }, .store = _name##_store }
#define __ATTR_RW(_name) __ATTR(_name, 0644, _name##_show, _name##_store)
#define __ATTR_NULL { .attr = { .name = NULL } }
#define __ATTR_IGNORE_LOCKDEP(_name, _mode, _show, _store) __ATTR(_name, _mode, _show, _store)
#define __ATTRIBUTE_GROUPS(_name) static const struct attribute_group *_name##_groups[] = { &_name##_group, NULL }
#define ATTRIBUTE_GROUPS(_name)                                                                                       \
	static const struct attribute_group _name##_group = { .attrs = _name##_attrs };                                   \
	__ATTRIBUTE_GROUPS(_name)
#define BIN_ATTRIBUTE_GROUPS(_name)                                                                                   \
	static const struct attribute_group _name##_group = { .bin_attrs = _name##_attrs };                               \
	__ATTRIBUTE_GROUPS(_name)
struct bin_attribute {
	struct attribute attr;
	size_t size;
	void *private;
	struct address_space *(*f_mapping)(void);
	ssize_t (*read)(struct file *, struct kobject *, struct bin_attribute *, char *, loff_t, size_t);
	ssize_t (*write)(struct file *, struct kobject *, struct bin_attribute *, char *, loff_t, size_t);
	loff_t (*llseek)(struct file *, struct kobject *, struct bin_attribute *, loff_t, int);
	int (*mmap)(struct file *, struct kobject *, struct bin_attribute *attr, struct vm_area_struct *vma);
};
#define sysfs_bin_attr_init(bin_attr) do { } while (0)
#define __BIN_ATTR(_name, _mode, _read, _write, _size)                                                                \
	{ .attr = { .name = __stringify(_name), .mode = _mode }, .read = _read, .write = _write, .size = _size }
#define __BIN_ATTR_RO(_name, _size) { .attr = { .name = __stringify(_name), .mode = 0444 }, .read = _name##_read, .size = _size }
#define __BIN_ATTR_WO(_name, _size) { .attr = { .name = __stringify(_name), .mode = 0200 }, .write = _name##_write, .size = _size }
#define __BIN_ATTR_RW(_name, _size) __BIN_ATTR(_name, 0644, _name##_read, _name##_write, _size)
#define BIN_ATTR(_name, _mode, _read, _write, _size) struct bin_attribute bin_attr_##_name = __BIN_ATTR(_name, _mode, _read, _write, _size)
#define BIN_ATTR_RO(_name, _size) struct bin_attribute bin_attr_##_name = __BIN_ATTR_RO(_name, _size)
#define BIN_ATTR_WO(_name, _size) struct bin_attribute bin_attr_##_name = __BIN_ATTR_WO(_name, _size)
#define BIN_ATTR_RW(_name, _size) struct bin_attribute bin_attr_##_name = __BIN_ATTR_RW(_name, _size)
struct sysfs_ops {
	ssize_t (*show)(struct kobject *, struct attribute *, char *);
	ssize_t (*store)(struct kobject *, struct attribute *, const char *, size_t);
};
static inline int sysfs_create_file(struct kobject *kobj, const struct attribute *attr) { return 0; }
static inline void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr) { }
static inline int sysfs_create_files(struct kobject *kobj, const struct attribute *const *attr) { return 0; }
static inline void sysfs_remove_files(struct kobject *kobj, const struct attribute *const *attr) { }
static inline int sysfs_create_bin_file(struct kobject *kobj, const struct bin_attribute *attr) { return 0; }
static inline void sysfs_remove_bin_file(struct kobject *kobj, const struct bin_attribute *attr) { }
static inline int sysfs_create_group(struct kobject *kobj, const struct attribute_group *grp) { return 0; }
static inline int sysfs_create_groups(struct kobject *kobj, const struct attribute_group **groups) { return 0; }
static inline int sysfs_update_group(struct kobject *kobj, const struct attribute_group *grp) { return 0; }
static inline void sysfs_remove_group(struct kobject *kobj, const struct attribute_group *grp) { }
static inline void sysfs_remove_groups(struct kobject *kobj, const struct attribute_group **groups) { }
static inline int sysfs_create_link(struct kobject *kobj, struct kobject *target, const char *name) { return 0; }
static inline int sysfs_create_link_nowarn(struct kobject *kobj, struct kobject *target, const char *name) { return 0; }
static inline void sysfs_remove_link(struct kobject *kobj, const char *name) { }
static inline void sysfs_notify(struct kobject *kobj, const char *dir, const char *attr) { }
static inline void sysfs_notify_dirent(struct kernfs_node *kn) { }
static inline struct kernfs_node *sysfs_get_dirent(struct kernfs_node *parent, const char *name) { return NULL; }
static inline void sysfs_put(struct kernfs_node *kn) { }
/* Into a page that `buf` begins; the length written. */
__printf(2, 3) int sysfs_emit(char *buf, const char *fmt, ...);
__printf(3, 4) int sysfs_emit_at(char *buf, int at, const char *fmt, ...);

#endif
