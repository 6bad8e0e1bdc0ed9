/* SPDX-License-Identifier: GPL-2.0-only */
/* There is no procfs: as in a kernel without it, entries are refused with NULL. */
#ifndef _LINUX_PROC_FS_H
#define _LINUX_PROC_FS_H

#include <linux/fs.h>
#include <linux/types.h>
struct proc_dir_entry;
struct seq_file;
struct proc_ops {
	unsigned int proc_flags;
	int (*proc_open)(struct inode *, struct file *);
	ssize_t (*proc_read)(struct file *, char __user *, size_t, loff_t *);
	ssize_t (*proc_write)(struct file *, const char __user *, size_t, loff_t *);
	loff_t (*proc_lseek)(struct file *, loff_t, int);
	int (*proc_release)(struct inode *, struct file *);
};
static inline struct proc_dir_entry *proc_mkdir(const char *name, struct proc_dir_entry *parent) { return NULL; }
#define proc_create(name, mode, parent, proc_ops) ({ (void)(proc_ops); (struct proc_dir_entry *)NULL; })
#define proc_create_data(name, mode, parent, proc_ops, data) ({ (void)(proc_ops); (struct proc_dir_entry *)NULL; })
#define proc_create_single(name, mode, parent, show) ({ (void)(show); (struct proc_dir_entry *)NULL; })
static inline void proc_remove(struct proc_dir_entry *de) { }
static inline void remove_proc_entry(const char *name, struct proc_dir_entry *parent) { }

#endif
